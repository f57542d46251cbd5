"""A call that has ended, found in the list of the past and looked along by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from conferences.models import Conference
from tests.browser.support import Center, eventually
from tests.support.story import ANA, CHEN, LUIS

AT_THE_END = "Number(document.getElementById('second').value) === Number(document.getElementById('second').max)"


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


def test_a_live_call_is_followed_unless_she_looks_back(center: Center, open_page: Callable[..., Page]):
    world = center.call(ANA)
    page = open_page()
    page.locator("[data-conference] a.name").first.click()
    expect(page.locator("#badge")).to_contain_text("Live")
    lanes, ahead, slider = (page.locator(one) for one in (".lane", ".timeline .ahead", "#second"))
    expect(lanes).to_have_count(2)
    page.locator(".happenings summary").click()
    center.simulator.join(world, center.simulator.dial(LUIS))
    expect(lanes).to_have_count(3)
    expect(page.locator(".moment .heard")).to_contain_text("Luis Ortega")
    expect(page.locator(".happenings ol")).to_be_visible()  # what she had opened stays open
    assert (page.evaluate(AT_THE_END), ahead.is_visible(), "at=" in page.url) == (True, False, False)

    slider.focus()
    page.keyboard.press("Home")
    expect(ahead).to_contain_text("live:")
    expect(page).to_have_url(re.compile("at="))
    center.simulator.join(world, center.simulator.dial(CHEN))
    expect(lanes).to_have_count(4)
    assert (slider.input_value(), "Luis" in page.locator(".moment .heard").inner_text()) == ("0", False)

    ahead.get_by_role("button").click()
    expect(ahead).to_be_hidden()
    expect(page.locator(".moment .heard")).to_contain_text("Chen")
    assert page.evaluate(AT_THE_END)
    for stay in list(world.participants):
        center.simulator.far_end_hangs_up(stay.leg)
    expect(page.locator(".moment .heard")).to_contain_text("The call had ended.")
