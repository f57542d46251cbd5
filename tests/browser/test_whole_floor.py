"""A supervisor's day by keyboard alone: board, agents, an agent's next call, another call, whisper, slider, leave."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from conferences.simulator.world import Conference as World
from conferences.simulator.world import Leg
from tests.browser.support import Center, complaints, eventually
from tests.support.story import ANA, DESK, LUIS


def at_row(page: Page, row: Locator) -> None:
    """Move on from row to row until the focus is in that one."""
    for _ in range(6):
        page.keyboard.press("j")
        if row.evaluate("row => row.contains(document.activeElement)"):
            return
    raise AssertionError("no key leads to this row")


def tab_to(page: Page, button: Locator) -> None:
    for _ in range(12):
        if button.evaluate("button => button === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no key leads to this button")


def settled(page: Page) -> None:
    """Wait until the page's scripts listen; axe finds nothing wrong with it."""
    expect(page.locator("#badge")).to_contain_text("Live")
    assert complaints(page) == []


def join_the_next_call(center: Center, page: Page) -> World:
    """From the board to the agents; wait for Ana's next call, which begins."""
    settled(page)
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile("/agents/"))
    settled(page)
    row = page.locator("#agents article", has_text="Ana Ruiz")
    at_row(page, row)
    tab_to(page, row.get_by_role("button", name="Join next call"))
    page.keyboard.press("Enter")
    expect(page.locator("#supervision")).to_contain_text("When the next call of")
    world = center.call(ANA)
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined")
    return world


def go_over_and_whisper(page: Page, leg: Leg, world: World) -> None:
    """Back to the board, over to the other call, and whisper to its agent."""
    bar = page.locator("#supervision")
    page.keyboard.press("v")
    expect(page.locator("#conferences > article")).to_have_count(2)
    settled(page)
    page.keyboard.press("n")
    eventually(lambda: leg.participant in world.participants)
    expect(bar.locator(".proof")).to_contain_text("confirmed by Telnyx")
    page.keyboard.press("w")
    expect(bar).to_have_attribute("data-role", "whisper")
    expect(bar).to_contain_text("Only Luis Ortega hears you.")


def look_back(page: Page) -> None:
    """To the page of the call she is in, and along its slider."""
    at_row(page, page.locator("#conferences > article[data-mine]"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/conferences/"))
    settled(page)
    now = page.locator(".moment").get_attribute("data-at") or ""
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".moment")).not_to_have_attribute("data-at", now)
    expect(page).to_have_url(re.compile("at="))


def test_the_whole_floor_by_keyboard_alone(center: Center, open_page: Callable[..., Page]):
    second = center.call(LUIS, customer="+14155550172")
    page = open_page()
    first = join_the_next_call(center, page)
    leg = center.leg(DESK)
    assert (leg.participant in first.participants, center.hear(first, leg)) == (True, set())
    go_over_and_whisper(page, leg, second)
    assert (center.hear(second, leg), center.hear(first, leg)) == ({LUIS}, set())
    look_back(page)
    page.keyboard.press("l")
    eventually(lambda: leg.state == "ended")
    expect(page.locator("#supervision")).to_contain_text("You left. The call goes on without you.")
    assert len(center.simulator.legs_to(DESK)) == 1
