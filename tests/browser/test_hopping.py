"""From call to call on one phone: a click on another row, or a key, and no phone to answer again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.support import Center, eventually
from tests.support.story import ANA, CHEN, DESK, LUIS, SALES_NUMBER


def test_she_hops_by_click_and_by_key(center: Center, open_page: Callable[..., Page]):
    first, second = center.call(ANA), center.call(LUIS, customer="+14155550172")
    center.call(CHEN, customer="+14155550173", queue=SALES_NUMBER)  # not hers to see
    page = open_page()
    bar = page.locator("#supervision")

    def row(who: str):
        return page.locator("#conferences > article", has_text=who)

    row("Ana Ruiz").get_by_role("link", name="Monitor").click()
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    expect(bar).to_have_attribute("data-state", "joined")
    page.evaluate("window.mark = 'the same page'")
    for go, world, who in (
        (lambda: row("Luis Ortega").get_by_role("link", name="Monitor").click(), second, "Luis Ortega"),
        (lambda: page.keyboard.press("n"), first, "Ana Ruiz"),
        (lambda: page.keyboard.press("p"), second, "Luis Ortega"),
        (lambda: bar.get_by_role("button", name="Next call").click(), first, "Ana Ruiz"),
    ):
        go()
        eventually(lambda world=world: center.leg(DESK).participant in world.participants)
        expect(bar.locator(".proof")).to_contain_text("confirmed by Telnyx")
        expect(bar).to_contain_text("Nobody hears you.")
        expect(row(who)).to_have_attribute("data-mine", "")
    assert page.evaluate("window.mark") == "the same page"
    assert [one.action for one in center.simulator.commands].count("calls") == 1
    for stay in list(second.participants):
        center.simulator.far_end_hangs_up(stay.leg)
    expect(row("Luis Ortega")).to_have_attribute("data-state", "completed")
    page.keyboard.press("n")
    expect(page.locator("#notice")).to_contain_text("No other call")
    assert center.leg(DESK).participant in first.participants
    bar.get_by_role("button", name="Leave").click()
    expect(bar).to_contain_text("You left. The call goes on without you.")
    eventually(lambda: center.leg(DESK).state == "ended")
