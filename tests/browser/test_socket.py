"""The page and its socket: it opens, comes back, and says so when it is late."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.support import Center
from tests.support.story import ANA, CUSTOMER


def test_the_socket_opens_though_its_script_arrives_last(center: Center, open_page: Callable[..., Page]):
    page = open_page()

    def late(route: Route) -> None:
        time.sleep(0.7)
        route.continue_()

    page.route("**/hx-ws-4*.js", late)
    page.reload()
    expect(page.locator("#badge")).to_contain_text("Live")


def test_a_page_that_was_cut_off_catches_up(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    page.context.set_offline(True)
    page.evaluate(
        "htmx.ext.ws.getRegistry().get(document.getElementById('live').getAttribute('hx-ws:connect')).socket.close()"
    )
    expect(page.locator("#badge")).to_contain_text("Reconnecting")
    center.call(ANA)
    page.context.set_offline(False)
    expect(page.locator("#badge")).to_contain_text("Live")
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz")


def test_changing_calls_do_not_disturb_typing_in_the_search(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    search = page.get_by_role("searchbox")
    search.press_sequentially("An")
    center.call(ANA)
    expect(page.locator("[data-conference]")).to_contain_text("Ana Ruiz")
    search.press_sequentially("a Rui")
    center.simulator.far_end_holds(center.leg(CUSTOMER))
    expect(page.locator("[data-conference]")).to_contain_text("On hold")
    assert (search.input_value(), search.evaluate("it => it === document.activeElement")) == ("Ana Rui", True)
