"""A customer who waits outside any conference: her row is the call's row from the moment she is in one."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.support import Center, complaints
from tests.support.story import ANA, CUSTOMER, SUPPORT_NUMBER

OTHER = "+14155550155"


def test_one_row_from_ringing_to_talking(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    world = center.simulator.world
    leg = center.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    row = page.locator("#conferences > article")
    expect(row).to_contain_text("Ringing")
    expect(row).to_contain_text("cannot be joined")
    world.legs.answer(leg)
    expect(row).to_contain_text("Waiting")
    expect(page.locator("[data-count='No agent'] b")).to_have_text("1")
    assert complaints(page) == []
    heartbeats_keep(page)
    page.evaluate("document.querySelector('#conferences > article').mark = 'the same row'")
    row.locator("h2").focus()  # she looks at it: nothing goes, comes or moves
    call = world.conferences.create(leg, "Support 4711")
    expect(row).to_have_attribute("data-conference", call.id)
    expect(row).to_have_count(1)
    assert page.evaluate("document.querySelector('#conferences > article').mark") == "the same row"
    center.simulator.join(call, center.simulator.dial(ANA))
    expect(row).to_contain_text("Talking")
    expect(row).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    one_gives_up(center, page)
    expect(row).to_have_count(1)  # after a while


HEARTBEATS = """known => [1, 2].forEach(() => document.dispatchEvent(new CustomEvent("htmx:before:ws:message", {
    detail: {message: {json: {now: new Date().toISOString(), ages: known}}},
})))"""


def heartbeats_keep(page: Page) -> None:
    """Who is told of twice in a row as not being there goes; a caller who is there stays."""
    row = page.locator("#conferences > article")
    page.evaluate(HEARTBEATS, {str(row.get_attribute("id")): "2026-01-01T00:00:00Z"})
    expect(row).to_have_count(1)


def one_gives_up(center: Center, page: Page) -> None:
    gives_up = center.simulator.incoming_call(OTHER, SUPPORT_NUMBER)
    hers = page.locator("#conferences > article", has_text=OTHER[-4:])
    expect(hers).to_contain_text("Ringing")
    center.simulator.far_end_hangs_up(gives_up)
    expect(hers).to_contain_text("Hung up before anybody took the call")
