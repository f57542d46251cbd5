"""The legs that belong to a call and were never in it: of agents whose phones rang, of supervisors who never came."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from conferences.history.lanes import Lane, Span
from conferences.history.record import Record
from conferences.models import Agent, Leg


def never_in(record: Record) -> list[tuple[Leg, Lane]]:
    """Return the legs, oldest first, that were in no conference and rang for this one, each with its lane.

    For it rings an agent's leg of the call session of somebody in it, and the phone of a supervisor who joins it.
    """
    found = {leg.pk: leg for leg in (*_agents(record), *_supervisors(record)) if leg.started_at is not None}
    ordered = sorted(found.values(), key=lambda one: (one.started_at, one.pk))
    return [(leg, Lane(leg.call_control_id, leg.kind, tuple(_spans(leg)))) for leg in ordered]


def _agents(record: Record) -> Iterable[Leg]:
    sessions = {leg.call_session_id for leg in record.legs.values()} - {""}
    if not sessions:
        return []
    conference = record.conference
    # By agent and time: by session alone every leg that ever was would be read.
    over = Q(state=Leg.State.ENDED, agent__in=Agent.objects.all(), ended_at__gte=conference.first_seen_at)
    if conference.ended_at is not None:
        over &= Q(started_at__lte=conference.ended_at)
    known = Leg.objects.filter(call_session_id__in=sessions, kind=Leg.Kind.AGENT, participants=None).with_agents()
    return [*known.filter(over), *(known.up() if conference.is_live else [])]


def _supervisors(record: Record) -> Iterable[Leg]:
    missing = [key for key in record.supervisions if key not in record.legs]
    return Leg.objects.filter(call_control_id__in=missing, participants=None) if missing else []


def _spans(leg: Leg) -> Iterable[Span]:
    """It rang until it was answered or over, and was up outside from then on."""
    if leg.started_at is None:
        return
    yield Span("ringing", leg.started_at, leg.answered_at or leg.ended_at)
    if leg.answered_at is not None:
        yield Span("outside", leg.answered_at, leg.ended_at)
