"""Admits a socket, hands it to the hub and forwards what the hub says; nothing a browser sends is acted on."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qsl

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from dashboard.admission import admit
from dashboard.hub import hub
from dashboard.viewers import Viewer

SHOWN = re.compile(r"[0-9]{1,18}")


class BoardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """`/ws/board/?since=<feed number>`: everything changed since, then whatever changes."""

    viewer: Viewer | None = None
    forwarding: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        viewer = await admit(self.scope, query)
        await self.accept()
        if viewer is None:
            await self.close(4401)
            return
        self.viewer = viewer
        self.forwarding = asyncio.get_running_loop().create_task(self._forward(viewer))
        try:
            await hub.join(viewer)
        except DatabaseError:
            await self.close(1013)

    async def disconnect(self, code: int) -> None:
        if self.viewer is not None:
            hub.leave(self.viewer)
        if self.forwarding is not None:
            self.forwarding.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The number of a frame now on screen, for the lag meter. Deeds are HTTP posts with their own checks."""
        if text_data is not None and SHOWN.fullmatch(text_data):
            hub.shown(int(text_data))

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels would first hop to a thread, one for the whole process, to close database connections we do not have.
        handler = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }[message["type"]]
        await handler(message)

    async def _forward(self, viewer: Viewer) -> None:
        while (frame := await viewer.frames.get()) is not None:
            await self.send(text_data=frame)
        await self.close(viewer.close_code)
