"""A server that is told to stop finishes what it has begun, and begins nothing new."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dashboard.live.hub import hub
from dashboard.live.viewer import Viewer
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.server import shutdown
from dashboard.server.shutdown import Drain

HTTP, SOCKET = {"type": "http"}, {"type": "websocket"}


class Sent:
    """What was sent to one client."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def __call__(self, message: Any) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])


async def nothing() -> Any:
    return {"type": "http.request"}


@pytest.fixture
def may_answer() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def served(may_answer: asyncio.Event) -> Drain:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await may_answer.wait()
        await send({"type": "http.response.start", "status": 200})

    return Drain(application)


async def test_what_is_under_way_is_answered_first(served: Drain, may_answer):
    begun = Sent()
    request = asyncio.create_task(served(HTTP, nothing, begun))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(served.finish())
    await asyncio.sleep(0.1)
    assert (stopping.done(), begun.messages) == (False, [])
    may_answer.set()
    await stopping
    assert (request.done(), begun.status) == (True, 200)


async def test_a_request_that_comes_later_is_sent_away(served: Drain):
    await served.finish()
    sent = Sent()
    await served(HTTP, nothing, sent)
    assert (sent.status, dict(sent.messages[0]["headers"])[b"retry-after"]) == (503, b"1")


async def test_a_socket_that_comes_later_comes_again(served: Drain):
    await served.finish()
    sent = Sent()
    await served(SOCKET, nothing, sent)
    assert sent.messages == [{"type": "websocket.close", "code": 1012}]


async def test_a_request_that_hangs_is_not_waited_for(served: Drain, monkeypatch):
    monkeypatch.setattr(shutdown, "DRAIN", 0.1)
    hanging = asyncio.create_task(served(HTTP, nothing, Sent()))
    await asyncio.sleep(0)
    async with asyncio.timeout(2):
        await served.finish()
    hanging.cancel()


async def test_open_pages_are_closed_to_come_again(served: Drain):
    page = Viewer(1, "", None, BoardFilter(), None, 0)  # type: ignore[arg-type]
    hub._viewers.add(page)
    page.offer("a frame")
    await served.finish()
    assert (page.close_code, page.frames.get_nowait(), hub.count) == (1012, None, 0)
