"""Open and closed loops, and the HTTP connections they send on; as little work per request as the client can do."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Send = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sent:
    """When each request was due and when it was answered, by time.monotonic."""

    due: list[float]
    answered: list[float]

    @property
    def latencies(self) -> list[float]:
        """In seconds, from the due time: a stall of the server, or of this client, shows in all it held up."""
        return [answered - due for due, answered in zip(self.due, self.answered, strict=True)]


async def open_loop(offsets: Sequence[float], send: Send) -> Sent:
    """Send number i at `offsets[i]` seconds from now, whatever became of earlier ones; wait for all answers."""
    start = time.monotonic()
    sent = Sent([start + offset for offset in offsets], [0.0] * len(offsets))

    async def one(number: int) -> None:
        await send(number)
        sent.answered[number] = time.monotonic()

    async with asyncio.TaskGroup() as group:
        for number, due in enumerate(sent.due):
            await asyncio.sleep(due - time.monotonic())
            group.create_task(one(number))
    return sent


async def closed_loop(count: int, at_once: int, send: Send) -> float:
    """Send `count` requests, each connection the next as soon as it has its answer; return the seconds it took."""
    numbers = itertools.count()
    start = time.monotonic()

    async def one() -> None:
        while (number := next(numbers)) < count:
            await send(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(one())
    return time.monotonic() - start


class Door:
    """HTTP/1.1 connections to one loopback port, kept open and used by one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer."""
        lines = [f"{name}: {value}" for name, value in ({"Content-Type": "application/json"} | headers).items()]
        return await self._ask("POST", path, lines, body)

    async def get(self, path: str) -> int:
        """Return the status of the answer."""
        return await self._ask("GET", path, [], b"")

    async def _ask(self, method: str, path: str, lines: list[str], body: bytes) -> int:
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Content-Length: {len(body)}", *lines]
        request = "\r\n".join([*head, "", ""]).encode() + body
        while self._idle:
            with suppress(ConnectionError, asyncio.IncompleteReadError):  # the server lets none be idle for long
                return await self._ask_on(self._idle.pop(), request)
        return await self._ask_on(await asyncio.open_connection("127.0.0.1", self._port), request)

    async def _ask_on(self, connection: Connection, request: bytes) -> int:
        reader, writer = connection
        writer.write(request)
        status, rest = _status_and_length(await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(rest)
        self._idle.append(connection)
        return status

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            with suppress(ConnectionError):  # a server that was flooded may have cut it first
                await writer.wait_closed()
        self._idle.clear()


def _status_and_length(head: bytes) -> tuple[int, int]:
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines if line)
    return int(first.split()[1]), int(fields["content-length"])
