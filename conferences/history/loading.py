"""Loads everything on record of one call, in a fixed number of queries however long it lasted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db.models import QuerySet

from conferences.history.commands import Command
from conferences.history.course import Course
from conferences.history.kept import courses
from conferences.history.record import Record, Stretch
from conferences.models import AuditEntry, Conference, Fact, Reading
from conferences.telnyx.events import Event, parse


def load(conference: Conference) -> Record:
    """Return what is on record of this conference. Load it with `with_people`."""
    return Record(conference, _course(conference), tuple(_commands(conference)), _readings(conference))


def _course(conference: Conference) -> Course:
    """Return the course of all facts about the conference and about the legs in it, wherever else those were."""
    applied = Fact.objects.filter(outcome=Fact.Outcome.APPLIED).order_by()
    about = applied.filter(conference_id=conference.conference_id)
    listed = about.values_list("pk", "call_control_id")
    legs = {leg for _, leg in listed} - {""}
    others = applied.filter(call_control_id__in=legs).exclude(conference_id=conference.conference_id)
    facts = frozenset([*(pk for pk, _ in listed), *others.values_list("pk", flat=True)])
    return courses.of(conference.pk, facts, partial(_events, about, others))


def _events(*some: QuerySet[Fact]) -> dict[int, Event]:
    told = (one for facts in some for one in facts.values_list("pk", "body", "received_at"))
    return {pk: parse(bytes(body), received_at) for pk, body, received_at in told}


def _readings(conference: Conference) -> dict[str, tuple[Stretch, ...]]:
    found: dict[str, tuple[Stretch, ...]] = {}
    of_it = Reading.objects.filter(participant__conference=conference)
    for leg, *stretch in of_it.values_list("participant__leg__call_control_id", "begins_at", "ends_at"):
        found[leg] = (*found.get(leg, ()), (stretch[0], stretch[1]))
    return found


def _commands(conference: Conference) -> Iterator[Command]:
    """Yield the commands sent about this conference, oldest first, each with what came of it."""
    entries = list(AuditEntry.objects.filter(conference=conference).select_related("detail").order_by("pk"))
    outcomes = {one.intent_id: one for one in entries if one.intent_id is not None}
    for asked in entries:
        if asked.phase != AuditEntry.Phase.INTENT:
            continue
        outcome = outcomes.get(asked.pk)
        yield Command(
            call_control_id=asked.call_control_id or (outcome.call_control_id if outcome else ""),
            action=asked.action,
            role=asked.role,
            targets=tuple(str(one.get("name", "")) for one in asked.targets),
            sent_at=asked.at,
            answered_at=outcome.at if outcome else None,
            result=outcome.result if outcome else "",
            entry=asked.pk,
            who=asked.actor_name,
        )
