"""A page that is older than the server: it offers to reload, after a while, and never while she is on a call."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.support import Center
from tests.support.story import ANA

OLDER = "document.documentElement.dataset.version = 'older'"
WHILE = 35_000  # 20 s, and the next heartbeat


def test_an_older_page_offers_to_reload(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    offer = page.locator("#newer")
    page.evaluate(OLDER)
    page.wait_for_timeout(8_000)
    expect(offer).to_be_hidden()  # while processes are exchanged this may be so for a moment
    expect(offer).to_be_visible(timeout=WHILE)
    offer.get_by_role("button").click()
    expect(page.locator("html")).not_to_have_attribute("data-version", "older")
    expect(offer).to_be_hidden()


def test_nobody_on_a_call_is_asked_to_reload(center: Center, open_page: Callable[..., Page]):
    center.call(ANA)
    page = open_page()
    page.locator("#conferences article a[data-role=monitor]").first.click()
    page.get_by_role("dialog").locator("button.primary").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined", timeout=20_000)
    page.evaluate(OLDER)
    expect(page.locator("#newer:not([hidden])")).to_have_count(1, timeout=WHILE)
    expect(page.locator("#newer")).to_be_hidden()
    page.locator("#supervision-leave button").click()
    expect(page.locator("#newer")).to_be_visible(timeout=20_000)
    expect(page.locator("html")).to_have_attribute("data-version", "older")
