"""Logged-in WebSocket clients, and when each of them was told of which change."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

TRY_AGAIN = 0.5  # as the page does: seconds to the next try
_ROW = re.compile(r'<article\s+id="(conference-[0-9a-f-]{36})"[^>]*?\sdata-feed="(\d+)"')


class Viewer:
    """One open board: `rows` is what its page would show, the feed number of each row as last told."""

    def __init__(self, port: int, session: str) -> None:
        self._port = port
        self._session = session
        self.rows: dict[str, int] = {}
        self.told_at: dict[str, float] = {}
        self._news_from = 0
        self.frames = 0
        self.bytes = 0
        self.refused = 0
        self.caught_up_at: float | None = None
        self._connection: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self, since: int) -> None:
        """Connect as the page does that was rendered at that feed number."""
        self.caught_up_at = None
        while (connection := await self._try(since)) is None:
            self.refused += 1
            await asyncio.sleep(TRY_AGAIN)
        self._connection = connection
        self._reading = asyncio.create_task(self._read(connection))

    async def _try(self, since: int) -> ClientConnection | None:
        """None when the server hangs up on the handshake, as it may when too many come at once."""
        try:
            return await connect(
                f"ws://127.0.0.1:{self._port}/ws/board/?since={since}",
                additional_headers={"Cookie": f"sessionid={self._session}"},
                origin=f"http://127.0.0.1:{self._port}",
                compression=None,
                max_size=None,
                ping_interval=None,
                open_timeout=60,
                proxy=None,
            )
        except (InvalidHandshake, OSError):
            return None

    async def close(self) -> None:
        if self._connection is not None and self._reading is not None:
            await self._connection.close()
            await self._reading

    def expect(self, feed: int) -> None:
        """Begin to note anew when rows were told that changed after that feed number."""
        self._news_from = feed
        self.told_at.clear()
        self.frames = self.bytes = 0

    async def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                message = await connection.recv(decode=False)
                self._heard(message, time.monotonic())
        except ConnectionClosed:
            return

    def _heard(self, message: bytes, at: float) -> None:
        frame: dict[str, Any] = orjson.loads(message)
        if self.caught_up_at is None and "live" in frame:
            self.caught_up_at = at
        if "content" not in frame:
            return  # a heartbeat
        self.frames += 1
        self.bytes += len(message)
        for row, feed in _ROW.findall(frame["content"]):
            self.rows[row] = int(feed)
            if int(feed) > self._news_from:
                self.told_at.setdefault(row, at)


async def open_all(viewers: Sequence[Viewer], since: int, *, at_once: int = 20) -> None:
    """Connect them and wait until each has had its first frame."""
    gate = asyncio.Semaphore(at_once)

    async def one(viewer: Viewer) -> None:
        async with gate:
            await viewer.open(since)

    async with asyncio.TaskGroup() as group:
        for viewer in viewers:
            group.create_task(one(viewer))
    await until(lambda: all(viewer.caught_up_at for viewer in viewers), 60)


async def close_all(viewers: Sequence[Viewer]) -> None:
    await asyncio.gather(*(viewer.close() for viewer in viewers))


async def until(claim: Any, seconds: float) -> bool:
    """Wait until the claim holds; whether it came to."""
    end = time.monotonic() + seconds
    while not (held := claim()) and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return bool(held)
