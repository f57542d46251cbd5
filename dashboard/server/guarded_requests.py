"""daphne's requests, each bounded in time and size, and handshakes in number. Imported only where its reactor runs."""

from __future__ import annotations

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor

from dashboard.server.connections import IDLE, LARGEST, LONGEST
from dashboard.server.handshakes import Handshakes, opener

clock: Any = reactor
handshakes = Handshakes()
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class GuardedRequest(WebRequest):  # type: ignore[misc]
    """A request that is aborted when it is not complete in time, or too large; it waits as one of many handshakes."""

    is_refused = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _stop(getattr(self.channel, "waits", None))
        self._overdue = clock.callLater(LONGEST, _abort, self.channel)
        self._turn: Any = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - twisted's name
        super().gotLength(length)
        self._refuse_beyond(length or 0)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - twisted's name
        if not self.is_refused:
            super().handleContentChunk(data)
            self._refuse_beyond(self.content.tell())

    def _refuse_beyond(self, size: int) -> None:
        if size > LARGEST and not self.is_refused:
            self.is_refused = True
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()

    def process(self) -> Any:
        _stop(self._overdue)
        wait = handshakes.admit(_who(self)) if _is_handshake(self) else 0.0
        if wait is None:
            self.basic_error(429, b"Too Many Requests", "Too many pages were opened at once.")
        elif wait:
            self._turn = clock.callLater(wait, super().process)
        else:
            return super().process()
        return None

    def finish(self) -> None:
        channel = self.channel
        super().finish()
        if channel is not None:
            channel.waits = clock.callLater(IDLE, _abort, channel)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - twisted's name
        _stop(self._overdue)
        if _stop(self._turn):
            handshakes.give_back(_who(self))
        super().connectionLost(reason)


class GuardedFactory(HTTPFactory):  # type: ignore[misc]
    """Makes connections that say something soon."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = GuardedRequest
        channel = protocol._channel  # noqa: SLF001 - the one that requests know
        channel.waits = clock.callLater(IDLE, _abort, channel)
        return protocol


class CodedSocket(WebSocketProtocol):  # type: ignore[misc]
    """A socket that is closed with the code it is told, also one of the protocol's own: 1009, 1012, 1013.

    autobahn keeps those to itself, and daphne's close then fails: the socket stays open.
    """

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        self.sendCloseFrame(code=1000 if code is None else code)


def _is_handshake(request: Any) -> bool:
    return bool((request.getHeader(b"upgrade") or b"").lower() == b"websocket")


def _who(request: Any) -> str:
    cookies = (request.getHeader(b"cookie") or b"").decode("latin-1")
    return opener(cookies, str(getattr(request.client, "host", "")))


def _stop(call: Any) -> bool:
    """Whether there was something to stop."""
    if call is None or not call.active():
        return False
    call.cancel()
    return True


def _abort(channel: Any) -> None:
    transport = getattr(channel, "transport", None)
    if transport is not None:
        transport.abortConnection()
