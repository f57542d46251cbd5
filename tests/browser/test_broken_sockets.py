"""Sockets that are closed for any reason, die without a word, or are of a page that slept: the page is right again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.support import Center
from tests.support.story import ANA

pytestmark = pytest.mark.faults

# Those that a server or a proxy may close with, and our own for too much and too many (dashboard/live/consumers.py).
COME_BACK = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 4409, 4429)
SOCKET = "**/ws/board/**"


class First:
    """The first connection is closed with that code, all later ones get through."""

    def __init__(self, code: int) -> None:
        self._code = code
        self.connections = 0

    def __call__(self, socket: WebSocketRoute) -> None:
        self.connections += 1
        if self.connections == 1:
            socket.close(code=self._code)
        else:
            socket.connect_to_server()


@pytest.mark.parametrize("codes", [COME_BACK[:7], COME_BACK[7:]], ids=str)
def test_a_page_comes_back_after_any_close(center: Center, open_page: Callable[..., Page], codes: tuple[int, ...]):
    page = open_page()
    center.call(ANA)
    for code in codes:
        first = First(code)
        page.route_web_socket(SOCKET, first)
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-live", "live")
        expect(page.locator("#slower")).to_be_hidden()
        expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz")
        assert first.connections == 2, f"after a close with {code}"


@pytest.mark.parametrize("code", [4401, 4403])
def test_a_page_of_other_rights_is_made_anew(center: Center, open_page: Callable[..., Page], code: int):
    page, loaded = open_page(), []
    page.route_web_socket(SOCKET, First(code))
    page.on("load", lambda _: loaded.append(code))
    page.reload()
    page.wait_for_timeout(3_000)
    assert len(loaded) == 2
    expect(page.locator("html")).to_have_attribute("data-live", "live")


class Mortal:
    """A way through which all goes, until it is dead: then nothing does, and neither end is told."""

    def __init__(self) -> None:
        self.is_dead = False

    def __call__(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: None if self.is_dead else server.send(message))
        server.on_message(lambda message: None if self.is_dead else socket.send(message))


def test_a_socket_that_died_silently_is_noticed(center: Center, open_page: Callable[..., Page]):
    page, way = open_page(), Mortal()
    page.route_web_socket(SOCKET, way)
    page.reload()
    expect(page.locator("#badge")).to_contain_text("Live")
    way.is_dead = True
    center.call(ANA)
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz", timeout=25_000)


def test_a_page_that_slept_is_right_on_waking(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    center.call(ANA)
    page.wait_for_timeout(12_000)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz", timeout=5_000)
    expect(page.locator("html")).to_have_attribute("data-live", "live", timeout=10_000)
