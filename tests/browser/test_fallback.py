"""Where no WebSocket gets through, the page goes on over HTTP, and says which of the reasons it is."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.support import Center
from tests.support.story import ANA, CUSTOMER

BLOCKED = "something between here and the server blocks WebSockets"


def refuse(page: Page) -> None:
    """A filter that closes every WebSocket as soon as it is opened."""
    page.route_web_socket("**/ws/board/**", lambda socket: socket.close(code=1011))


def swallow(page: Page) -> None:
    """A filter that lets it open and passes nothing on."""

    def never(_: WebSocketRoute) -> None:
        return None

    page.route_web_socket("**/ws/board/**", never)


def blocked_page(open_page: Callable[..., Page], how: Callable[[Page], None]) -> Page:
    page = open_page()
    how(page)
    page.reload()
    expect(page.locator("#badge")).to_contain_text("Live, slower", timeout=25_000)
    expect(page.locator("#slower")).to_contain_text(BLOCKED)
    return page


def test_a_refused_socket_is_got_by_without(center: Center, open_page: Callable[..., Page], tmp_path):
    page = blocked_page(open_page, refuse)
    center.call(ANA)
    row = page.locator("[data-conference]")
    expect(row).to_contain_text("Ana Ruiz", timeout=6_000)
    page.screenshot(path=tmp_path / "slower.png")
    center.simulator.far_end_hangs_up(center.leg(CUSTOMER))
    expect(row).to_contain_text("no customer", timeout=6_000)


def test_a_socket_that_is_swallowed_is_got_by_without(center: Center, open_page: Callable[..., Page]):
    page = blocked_page(open_page, swallow)
    center.call(ANA)
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz", timeout=6_000)


def test_her_own_bar_follows_too(center: Center, open_page: Callable[..., Page]):
    center.call(ANA)
    page = blocked_page(open_page, swallow)
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Monitor").click()
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    expect(page.locator("#supervision-state")).to_contain_text("Nobody hears you.", timeout=40_000)


def test_a_page_with_its_socket_asks_nothing(center: Center, open_page: Callable[..., Page]):
    asked: list[str] = []
    page = open_page()
    page.on("request", lambda request: asked.append(request.url) if "/feed/" in request.url else None)
    page.wait_for_timeout(14_000)
    assert asked == []
    expect(page.locator("#slower")).to_be_hidden()
