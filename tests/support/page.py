"""An open page's socket, over the real ASGI application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.asgi import application
from tests.support.story import browser

ORIGIN = settings.ORIGINS[0]


class Page:
    """One open page's socket."""

    def __init__(self, user: User | None, query: str = "since=0", origin: str | None = ORIGIN) -> None:
        headers = [(b"origin", origin.encode())] if origin else []
        if user is not None:
            cookie = browser(user).cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        self.socket = WebsocketCommunicator(application, f"/ws/board/?{query}", headers=headers)

    async def open(self) -> bool:
        connected, _ = await self.socket.connect(timeout=5)
        return bool(connected)

    async def frame(self, timeout: float = 5) -> dict[str, Any]:
        return json.loads(await self.socket.receive_from(timeout=timeout))

    async def until(self, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while not found(frame := await self.frame()):
                pass
        return frame
