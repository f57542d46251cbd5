"""Bounds how often one may open sockets, before anything is looked up for them: a refused one costs almost nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from django.conf import settings

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

# All pages of one person return at once after an outage, and once more if that fails; none opens two a second for long.
AT_ONCE: Final = 40.0
A_SECOND: Final = 2.0
MOST_KNOWN: Final = 10_000


class FewHandshakes:
    """An ASGI application in front of another: closes the sockets of whoever opens too many, unaccepted."""

    def __init__(self, application: Application, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}  # who → how many more, as of when

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if self._may_open(_who(scope)):
            await self._application(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})

    def _may_open(self, who: str) -> bool:
        now = self._clock()
        left, since = self._left.pop(who, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * A_SECOND)
        if len(self._left) >= MOST_KNOWN:
            self._left.pop(next(iter(self._left)))
        self._left[who] = (max(0.0, left - 1), now)
        return left >= 1


def _who(scope: Mapping[str, Any]) -> str:
    """The session that a handshake claims or, without one, where it comes from."""
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            except CookieError:
                found = None
            if found is not None:
                return found.value
    return str((scope.get("client") or ("",))[0])
