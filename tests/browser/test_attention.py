"""Rows in order of attention, each with its reasons; the order is frozen while she looks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from conferences.models import Queue
from conferences.simulator.world import Conference as World
from tests.browser.support import Center, complaints
from tests.support.story import ANA, LUIS

CUSTOMERS = ["+14155550140", "+14155550141", "+14155550142"]
SHOWN = (
    "els => els.map(one => one.dataset.group ?? one.querySelector('.customer .name').textContent.replace(/\\D/g, ''))"
)


def shown(page: Page) -> list[str]:
    """The board from top to bottom: groups, and rows by their customers."""
    return page.locator("#conferences > *").evaluate_all(SHOWN)


def hold(center: Center, call: World, customer: str) -> None:
    center.simulator.far_end_holds(
        next(one.leg for one in call.participants if customer in (one.leg.from_, one.leg.to))
    )


def row(page: Page, customer: str) -> Locator:
    return page.locator("#conferences > article", has_text=f"-{customer[-4:]}")


def fold_and_unfold(page: Page, *, inside: Locator, outside: Locator) -> None:
    """Fold the group of what needs attention: it stays so for this browser, and counts on."""
    head = page.locator(".group[data-group=attention]").get_by_role("button")
    expect(head).to_have_text("Attention 2")
    head.click()
    expect(inside).to_be_hidden()
    page.reload()
    expect(outside).to_be_visible()
    expect(inside).to_be_hidden()
    head.click()
    expect(inside).to_be_visible()


def save_as_first(page: Page, name: str) -> None:
    """Save the view that is shown, to be seen first from now on."""
    page.locator("#view summary").click()
    page.get_by_label("Save as").fill(name)
    page.get_by_label("Show it first").check()
    page.get_by_role("button", name="Save this view").click()
    expect(page.locator("#saved-views").get_by_role("link", name=name)).to_be_visible()
    assert complaints(page) == []


@pytest.fixture
def calls(center: Center, directory) -> list[World]:
    Queue.objects.update(hold_warn=2, hold_alarm=6)
    return [center.call(ANA if number % 2 else LUIS, customer=one) for number, one in enumerate(CUSTOMERS)]


def test_time_alone_brings_rows_up_unless_she_looks(center: Center, open_page: Callable[..., Page], calls):
    first, second, third = (one[1:] for one in CUSTOMERS)
    page = open_page()
    expect(page.locator("#conferences > article")).to_have_count(3)
    assert shown(page) == ["others", first, second, third]
    hold(center, calls[2], CUSTOMERS[2])
    reason = row(page, third).locator(".reason[data-kind=on_hold]")
    expect(row(page, third)).to_contain_text("on hold")
    expect(reason).to_be_hidden()  # not yet: no row is marked from its first second on
    expect(reason).to_be_visible()  # and then without any event
    expect(reason).to_contain_text("of 0:02")
    assert shown(page) == ["attention", third, "others", first, second]
    expect(row(page, third)).to_have_attribute("data-level", "1")
    expect(row(page, third)).to_have_attribute("data-level", "2")

    row(page, second).get_by_role("link").first.focus()
    hold(center, calls[1], CUSTOMERS[1])
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("1 change waiting")
    expect(row(page, second)).to_have_attribute("data-level", "1")  # its colour says so at once
    assert shown(page) == ["attention", third, "others", first, second]
    page.keyboard.press(".")
    assert shown(page) == ["attention", third, second, "others", first]
    expect(waiting).to_be_hidden()
    expect(row(page, second).locator(".reason[data-kind=on_hold]")).to_be_visible()
    assert row(page, second).evaluate("row => row.contains(document.activeElement)")
    fold_and_unfold(page, inside=row(page, second), outside=row(page, first))


def test_a_view_is_arranged_at_once_and_kept(center: Center, open_page: Callable[..., Page], calls):
    first, second, third = (one[1:] for one in CUSTOMERS)
    page = open_page()
    expect(page.locator("#conferences > article")).to_have_count(3)
    customer = page.locator(".columns").get_by_role("button", name="Customer")
    customer.click()
    assert shown(page) == ["others", first, second, third]
    customer.click()
    assert shown(page) == ["others", third, second, first]
    expect(customer).to_have_attribute("aria-pressed", "true")
    page.locator("#view summary").click()
    page.get_by_label("Groups").select_option(label="By queue")
    page.get_by_label("Density").select_option(label="Compact")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill(CUSTOMERS[0][-4:])
    expect(page.locator("#conferences > article")).to_have_count(1)  # what the server filters keeps the arrangement
    page.get_by_role("searchbox").fill("")
    expect(page.locator("#conferences > article")).to_have_count(3)
    arranged = ["queue Helpdesk", third, second, first]
    expect(page).to_have_url(re.compile("direction=down"))
    assert shown(page) == arranged
    save_as_first(page, "Mine")
    page.goto("/")
    expect(page.locator("#board")).to_have_attribute("data-density", "compact")
    assert shown(page) == arranged
    assert complaints(page) == []
