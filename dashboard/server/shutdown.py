"""Stops a server so that nobody notices: what is under way is answered, pages come again, and it is gone soon.

Told to stop (SIGTERM, Ctrl-C) it begins nothing new: a request is answered with 503, upon which the provider sends its
webhook again, and a page's socket is closed with 1012, upon which it connects anew. Told once more it stops at once.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from dashboard.live.hub import hub

log = logging.getLogger(__name__)

DRAIN: Final = 4.0  # seconds for what is under way to be answered
FLUSHED: Final = 0.2  # seconds for answers to be on the wire
GRACE: Final = 5.0  # seconds, once the loop has stopped, for what threads do to come to its end
SERVICE_RESTART: Final = 1012  # RFC 6455: IANA's registry of close codes
_LOOK: Final = 0.02

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADERS: Final = ((b"content-type", b"text/plain"), (b"retry-after", b"1"), (b"cache-control", b"no-store"))
_SENTENCE: Final = b"The server is being restarted. Please try again in a moment."


class Drain:
    """An ASGI application around another that can be told to begin nothing new. Lives on one event loop."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._under_way = 0
        self.is_stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.is_stopping:
            await _turn_away(scope, send)
        elif scope["type"] == "http":
            self._under_way += 1
            try:
                await self._application(scope, receive, send)
            finally:
                self._under_way -= 1
        else:
            await self._application(scope, receive, send)

    async def finish(self) -> None:
        """Begin nothing new, close the pages' sockets, and return once requests are answered, or after some seconds."""
        self.is_stopping = True
        until = time.monotonic() + DRAIN
        hub.close_all(SERVICE_RESTART)
        while (self._under_way or hub.count) and time.monotonic() < until:
            await asyncio.sleep(_LOOK)
            hub.close_all(SERVICE_RESTART)  # of pages that were being admitted
        if self._under_way:
            log.warning("%s requests were not answered within %s s of being told to stop", self._under_way, DRAIN)
        await asyncio.sleep(FLUSHED)


async def _turn_away(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": SERVICE_RESTART})
    elif scope["type"] == "http":
        headers = [*_HEADERS, (b"content-length", str(len(_SENTENCE)).encode())]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": _SENTENCE})


def stop_gently(application: Drain) -> None:
    """Have this process finish what is under way when it is told to stop, and end within seconds of daphne's loop.

    A thread that works on a request then may wait for ever: Django lets synchronous middleware wait for the loop, which
    runs no more, and Python waits for its threads. What was acknowledged is on disk, and what was not is sent again.
    """
    if (reactor := _reactor()) is not None:
        reactor.callWhenRunning(_hear_signals, application, reactor)
        reactor.addSystemEventTrigger("after", "shutdown", _begin)


def at_end(call: Callable[[], object]) -> None:
    """Have this called once daphne's loop has stopped: when Python itself ends, no thread may begin anything more."""
    if (reactor := _reactor()) is not None:
        reactor.addSystemEventTrigger("after", "shutdown", call)
    else:
        atexit.register(call)


def _reactor() -> Any:
    """daphne's loop; None under another server, and in a test."""
    if "twisted.internet.reactor" not in sys.modules:
        return None
    from twisted.internet import reactor

    return reactor


def _hear_signals(application: Drain, reactor: Any) -> None:
    """Take the signals over from the reactor, which would drop every connection at once."""
    loop = asyncio.get_event_loop()
    tasks: list[asyncio.Task[None]] = []

    async def stop() -> None:
        await application.finish()
        reactor.stop()

    def told(number: int, _: object) -> None:
        log.info("Told to stop by signal %s", number)
        if not tasks:
            loop.call_soon_threadsafe(lambda: tasks.append(loop.create_task(stop())))
        else:
            reactor.callFromThread(reactor.stop)

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)


def _begin() -> None:
    timer = threading.Timer(GRACE, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    log.warning("Something still waited %s s after the server was told to stop; leaving it", GRACE)
    os._exit(0)
