"""How often one may open sockets: a few at once, the others one after another, and none beyond many."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from django.conf import settings

# All pages of one person return at once after an outage, and once more if that fails; none opens two a second for long.
AT_ONCE: Final = 40.0
A_SECOND: Final = 2.0
# A login is looked up and a page's news drawn for each, some 25 ms of the processor that everybody's events go through:
# one person takes a sixth of it at most, and all pages that one may have open are back after three seconds.
WITHOUT_WAITING: Final = 4
SECONDS_BETWEEN: Final = 0.15
MOST_KNOWN: Final = 10_000


class Handshakes:
    """Who opened how many of late, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}  # who → how many more, as of when
        self._turn: dict[str, float] = {}  # who → when her next would have its turn

    def admit(self, who: str) -> float | None:
        """Return after how many seconds this one more of hers may go on; None when it may not at all."""
        return self._seconds_to_turn(who) if self._may_open(who) else None

    def _may_open(self, who: str) -> bool:
        now = self._clock()
        left, since = self._left.pop(who, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * A_SECOND)
        _remember(self._left, who, (max(0.0, left - 1), now))
        return left >= 1

    def _seconds_to_turn(self, who: str) -> float:
        now = self._clock()
        turn = max(self._turn.pop(who, -math.inf), now - (WITHOUT_WAITING - 1) * SECONDS_BETWEEN)
        _remember(self._turn, who, turn + SECONDS_BETWEEN)
        return max(0.0, turn - now)


def _remember(known: dict[str, Any], who: str, what: Any) -> None:
    """Put it last, and forget who came first when there are too many."""
    if len(known) >= MOST_KNOWN:
        known.pop(next(iter(known)))
    known[who] = what


def opener(cookies: str, address: str) -> str:
    """Return who opens a socket: the session that the handshake's cookies claim or, without one, its address."""
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        found = None
    return address if found is None else found.value
