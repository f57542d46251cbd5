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


def ten_calls(center: Center, page: Page) -> Locator:
    for number in range(10):
        center.call(ANA, customer=f"+1415555013{number}")
    page.reload()
    expect(page.locator("#conferences > article[data-word=Talking]")).to_have_count(10)
    expect(page.locator("#badge")).to_contain_text("Live")
    page.evaluate("window.mark = 'the same page'")
    return page.locator("#conferences > article")


def test_the_page_stays_where_it_was(center: Center, open_page: Callable[..., Page]):
    page = open_page(viewport={"width": 1440, "height": 420})
    rows, bar, waiting = ten_calls(center, page), page.locator("#supervision"), page.locator("#waiting")
    rows.nth(6).get_by_role("link", name="Monitor").scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(300)
    beside = page.locator(f"#{rows.nth(5).get_attribute('id')}")
    rows.nth(6).get_by_role("link", name="Monitor").click()
    before, scrolled = top_of(beside), page.evaluate("scrollY")
    start = page.get_by_role("dialog").get_by_role("button", name="Start monitoring")
    start.press("Enter")  # the mouse rests on the row
    expect(bar).to_have_attribute("data-state", "joined")
    expect(waiting).to_contain_text("1 change waiting")
    assert abs(top_of(beside) - before) < 1  # what is under her mouse has not moved
    assert (page.evaluate("window.mark"), scrolled > 0, page.evaluate(FOCUS)) == ("the same page", True, True)
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press(".")
    expect(page.locator("#conferences > .group[data-group=mine] + article[data-mine]")).to_have_count(1)
    page.locator("#supervision-leave button").click()
    expect(bar).to_have_attribute("data-state", "ended")
    assert (page.evaluate("window.mark"), page.evaluate(FOCUS)) == ("the same page", True)


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
