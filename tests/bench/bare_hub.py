"""The floor of the push: one string, always the same, to every socket of the same server whenever it is asked to."""

from __future__ import annotations

import asyncio
from typing import Any

TEXT = "x" * 5000  # as long as a frame with one row
_sockets: set[Any] = set()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await _keep(receive, send)
        return
    if scope["path"] == "/push":
        await asyncio.gather(*(one({"type": "websocket.send", "text": TEXT}) for one in list(_sockets)))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _keep(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    _sockets.add(send)
    try:
        while (await receive())["type"] != "websocket.disconnect":
            pass
    finally:
        _sockets.discard(send)
