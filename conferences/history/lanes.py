"""What each leg of a call was at each time, from when to when: ringing, in, muted, on hold; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from conferences.fold import LegState, ParticipantState, State
from conferences.history.record import Record

ENDED, LEFT = "ended", "left"


@dataclass(frozen=True, slots=True)
class Span:
    """What was so from `begins_at` to `ends_at`; None: it still is."""

    what: str
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One leg. `what` of its spans: ringing, outside (answered, not in this call), joining, in, muted or held.

    whispers: when somebody whispered to it. modes: of a supervisor's leg, the role in force, empty for one not known.
    """

    call_control_id: str
    kind: str
    spans: tuple[Span, ...]
    whispers: tuple[Span, ...] = ()
    modes: tuple[Span, ...] = ()


def lanes(record: Record) -> tuple[Lane, ...]:
    """Return a lane for each leg that ever had a stay in the call, in the order of their coming."""
    return tuple(_lane(record, key) for key in record.legs)


def status(leg: LegState | None, stay: ParticipantState | None) -> str:
    """Return what a leg with this stay was, in a word; empty when it was not up."""
    if leg is None or leg.state == ENDED:
        return ""
    if stay is None or stay.state == LEFT:
        return "outside" if leg.state == "answered" else "ringing"
    if stay.state == "joining":
        return "joining" if leg.state == "answered" else "ringing"
    if stay.on_hold or leg.phone_hold:
        return "held"
    return "muted" if stay.muted else "in"


def _lane(record: Record, key: str) -> Lane:
    conference = record.conference.conference_id
    stay_of = (conference, key)

    def at(state: State) -> str:
        return status(state.legs.get(key), state.participants.get(stay_of))

    def mode(state: State) -> str:
        stay = state.participants.get(stay_of)
        return stay.role or "none" if stay is not None and stay.state == "joined" else ""

    def whispered(state: State) -> str:
        stays = (one for one in record.stays(state) if one.role == "whisper" and one.state == "joined")
        return "whispered" if any(key in one.whisper_call_control_ids for one in stays) else ""

    row = record.legs[key]
    is_supervisor = row.kind == "supervisor"
    return Lane(
        call_control_id=key,
        kind=row.kind,
        spans=tuple(_spans(record, at)),
        whispers=tuple(_spans(record, whispered)) if row.kind == "agent" else (),
        modes=tuple(_spans(record, mode)) if is_supervisor else (),
    )


def _spans(record: Record, what: Callable[[State], str]) -> Iterator[Span]:
    """Yield the stretches over which the states of a call give the same word, and none for an empty one."""
    before, since = "", None
    for fact, state in zip(record.course.facts, record.course.states, strict=True):
        now = what(state)
        if now == before:
            continue
        if before and since is not None and since < fact.occurred_at:
            yield Span(before, since, fact.occurred_at)
        before, since = now, fact.occurred_at
    if before and since is not None:
        yield Span(before, since, None)
