"""What a read-back of the provider's contradicts in our state; pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conferences.fold import State, apply
from conferences.telnyx.events import Event


class Denial(enum.StrEnum):
    """What the provider says instead. Kept on the row of a conference until it is seen again."""

    ENDED = "ended"
    LEFT = "left"
    IN_THE_CALL = "in_the_call"
    MUTED = "muted"
    NOT_MUTED = "not_muted"
    ON_HOLD = "on_hold"
    NOT_ON_HOLD = "not_on_hold"
    OTHER_TARGETS = "other_targets"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing we believed that the provider denies: of which leg ("" for the conference itself), and what it says.

    `is_drift`: somebody should have told us. Who mutes an agent or puts a customer on hold announces it to nobody, so
    reading it is how one learns of it; our own supervisors' legs are changed by nobody but us.
    """

    call_control_id: str
    kind: Denial
    is_drift: bool = True
    is_departure: bool = False  # the call is over, or somebody is gone
    is_meddling: bool = False  # a leg is heard by more, or by others, than we asked for

    @property
    def key(self) -> str:
        """The same contradiction, seen again, has the same key."""
        return f"{self.call_control_id} {self.kind}"


_FLAGS: Final = (
    ("muted", Denial.MUTED, Denial.NOT_MUTED),
    ("on_hold", Denial.ON_HOLD, Denial.NOT_ON_HOLD),
)


def contradictions(known: State, read: Event) -> list[Contradiction]:
    """Return what `read`, taken for the latest fact, denies of what was known.

    What was merely not known (a name, a mute never read) is no contradiction.
    """
    after = apply(known, read)
    return [*_of_conference(known, after, read), *_of_participant(known, after, read)]


def _of_conference(before: State, after: State, read: Event) -> Iterator[Contradiction]:
    was, now = (state.conferences.get(read.conference_id or "") for state in (before, after))
    if was and now and now.state == "completed" and was.state != "completed":
        yield Contradiction("", Denial.ENDED, is_departure=True)


def _of_participant(before: State, after: State, read: Event) -> Iterator[Contradiction]:
    key = (read.conference_id or "", read.call_control_id or "")
    was, now = before.participants.get(key), after.participants.get(key)
    if now is None or read.type != "readback.participant":
        return
    if was is None or was.state != now.state:
        if now.state != "joining":
            gone = now.state == "left"
            yield Contradiction(key[1], Denial.LEFT if gone else Denial.IN_THE_CALL, is_departure=gone)
        return
    for name, on, off in _FLAGS:
        if getattr(was, name) is not None and getattr(was, name) != getattr(now, name):
            is_loud = name == "muted" and not now.muted
            kind = on if getattr(now, name) else off
            yield Contradiction(key[1], kind, is_drift=bool(was.role), is_meddling=is_loud)
    if was.whisper_call_control_ids != now.whisper_call_control_ids:
        yield Contradiction(key[1], Denial.OTHER_TARGETS, is_meddling=True)
