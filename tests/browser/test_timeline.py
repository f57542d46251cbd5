"""A call that has ended, found in the list of the past and looked along by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from conferences.models import Conference
from tests.browser.support import Center, eventually
from tests.support.story import ANA, LUIS


def test_a_call_is_looked_along_by_keyboard(center: Center, open_page: Callable[..., Page]):
    world = center.call(ANA, LUIS)
    page = open_page()
    page.locator("[data-conference]").get_by_role("link", name="Whisper").click()
    page.get_by_role("dialog").get_by_role("button", name="Start whispering").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "joined")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/static/dashboard/earshot-whisper.svg")
    for stay in list(world.participants):
        center.simulator.far_end_hangs_up(stay.leg)
    eventually(lambda: not Conference.objects.live().exists())
    page.goto("/history/")
    page.locator("#past-calls a").first.click()
    expect(page.locator(".moment .heard")).to_contain_text("Marta Gil")
    expect(page.locator("#badge")).to_contain_text("Live")  # its scripts are there
    seen = [page.locator(".moment").get_attribute("data-at")]
    page.locator(".timeline input[type=range]").focus()
    for key in ("Home", "ArrowRight", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        expect(page.locator(".moment")).not_to_have_attribute("data-at", seen[-1] or "")
        seen.append(page.locator(".moment").get_attribute("data-at"))
    eventually(lambda: page.evaluate("new URLSearchParams(location.search).get('at')") == seen[-1])
    shown = page.locator(".moment .heard").inner_text()
    page.reload()
    assert page.locator(".moment .heard").inner_text() == shown
