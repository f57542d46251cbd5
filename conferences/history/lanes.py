"""What each leg of a call was at each time, from when to when: ringing, in, muted, on hold; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from conferences.fold import LegState, ParticipantState, State
from conferences.history.record import Record

ENDED, LEFT = "ended", "left"
SUPERVISOR, AGENT = "supervisor", "agent"
IN_THE_CALL: Final = ("in", "muted", "held")
# After these every leg of a call may be something else; after any other, only the one that it is about.
_ABOUT_ALL: Final = frozenset({"conference.ended", "readback.conference"})


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
    """Return a lane for each leg that was ever in the call, in the order of their coming."""
    drawn = {key: _Drawn() for key in record.legs}
    supervisors = [key for key, leg in record.legs.items() if leg.kind == SUPERVISOR]
    for fact, state in zip(record.course.facts, record.course.states, strict=True):
        for key in drawn if fact.type in _ABOUT_ALL else (fact.call_control_id or "",):
            if key in drawn:
                drawn[key].now(state.legs.get(key), _participant(record, state, key), fact.occurred_at)
        if fact.call_control_id in supervisors or fact.type in _ABOUT_ALL:
            whispered_to = _whispered_to(record, state, supervisors)
            for key, lane in drawn.items():
                lane.whispers.become("whispered" if key in whispered_to else "", fact.occurred_at)
    return tuple(_lane(key, leg.kind, drawn[key]) for key, leg in record.legs.items())


def unread(record: Record, lane: Lane) -> tuple[Span, ...]:
    """Return when a leg was in the call and nobody knows whether muted or on hold: no two looks tell the same."""
    found = []
    looks = sorted(record.readings.get(lane.call_control_id, ()))
    for begun_at, ended_at in _in_the_call(lane):
        since = begun_at
        for begins_at, ends_at in looks:
            if ends_at <= since or (ended_at is not None and begins_at >= ended_at):
                continue
            if begins_at > since:
                found.append(Span("unread", since, begins_at))
            since = ends_at
        if ended_at is None or since < ended_at:
            found.append(Span("unread", since, ended_at))
    return tuple(found)


def _in_the_call(lane: Lane) -> list[tuple[datetime, datetime | None]]:
    """The stretches for which a leg was in without a break, however often it was muted or held meanwhile."""
    found: list[tuple[datetime, datetime | None]] = []
    for span in lane.spans:
        if span.what not in IN_THE_CALL:
            continue
        if found and found[-1][1] == span.begins_at:
            found[-1] = (found[-1][0], span.ends_at)
        else:
            found.append((span.begins_at, span.ends_at))
    return found


def status(leg: LegState | None, participant: ParticipantState | None) -> str:
    """Return what a leg was as this participant, in a word; empty when it was not up."""
    if leg is None or leg.state == ENDED:
        return ""
    if participant is None or participant.state == LEFT:
        return "outside" if leg.state == "answered" else "ringing"
    if participant.state == "joining":
        return "joining" if leg.state == "answered" else "ringing"
    if participant.on_hold or leg.phone_hold:
        return "held"
    return "muted" if participant.muted else "in"


@dataclass(slots=True)
class _Spans:
    """Stretches over which a word stays the same; none for an empty word."""

    word: str = ""
    since: datetime | None = None
    found: list[Span] = field(default_factory=list)

    def become(self, word: str, at: datetime) -> None:
        """Note what is so from now on."""
        if word == self.word:
            return
        if self.word and self.since is not None and self.since < at:
            self.found.append(Span(self.word, self.since, at))
        self.word, self.since = word, at

    def all(self) -> tuple[Span, ...]:
        """Return the stretches, the last of which may go on."""
        last = [Span(self.word, self.since, None)] if self.word and self.since is not None else []
        return (*self.found, *last)


@dataclass(slots=True)
class _Drawn:
    """One leg's lane in the making."""

    spans: _Spans = field(default_factory=_Spans)
    modes: _Spans = field(default_factory=_Spans)
    whispers: _Spans = field(default_factory=_Spans)

    def now(self, leg: LegState | None, participant: ParticipantState | None, at: datetime) -> None:
        """Note what the leg is from now on."""
        self.spans.become(status(leg, participant), at)
        is_in = participant is not None and participant.state == "joined"
        self.modes.become((participant.role or "none") if participant is not None and is_in else "", at)


def _lane(key: str, kind: str, drawn: _Drawn) -> Lane:
    return Lane(
        call_control_id=key,
        kind=kind,
        spans=drawn.spans.all(),
        whispers=drawn.whispers.all() if kind == AGENT else (),
        modes=drawn.modes.all() if kind == SUPERVISOR else (),
    )


def _participant(record: Record, state: State, key: str) -> ParticipantState | None:
    return state.participants.get((record.conference.conference_id, key))


def _whispered_to(record: Record, state: State, supervisors: Iterable[str]) -> set[str]:
    participants = (_participant(record, state, key) for key in supervisors)
    whispering = (one for one in participants if one is not None and one.role == "whisper" and one.state == "joined")
    return {key for one in whispering for key in one.whisper_call_control_ids}
