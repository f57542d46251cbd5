"""Tries a command again that came before the provider had built the call it is for."""

import random
from collections.abc import Callable
from typing import Final, TypeVar

from conferences.telnyx import codes
from conferences.telnyx.errors import Refused

T = TypeVar("T")

_TRIES_AGAIN: Final = 3
_LONGEST: Final = 2.0
# Seconds before each further try, and what is added by chance so that not all come back as one: 1.8 at most.
_PAUSES: Final = (0.3, 0.5, 0.6)
_SPREAD: Final = 0.13


def is_too_early(error: Refused) -> bool:
    """Return whether a refusal may only mean that the leg is not built at the provider yet.

    In the first moments after call.answered a command for the leg is refused now and then, as not answered yet or as
    for no leg at all, and half a second later it is taken (seen by several; no page documents it).
    """
    about_our_leg = error.pointer in (None, "/call_control_id")
    return error.code == codes.NOT_ANSWERED_YET or (error.code == codes.NO_SUCH_LEG and about_our_leg)


def another_id(command_id: str, number: int) -> str:
    """Return the command_id for the same command's `number`th try after a clear refusal.

    Whether the provider remembers the id of a command that it refused, and answers a repeat with that refusal or with
    a 200 that does nothing, is undocumented. A refused command has done nothing, so another id cannot do it twice; it
    begins with the first, by which the audit knows it.
    """
    return f"{command_id}-{number}"


class Patience:
    """Sends a command up to three times more, within two seconds, while it comes too early. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep

    def send(self, command_id: str, attempt: Callable[[str, Refused | None], T]) -> T:
        """Return what `attempt` returns, or raise what it raises; it is given a command_id and the refusal before.

        A leg that really is not answered ends in the refusal that it would have had at once.
        """
        until, given = self._clock() + _LONGEST, command_id
        refused: Refused | None = None
        for number in range(2, _TRIES_AGAIN + 2):
            try:
                return attempt(given, refused)
            except Refused as error:
                seconds = _PAUSES[number - 2] + random.uniform(0, _SPREAD)  # noqa: S311
                if not is_too_early(error) or self._clock() + seconds > until:
                    raise
                refused, given = error, another_id(command_id, number)
            self._sleep(seconds)
        return attempt(given, refused)
