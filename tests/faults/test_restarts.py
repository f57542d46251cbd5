"""Servers that are restarted in good order, and pages that come back, all of them at once, or never read."""

from __future__ import annotations

import asyncio
import socket
import time

import orjson
from django.conf import settings
from django.contrib.auth.models import User
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from conferences.models import Fact
from tests.support.installation import (
    Installation,
    Page,
    differences,
    eventually,
    is_whole,
    legs_shown,
    live_legs,
    resident,
)
from tests.support.story import ANA, LUIS, browser, make_supervisor

PAGES, OF_ONE = 500, 10
RIGHT_WITHIN = 60.0  # on two busy cores; docs/bench.md has how long it takes
DROPPED_WITHIN = 90.0


def is_right(page: Page, installation: Installation, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.listen(0.2)
        if legs_shown(page.rows) == live_legs(installation):
            return True
    return False


def test_restarted_under_load_it_loses_nothing(installation: Installation):
    page = installation.page()
    for agent in (ANA, LUIS, ANA):
        server = installation.start()
        page.listen(0.5)
        installation.simulator.conference_with([agent])
        server.terminate()
        assert server.wait(timeout=30) == 0
        kept = set(Fact.objects.values_list("event_id", flat=True))
        assert installation.acknowledged() <= kept
        installation.start()
        eventually(lambda: is_whole(installation), 60)
        assert differences() == []
        assert is_right(page, installation)
        installation.kill()
    page.close()


async def come_back(url: str, sessions: list[str], since: int) -> list[int]:
    """Open all pages at once, each until it is let in; what the first frame of each brought it to."""

    async def one(session: str) -> int:
        while True:
            try:
                async with connect(
                    f"{url.replace('http', 'ws')}/ws/board/?since={since}",
                    additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
                    origin=url,  # type: ignore[arg-type]
                    compression=None, proxy=None, open_timeout=RIGHT_WITHIN,
                ) as page:  # fmt: skip
                    frame = orjson.loads(await page.recv())
                    await asyncio.sleep(1)
                    return int(frame["feed"])
            except (OSError, WebSocketException):
                await asyncio.sleep(0.5)  # as the page does

    async with asyncio.timeout(RIGHT_WITHIN):
        return list(await asyncio.gather(*(one(session) for session in sessions)))


def test_five_hundred_pages_come_back_at_once(installation: Installation, directory):
    users = [make_supervisor(f"user{n}", f"User {n}", [directory.support], []) for n in range(PAGES // OF_ONE)]
    sessions = [browser(user).cookies[settings.SESSION_COOKIE_NAME].value for user in users] * OF_ONE
    installation.start()
    installation.simulator.conference_with([ANA])
    eventually(lambda: is_whole(installation))
    installation.kill()
    installation.start()
    latest = installation.page()
    latest.listen(1)
    numbers = asyncio.run(come_back(installation.url, sessions, 0))
    assert (len(numbers), min(numbers) >= latest.feed > 0) == (PAGES, True)
    assert installation.get("/").status_code == 200
    latest.close()


def never_reads(installation: Installation) -> socket.socket:
    """A page whose browser takes in next to nothing, not even the pings."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", installation.port))
    one.sendall((
        "GET /ws/board/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Origin: {installation.url}\r\nCookie: {settings.SESSION_COOKIE_NAME}={installation.session}\r\n\r\n"
    ).encode())  # fmt: skip
    return one


def is_dropped(connection: socket.socket) -> bool:
    """Whether the server has let go of it, as the machine knows that without reading."""
    state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    return state[0] != 1  # not established any more


def test_a_page_that_never_reads_is_let_go(installation: Installation, marta: User):
    server = installation.start()
    page = installation.page()
    world = installation.simulator.conference_with([ANA, LUIS])
    assert is_right(page, installation)
    slow = [never_reads(installation) for _ in range(10)]
    before, until = resident(server.pid), time.monotonic() + DROPPED_WITHIN
    held = False
    while not all(is_dropped(one) for one in slow):
        assert time.monotonic() < until, "a page that never reads is held"
        held = not held
        leg = world.participants[0].leg
        (installation.simulator.far_end_holds if held else installation.simulator.far_end_resumes)(leg)
        page.listen(0.1)
    assert is_right(page, installation)
    assert resident(server.pid) - before < 50 * 1024 * 1024
    for one in slow:
        one.close()
    page.close()
