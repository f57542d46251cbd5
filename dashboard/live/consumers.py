"""Admits a socket, hands it to the hub and forwards what the hub says; nothing a browser sends is acted on."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any
from urllib.parse import parse_qsl

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from dashboard.live.connect import authenticate, screen_of, session_of
from dashboard.live.hub import hub
from dashboard.live.viewer import Viewer
from dashboard.wallboard.pushing import Watcher

SHOWN = re.compile(r"[0-9]{1,18}")
# A page says once a second at most what it shows.
MESSAGES_A_SECOND, MOST_AT_ONCE = 5.0, 10.0
LONGEST = 64
TOO_LONG, TOO_MUCH, TOO_MANY_PAGES, TRY_AGAIN = 1009, 4429, 4409, 1013


class BoardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """`/ws/board/?since=<feed number>`: everything changed since, then whatever changes."""

    at: Any = hub
    viewer: Viewer | Watcher | None = None
    allowance = MOST_AT_ONCE
    heard_at = 0.0
    is_over = False
    forwarding: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        if self._has_too_many():
            await self.accept()
            await self.close(TOO_MANY_PAGES)
            return
        try:
            viewer = await self._admitted()
        except DatabaseError:
            await self.accept()
            await self.close(TRY_AGAIN)
            return
        await self.accept()
        if viewer is None:
            await self.close(4401)
            return
        if not self.at.has_room(viewer):
            await self.close(TOO_MANY_PAGES)
            return
        self.viewer = viewer
        self.forwarding = asyncio.get_running_loop().create_task(self._forward(viewer))
        try:
            await self.at.join(viewer)
        except DatabaseError:
            await self.close(TRY_AGAIN)

    def _has_too_many(self) -> bool:
        return hub.is_full(session_of(self.scope))

    async def _admitted(self) -> Viewer | Watcher | None:
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        return await authenticate(self.scope, query)

    async def disconnect(self, code: int) -> None:
        if self.viewer is not None:
            self.at.leave(self.viewer)
        if self.forwarding is not None:
            self.forwarding.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The number of a frame now on screen, for the lag meter. Actions are HTTP posts with their own checks.

        Whoever sends much or often is no page of ours: the connection is closed.
        """
        if self.is_over or self.viewer is None:
            return
        if len(text_data or bytes_data or b"") > LONGEST:
            await self._end(TOO_LONG)
        elif not self._may_speak():
            await self._end(TOO_MUCH)
        elif text_data is not None and SHOWN.fullmatch(text_data):
            self.at.shown(self.viewer, int(text_data))

    def _may_speak(self) -> bool:
        now = time.monotonic()
        self.allowance = min(MOST_AT_ONCE, self.allowance + (now - self.heard_at) * MESSAGES_A_SECOND) - 1
        self.heard_at = now
        return self.allowance >= 0

    async def _end(self, code: int) -> None:
        self.is_over = True
        await self.close(code)

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels would first hop to a thread, one for the whole process, to close database connections we do not have.
        handler = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }[message["type"]]
        await handler(message)

    async def _forward(self, viewer: Viewer | Watcher) -> None:
        while (frame := await viewer.frames.get()) is not None:
            await self.send(text_data=frame)
        await self.close(viewer.close_code)


class WallConsumer(BoardConsumer):
    """`/ws/wall/<slug>/`: what a screen on a wall shows, by the token in its cookie."""

    at = hub.walls

    def _has_too_many(self) -> bool:
        return False

    async def _admitted(self) -> Watcher | None:
        return await screen_of(self.scope)
