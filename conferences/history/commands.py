"""Our own commands on a call, as the audit has them: when each was sent, answered, and with what; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

OK: Final = "ok"
NEVER_DONE: Final = ("refused", "denied")
_OF_THE_MODE: Final = ("join", "update")


@dataclass(frozen=True, slots=True)
class Command:
    """One command to the provider about one leg. `answered_at` is None, and `result` empty, while nobody knows."""

    call_control_id: str
    action: str
    role: str
    targets: tuple[str, ...]  # names, as they were shown then
    sent_at: datetime
    answered_at: datetime | None
    result: str
    entry: int = 0  # the audit entry that asked for it
    who: str = ""

    def is_open(self, moment: datetime) -> bool:
        """Return whether it had been sent by then and not been answered."""
        return self.sent_at <= moment and (self.answered_at is None or moment < self.answered_at)


@dataclass(frozen=True, slots=True)
class ModeThen:
    """What was known of a supervisor's mode. `is_sent`: a join had been sent, so that she may be in."""

    is_known: bool
    is_changing: bool
    is_sent: bool


def mode_then(commands: Iterable[Command], call_control_id: str, moment: datetime) -> ModeThen:
    """Return what was known of the mode of the supervisor on this leg: whether the last accepted one was in force.

    It was not while another was on its way, nor once an answer was lost; nor where answers came in another order than
    their commands were sent in, for nobody knows in which order those were done.
    """
    sent = [
        one for one in commands
        if one.call_control_id == call_control_id and one.action in _OF_THE_MODE and one.sent_at <= moment
    ]  # fmt: skip
    is_changing = any(one.is_open(moment) for one in sent)
    done = sorted((one for one in sent if one.result not in NEVER_DONE or one.is_open(moment)), key=_sent)
    if not done:
        return ModeThen(is_known=not sent, is_changing=False, is_sent=False)
    last = done[-1]
    in_order = all(one.answered_at is not None and one.answered_at <= last.sent_at for one in done[:-1])
    is_known = last.result == OK and not last.is_open(moment) and in_order
    return ModeThen(is_known, is_changing, is_sent=True)


def _sent(command: Command) -> datetime:
    return command.sent_at
