"""Watches the event loop: how late it comes round, and what keeps it when it does not.

Everything that is served waits for it: whatever blocks it holds up every webhook, page and socket of the process.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from structlog.stdlib import get_logger

from conferences import metrics

log = get_logger(__name__)

EVERY: Final = 0.25  # seconds from one look to the next
BLOCKED: Final = 1.0
REMEMBERED: Final = 60.0  # for longer than monitoring looks away

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class LoopWatch:
    """Watches one event loop, from a timer on it and from a thread beside it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0  # of the loop
        self._came_round_at = 0.0
        self._blocked_at: float | None = None
        self._late: deque[tuple[float, float]] = deque(maxlen=int(REMEMBERED / EVERY))

    def begin(self) -> None:
        """Watch the running loop, unless that is done already."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop, self._thread, self._came_round_at = loop, threading.get_ident(), time.monotonic()
        loop.call_later(EVERY, self._come_round, loop, time.monotonic() + EVERY)
        threading.Thread(target=self._look, args=(loop,), name="loop watch", daemon=True).start()

    def worst(self) -> float:
        """Return by how many seconds the loop was late at worst, within the last minute."""
        return max((late for at, late in list(self._late) if at > time.monotonic() - REMEMBERED), default=0.0)

    def _come_round(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._loop is not loop:
            return
        now = time.monotonic()
        self._came_round_at = now
        self._late.append((now, max(0.0, now - due)))
        if self._blocked_at is not None:
            log.warning("the event loop goes on", seconds=round(now - self._blocked_at, 2))
            self._blocked_at = None
        loop.call_later(EVERY, self._come_round, loop, now + EVERY)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._loop is loop and not loop.is_closed():
            time.sleep(EVERY)
            since = self._came_round_at
            if loop.is_running() and self._blocked_at is None and time.monotonic() - since > BLOCKED:
                self._blocked_at = since
                metrics.LOOP_BLOCKED.inc()
                log.error("the event loop stands still", stack=self._stack())

    def _stack(self) -> str:
        """Where the loop's thread is: files, lines and our source, without any value."""
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 - documented, and the only way
        return "".join(traceback.format_stack(frame)) if frame else ""


watch = LoopWatch()


class Watched:
    """An ASGI application whose loop is watched from the first thing on that comes in."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch.begin()
        await self._application(scope, receive, send)
