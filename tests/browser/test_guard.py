"""Barge in the bar takes two presses or a long one: by mouse, finger and key, and without script a page that asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from conferences.simulator.world import Conference as World
from tests.browser.support import Center, eventually
from tests.support.story import ANA, CUSTOMER, DESK

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ARMED = "[data-armed]"


@pytest.fixture(params=SIZES)
def bar(request, center: Center, open_page: Callable[..., Page]) -> tuple[Page, Locator, World]:
    """Marta monitors Ana's call, on a desk and on a phone with a touch screen."""
    world = center.call(ANA)
    is_phone = request.param == "phone"
    page = open_page(viewport=SIZES[request.param], has_touch=is_phone)
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Monitor").click()
    page.get_by_role("dialog").get_by_role("button", name="Start monitoring").click()
    barge = page.locator("#mode-barge")
    expect(barge).to_be_visible()
    return page, barge, world


def hears(center: Center, world: World) -> set[str]:
    return center.hear(world, center.leg(DESK))


def stays_silent(page: Page, center: Center, world: World) -> bool:
    page.wait_for_timeout(900)
    return hears(center, world) == set()


def is_heard(center: Center, world: World, barge: Locator) -> None:
    eventually(lambda: hears(center, world) == {ANA, CUSTOMER})
    expect(barge).to_have_attribute("aria-pressed", "true")


def be_silent_again(page: Page, center: Center, world: World) -> None:
    page.locator("#mode-monitor").click()
    eventually(lambda: hears(center, world) == set())
    expect(page.locator("#mode-monitor")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#supervision")).to_have_attribute("data-role", "monitor")


def test_one_press_says_who_would_hear_and_sends_nothing(center, bar, tmp_path):
    page, barge, world = bar
    leave = page.locator("#supervision-leave button").bounding_box()
    barge.click()
    said = page.locator("#guard-said")
    expect(said).to_contain_text("Everyone will hear you, including")
    expect(said).to_contain_text("Press again to barge in.")
    page.screenshot(path=tmp_path / "armed.png")
    assert page.locator("#supervision-leave button").bounding_box() == leave
    assert stays_silent(page, center, world)
    expect(page.locator(ARMED)).to_have_count(0, timeout=5_000)
    barge.click()
    assert stays_silent(page, center, world)
    expect(page.locator(ARMED)).to_have_count(0, timeout=5_000)
    barge.dblclick()  # one press
    assert stays_silent(page, center, world)
    expect(page.locator(ARMED)).to_have_count(0, timeout=5_000)
    barge.click()
    page.keyboard.press("Escape")  # takes it back
    expect(page.locator(ARMED)).to_have_count(0)
    page.wait_for_timeout(500)
    barge.click()
    assert stays_silent(page, center, world)


def test_a_second_press_or_a_long_one_barges_in(center, bar):
    page, barge, world = bar
    barge.click()
    page.wait_for_timeout(600)
    barge.click()
    is_heard(center, world, barge)
    assert page.locator("#guard-said").inner_text() == ""
    be_silent_again(page, center, world)
    barge.hover()
    page.mouse.down()
    page.wait_for_timeout(800)
    page.mouse.up()
    is_heard(center, world, barge)
    if page.evaluate("'ontouchstart' in window"):
        be_silent_again(page, center, world)
        two_taps_barge_in_only_when_slow(center, bar)


def two_taps_barge_in_only_when_slow(center: Center, bar: tuple[Page, Locator, World]) -> None:
    page, barge, world = bar
    barge.tap()
    barge.tap()
    assert stays_silent(page, center, world)
    expect(page.locator(ARMED)).to_have_count(0, timeout=5_000)
    barge.tap()
    page.wait_for_timeout(600)
    barge.tap()
    is_heard(center, world, barge)


def test_a_key_takes_two_presses_or_a_long_one(center, bar):
    page, barge, world = bar
    for key in ("Enter", "Space", "b"):
        barge.focus()
        page.keyboard.press(key)
        assert stays_silent(page, center, world), key
        page.keyboard.press(key)
        is_heard(center, world, barge)
        be_silent_again(page, center, world)
        hold_down(page, barge, key)
        assert stays_silent(page, center, world), key
        expect(page.locator(ARMED)).to_have_count(0, timeout=5_000)
        page.keyboard.down(key)
        page.wait_for_timeout(800)
        page.keyboard.up(key)
        is_heard(center, world, barge)
        be_silent_again(page, center, world)


def hold_down(page: Page, barge: Locator, key: str) -> None:
    """For too short a time; the system repeats the key meanwhile. A busy machine makes it last longer."""
    barge.focus()
    page.keyboard.down(key)
    for _ in range(2):
        page.wait_for_timeout(30)
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_a_push_meanwhile_does_not_disarm_it(center, bar):
    """Somebody joins between the presses: the sentence that is read goes by who is there now."""
    page, barge, world = bar
    barge.click()
    center.simulator.join(world, center.simulator.dial("sip:luis.ortega@agents.example"))
    expect(page.locator("#supervision-change")).to_contain_text("Luis Ortega")
    page.wait_for_timeout(500)
    expect(page.locator(ARMED)).to_have_count(1)
    barge.click()
    eventually(lambda: len(hears(center, world)) == 3)


def press_once_there(page: Page, what: Locator) -> None:
    """Without script a page is told of nothing: load it anew until it shows that."""
    for _ in range(40):
        if what.is_visible():
            break
        page.wait_for_timeout(250)
        page.reload()
    what.click()


def test_without_script_a_page_asks(center: Center, open_page: Callable[..., Page]):
    world = center.call(ANA)
    page = open_page(viewport=SIZES["desk"], java_script_enabled=False)
    press_once_there(page, page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Monitor"))
    page.get_by_role("button", name="Start monitoring").click()
    press_once_there(page, page.locator("#mode-barge"))
    expect(page.get_by_role("heading", name="Barge in on")).to_be_visible()
    assert hears(center, world) == set()
    page.get_by_role("button", name="Barge in").click()
    eventually(lambda: hears(center, world) == {ANA, CUSTOMER})
