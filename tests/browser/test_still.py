"""Nothing moves under the pointer or the focus: what no longer belongs in the view stays, greyed, until they leave."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from conferences.simulator.world import Conference as World
from tests.browser.support import Center
from tests.support.story import ANA, LUIS

UNDER = "([x, y]) => document.elementFromPoint(x, y)?.closest('#conferences > article')?.id ?? ''"
CUSTOMERS = [f"+1415555013{number}" for number in range(8)]


@pytest.fixture
def calls(center: Center) -> list[World]:
    return [center.call(ANA if number % 2 else LUIS, customer=one) for number, one in enumerate(CUSTOMERS)]


def held(center: Center, call: World, number: int, *, on: bool) -> None:
    leg = next(stay.leg for stay in call.participants if CUSTOMERS[number] in (stay.leg.from_, stay.leg.to))
    (center.simulator.far_end_holds if on else center.simulator.far_end_resumes)(leg)


def middle(page: Page, index: int) -> tuple[float, float]:
    box = page.locator("#conferences > article").nth(index).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def shows_its_time_once_in_sight(page: Page, row: Locator) -> None:
    """Only what is in sight is written each second."""
    page.set_viewport_size({"width": 1440, "height": 200})
    clock = row.locator(".cell.time time")
    was = clock.text_content()
    page.wait_for_timeout(2100)
    clock.scroll_into_view_if_needed()
    expect(clock).not_to_have_text(was or "")


@pytest.mark.parametrize("moving", [False, True])
def test_the_row_under_the_pointer_stays_that_row(center: Center, open_page: Callable[..., Page], calls, moving):
    """A filtered view in which rows above come to no longer fit, end, and new ones come."""
    for number in range(8):
        held(center, calls[number], number, on=True)
    page = open_page()
    page.goto("/?state=On+hold")
    rows = page.locator("#conferences > article")
    expect(rows).to_have_count(8)
    x, y = middle(page, 5)
    page.mouse.move(x, y)
    under = page.evaluate(UNDER, [x, y])
    for number in range(4):
        held(center, calls[number], number, on=False)
        if number == 2:
            center.simulator.world.conferences.end_by_command(calls[number])
        until = time.monotonic() + 3
        while time.monotonic() < until:
            if moving:
                page.mouse.move(x + (time.monotonic() % 1) * 20, y)
            page.wait_for_timeout(100)
            assert page.evaluate(UNDER, [x, y]) == under
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("changes waiting")
    expect(page.locator("[data-leaving]").first).to_be_visible()

    page.mouse.move(5, 5)
    expect(page.locator("[data-leaving]")).to_have_count(0)
    expect(waiting).to_be_hidden()
    expect(rows).to_have_count(4)


def test_the_row_with_the_focus_stays_too(center: Center, open_page: Callable[..., Page], calls):
    for number in range(3):
        held(center, calls[number], number, on=True)
    page = open_page()
    page.goto("/?state=On+hold")
    expect(page.locator("#conferences > article")).to_have_count(3)
    page.locator("#conferences > article a").first.focus()
    held(center, calls[0], 0, on=False)
    expect(page.locator("[data-leaving]")).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('article') !== null")
    page.get_by_role("searchbox").focus()
    expect(page.locator("#conferences > article")).to_have_count(2)
    shows_its_time_once_in_sight(page, page.locator("#conferences > article").last)


def test_one_that_fits_again_is_no_longer_leaving(center: Center, open_page: Callable[..., Page], calls):
    held(center, calls[0], 0, on=True)
    page = open_page()
    page.goto("/?state=On+hold")
    page.locator("#conferences > article a").first.focus()
    held(center, calls[0], 0, on=False)
    expect(page.locator("[data-leaving]")).to_have_count(1)
    expect(page.locator("#conferences > article")).to_contain_text("Talking")  # greyed, and still true
    held(center, calls[0], 0, on=True)
    expect(page.locator("[data-leaving]")).to_have_count(0)
    expect(page.locator("#conferences > article")).to_contain_text("On hold")


def test_with_nobody_in_the_list_they_go_at_once(center: Center, open_page: Callable[..., Page], calls):
    held(center, calls[0], 0, on=True)
    page = open_page()
    page.goto("/?state=On+hold")
    expect(page.locator("#conferences > article")).to_have_count(1)
    held(center, calls[0], 0, on=False)
    expect(page.locator("#conferences > article")).to_have_count(0)
