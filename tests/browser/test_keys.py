"""Everything in the bar by single keys, which each user may choose; Barge takes a second press."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.support import Center, complaints, eventually
from tests.support.story import ANA, CUSTOMER, DESK


def choose(page: Page, label: str, key: str, *, said: str) -> None:
    keys = page.locator("#keys")
    keys.get_by_label(label).fill(key)
    keys.get_by_role("button", name="Save keys").click()
    expect(keys).to_contain_text(said)


def monitor_by_keys(page: Page) -> Locator:
    """Join the first call of the board; the user's own bar."""
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    panel = page.locator("#supervision")
    expect(panel).to_have_attribute("data-state", "joined")
    return panel


def test_the_bar_is_worked_by_keys_she_chose(center: Center, open_page: Callable[..., Page]):
    world = center.call(ANA)
    page = open_page()
    page.keyboard.press("?")
    choose(page, "Leave the call", "n", said="“n” is already the key for")
    assert complaints(page) == []
    choose(page, "Leave the call", "q", said="Saved for you")
    page.keyboard.press("Escape")

    panel = monitor_by_keys(page)
    leg = center.leg(DESK)
    page.keyboard.press("w")
    expect(panel).to_have_attribute("data-role", "whisper")
    assert center.hear(world, leg) == {ANA}
    page.keyboard.press("b")
    page.wait_for_timeout(600)
    assert center.hear(world, leg) == {ANA}  # once: nothing yet
    page.keyboard.press("b")
    eventually(lambda: center.hear(world, leg) == {ANA, CUSTOMER})
    page.reload()
    expect(panel).to_have_attribute("data-role", "barge")
    page.keyboard.press("l")  # no longer the key for it
    page.keyboard.press("q")
    eventually(lambda: leg.state == "ended")
    expect(panel).to_have_attribute("data-state", "ended")
    page.keyboard.press("x")
    expect(panel).to_be_hidden()
