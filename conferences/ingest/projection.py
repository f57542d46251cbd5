"""Facts to rows and feed number, through the fold; with `rows` the only writer of calls, legs and participants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Max, Q

from conferences.fold import State, advance, advance_all, fold, touched
from conferences.ingest import feed
from conferences.ingest.directory import Directory
from conferences.ingest.leg_matching import note_sharers, recognise
from conferences.ingest.rows import Found, Rows, agents_on
from conferences.models import Conference, Fact, Leg
from conferences.telnyx.events import Event

AT_A_TIME: Final = 500  # legs whose addresses go into one query: databases bound the number of its parameters


def project(events: Sequence[Event], *, now: datetime, are_fresh: bool) -> None:
    """Bring the rows up to date with facts just stored. Call while `feed.writing`, in the transaction that stored them.

    Rows that the facts do not touch are neither read nor written, so what one event costs does not grow with them; the
    others are read and written once for all of these facts. `are_fresh`: they have come straight from the provider, so
    that their times there tell how long that took.
    """
    rows = Rows.about(events)
    state, late = advance_all(rows.state(), events)
    told_at = _told_at(state, events, late) if are_fresh else {}
    rows.save(state, now, told_at)
    for event in late:
        rows = Rows.about([event])
        told_at = dict.fromkeys(rows.conferences, event.occurred_at) if are_fresh else {}
        rows.save(advance(rows.state(), event, rows.facts), now, told_at)


def _told_at(state: State, events: Iterable[Event], late: Collection[Event]) -> dict[str, datetime]:
    """When, by the provider's time, the last of what is new of each conference happened."""
    told: dict[str, datetime] = {}
    for event in sorted(events, key=lambda one: one.occurred_at):
        if event not in late:
            told |= dict.fromkeys(touched(state, event), event.occurred_at)
    return told


def fold_again(conference_ids: Iterable[str], call_control_ids: Iterable[str] = ()) -> Found:
    """Bring conferences and legs in line with their facts, whatever their rows say. Call while `feed.writing`.

    Returns the fields that differed, by what they belong to, and "missing" for what had no row: nothing unless the
    fold was mended since they were told.
    """
    conference_ids, call_control_ids = set(conference_ids), set(call_control_ids)
    rows = Rows(conference_ids, call_control_ids, Conference.objects.filter(conference_id__in=conference_ids))
    about = Q(conference_id__in=conference_ids) | Q(call_control_id__in=call_control_ids)
    last = Fact.objects.filter(about, outcome=Fact.Outcome.APPLIED).aggregate(last=Max("received_at"))["last"]
    return {} if last is None else rows.save(fold(rows.facts()), last)


def state_of(conference: Conference) -> State:
    """Return what the rows say of a conference, its participants and their legs."""
    return Rows([conference.conference_id], [], [conference]).state()


def recognise_again(legs: Iterable[Leg]) -> None:
    """Look legs up in the directory once more, as it has changed. Call while `feed.writing`."""
    legs = list(legs)
    for first in range(0, len(legs), AT_A_TIME):
        some = legs[first : first + AT_A_TIME]
        directory = Directory(some)
        for leg in some:
            _recognise_again(leg, directory)


def _recognise_again(leg: Leg, directory: Directory) -> None:
    before, agents, was_a_callers = _whose(leg), agents_on(leg), leg.is_a_callers
    recognise(leg, directory)
    leg.save(update_fields=["kind", "agent", "queue", "system"])
    note_sharers(leg, directory)
    if _whose(leg) == before:
        return
    conferences = list(Conference.objects.live().filter(participants__leg=leg))
    for conference in conferences:
        rows = Rows([conference.conference_id], [], [conference])
        rows.find_queue(conference)
        rows.write()
        feed.bump(conference)
    agents |= agents_on(leg)
    feed.bump_agents(agents, has_moved=bool(conferences))
    callers = [leg.pk] if was_a_callers or leg.is_a_callers else []
    feed.bump_callers(callers, has_moved=bool(agents or conferences))
    if not (agents or conferences or callers):
        feed.move()


def _whose(leg: Leg) -> tuple[object, ...]:
    return (leg.kind, leg.agent_id, leg.queue_id, leg.system_id, *sorted(leg.sharers.values_list("pk", flat=True)))
