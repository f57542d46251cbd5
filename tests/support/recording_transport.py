"""The line between our client and the simulator: every command on it is seen, and it may be down for some of them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Send:
    """One command on its way: when it was sent and when it was clear what came of it, in seconds on one clock."""

    path: str
    command_id: str
    began: float
    ended: float


@dataclass
class Down:
    """No connection for commands to `path`, so many times; for ever when `times` is None."""

    path: str
    cause: OSError
    times: int | None = None

    def meets(self, path: str) -> bool:
        if self.times == 0 or not re.search(self.path, path):
            return False
        self.times = None if self.times is None else self.times - 1
        return True


CLOSED_PORT = ConnectionRefusedError(111, "Connection refused")
UNKNOWN_HOST = socket.gaierror(-2, "Name or service not known")


class Line(httpx.BaseTransport):
    """Passes requests on to `inner` and remembers the commands among them."""

    def __init__(self, inner: httpx.BaseTransport, clock: Callable[[], float]) -> None:
        self.sends: list[Send] = []
        self.down: Down | None = None
        self._inner = inner
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return self._inner.handle_request(request)
        began, command_id = self._clock(), json.loads(request.content).get("command_id", "")
        try:
            return self._pass(request)
        finally:
            self.sends.append(Send(request.url.path, command_id, began, self._clock()))

    def _pass(self, request: httpx.Request) -> httpx.Response:
        if self.down and self.down.meets(request.url.path):
            raise httpx.ConnectError(str(self.down.cause)) from self.down.cause
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()
