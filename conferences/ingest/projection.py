"""Facts to rows and feed number, through the fold; with `rows` the only writer of calls, legs and participants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q

from conferences.fold import State, advance, fold
from conferences.ingest import feed
from conferences.ingest.leg_matching import note_sharers, recognise
from conferences.ingest.rows import Differences, Rows, agents_on
from conferences.models import Conference, Fact, Leg
from conferences.telnyx.events import Event


def project(event: Event, *, now: datetime, is_fresh: bool) -> None:
    """Bring the rows up to date with a fact just stored. Call while `feed.writing`, in the transaction that stored it.

    Rows outside the fact's reach are neither read nor written, so what one event costs does not grow with them.
    `is_fresh`: it has come straight from the provider, so that its time there tells how long that took.
    """
    rows = Rows.about(event)
    rows.save(advance(rows.state(), event, rows.facts), now)
    if is_fresh:
        Conference.objects.filter(conference_id__in=rows.conferences).update(provider_time=event.occurred_at)


def fold_again(conference_ids: Iterable[str], call_control_ids: Iterable[str] = ()) -> Differences:
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
    for leg in legs:
        before, agents = _whose(leg), agents_on(leg)
        recognise(leg)
        leg.save(update_fields=["kind", "agent", "queue", "system"])
        note_sharers(leg)
        if _whose(leg) == before:
            continue
        conferences = list(Conference.objects.live().filter(participants__leg=leg))
        for conference in conferences:
            Rows([conference.conference_id], [], [conference]).find_queue(conference)
            feed.bump(conference)
        agents |= agents_on(leg)
        feed.bump_agents(agents, has_moved=bool(conferences))
        if not (agents or conferences):
            feed.move()


def _whose(leg: Leg) -> tuple[object, ...]:
    return (leg.kind, leg.agent_id, leg.queue_id, leg.system_id, *sorted(leg.sharers.values_list("pk", flat=True)))
