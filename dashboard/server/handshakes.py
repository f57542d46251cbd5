"""How often one may open sockets: a few at once, the others one after another, and none beyond many."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final

from django.conf import settings

from dashboard.server.bounds import Allowance, remember

# All pages of one person return at once after an outage, and once more if that fails; none opens two a second for long.
AT_ONCE: Final = 40.0
A_SECOND: Final = 2.0
# A login is looked up and a page's news drawn for each, some 25 ms of the processor that everybody's events go through:
# one person takes a fortieth of it at most. The four pages that somebody works with are back at once, and all that one
# may have open after sixteen seconds.
WITHOUT_WAITING: Final = 4
SECONDS_BETWEEN: Final = 1.0


class Handshakes:
    """Who opened how many of late, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowed = Allowance(AT_ONCE, A_SECOND, clock)
        self._turn: dict[str, float] = {}  # who → when her next would have its turn

    def admit(self, who: str) -> float | None:
        """Return after how many seconds this one more of hers may go on; None when it may not at all."""
        return self._seconds_to_turn(who) if self._allowed.takes(who) else None

    def give_back(self, who: str) -> None:
        """One of hers is gone before its turn: the next need not wait for it."""
        if who in self._turn:
            self._turn[who] -= SECONDS_BETWEEN

    def _seconds_to_turn(self, who: str) -> float:
        now = self._clock()
        turn = max(self._turn.pop(who, -math.inf), now - (WITHOUT_WAITING - 1) * SECONDS_BETWEEN)
        remember(self._turn, who, turn + SECONDS_BETWEEN)
        return max(0.0, turn - now)


def opener(cookies: str, address: str) -> str:
    """Return who opens a socket: the session that the handshake's cookies claim or, without one, its address."""
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        found = None
    return address if found is None else found.value
