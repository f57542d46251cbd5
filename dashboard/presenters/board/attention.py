"""Reads off a conference's people what the rule of attention asks of a call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from conferences import clock
from conferences.attention import Limits, Reason, Watched, reasons, weight
from conferences.models import Conference, Leg, Participant
from dashboard.presenters.board.asking import help_requests
from dashboard.presenters.people import OTHERS, Person, of_kind

if TYPE_CHECKING:
    from dashboard.presenters.call import Call
    from dashboard.presenters.rows.caller import Caller


def reasons_for(conference: Conference, people: tuple[Person, ...]) -> tuple[Reason, ...]:
    """Return why a live conference needs attention, now or in time; of one that has ended nothing. `people`: in it."""
    return reasons(_watched(conference, people), Limits.of(conference.queue)) if conference.is_live else ()


def in_order(calls: Iterable[Call | Caller]) -> list[Call | Caller]:
    """Return calls in the order of attention, and else of their beginning, as a page has them before any script."""
    now = clock.now()
    return sorted(calls, key=lambda one: (-weight(one.reasons, now), one.started_at or now))


def _held_since(people: tuple[Person, ...]) -> datetime | None:
    """Since when its customers are on hold, or else all of its agents."""
    agents, others = of_kind(people, Leg.Kind.AGENT), of_kind(people, *OTHERS)
    held = [one for one in others if one.held] or (agents if all(one.held for one in agents) else ())
    return _first(one.held_since for one in held)


def _watched(conference: Conference, people: tuple[Person, ...]) -> Watched:
    agents, others = of_kind(people, Leg.Kind.AGENT), of_kind(people, *OTHERS)
    came = _first(one.waits_since for one in others)
    gone = _gone(conference)
    is_alone = bool(others) and not agents
    asking = next((one for one in help_requests(conference) if not one.taken_by), None)
    return Watched(
        waiting_since=came if is_alone and not gone else None,
        alone_since=max((at for at in (*_left(gone), came) if at), default=None) if is_alone and gone else None,
        held_since=_held_since(people),
        muted_since=_muted(agents) if others else None,
        holds=max((one.holds for one in people), default=0),
        held_last=max((one.held_since for one in people if one.held_since), default=None),
        started_at=conference.created_at or conference.first_seen_at,
        expires_at=conference.expires_at,
        drift_at=conference.drift_at if conference.drift else None,
        help_asked_at=asking.asked_at if asking else None,
        help_asked_by=asking.agent if asking else "",
    )


def _gone(conference: Conference) -> list[Participant]:
    """The agents who were in it and have left."""
    participants = conference.participants.all()
    return [one for one in participants if one.state == Participant.State.LEFT and one.leg.kind == Leg.Kind.AGENT]


def _left(gone: Iterable[Participant]) -> Iterable[datetime | None]:
    return (one.left_at for one in gone)


def _muted(agents: tuple[Person, ...]) -> datetime | None:
    """Since when every agent has been muted."""
    if not agents or not all(one.muted for one in agents):
        return None
    return max((one.muted_since for one in agents if one.muted_since), default=None)


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in moments if at), default=None)
