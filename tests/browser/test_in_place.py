"""Starting and leaving a supervision changes the bar, not the page: place and focus stay."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.support import Center
from tests.support.story import ANA

FOCUS = "document.activeElement.closest('#supervision') !== null"


def top_of(row: Locator) -> float:
    box = row.bounding_box()
    assert box is not None
    return box["y"]


def test_the_page_stays_where_it_was(center: Center, open_page: Callable[..., Page]):
    for number in range(10):
        center.call(ANA, customer=f"+1415555013{number}")
    page = open_page(viewport={"width": 1440, "height": 420})
    rows = page.locator("#conferences > article")
    expect(rows).to_have_count(10)
    expect(page.locator("#conferences > article[data-word=Talking]")).to_have_count(10)
    expect(page.locator("#badge")).to_contain_text("Live")
    page.evaluate("window.mark = 'the same page'")
    rows.nth(6).get_by_role("link", name="Monitor").scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(300)
    beside = page.locator(f"#{rows.nth(5).get_attribute('id')}")
    rows.nth(6).get_by_role("link", name="Monitor").click()
    before, scrolled = top_of(beside), page.evaluate("scrollY")
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined")
    assert page.evaluate("window.mark") == "the same page"
    assert abs(top_of(beside) - before) < 5  # her own row has gone up to hers
    assert scrolled > 0
    assert page.evaluate(FOCUS)
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.locator("#supervision-leave button").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "ended")
    assert page.evaluate("window.mark") == "the same page"
    assert page.evaluate(FOCUS)


def test_from_the_calls_own_page_too(center: Center, open_page: Callable[..., Page]):
    center.call(ANA)
    page = open_page()
    page.locator("[data-conference] a.name").first.click()
    expect(page.locator("#badge")).to_contain_text("Live")
    page.locator(".mode-cards a[data-role=monitor]").click()
    page.evaluate("window.mark = 'the same page'")
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined")
    assert page.evaluate("window.mark") == "the same page"


def test_a_form_that_is_refused_stays_open(center: Center, open_page: Callable[..., Page]):
    world = center.call(ANA)
    page = open_page()
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Whisper").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Ana Ruiz").uncheck()
    dialog.get_by_role("button", name="Start whispering").click()
    expect(dialog).to_contain_text("Choose at least one agent to whisper to.")
    expect(dialog.locator("[role=alert], .error").first).to_be_visible()
    assert len(world.participants) == 2
