"""A screen on a wall in a real browser: opened once, told by itself, honest when not, and closed by a lost token."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from conferences.logins import wall
from conferences.models import Team, WallScreen
from tests.browser.support import Center, complaints
from tests.support.story import ANA, SUPPORT_NUMBER

TOKEN = "wall_of_the_hall"
WALL = {"width": 1920, "height": 1080}


def opened(chromium: Browser, center: Center, address: str, **options: object) -> Page:
    page = chromium.new_context(base_url=center.url, **{"viewport": WALL, **options}).new_page()  # type: ignore[arg-type]
    page.goto(address)
    return page


@pytest.fixture
def screen(cleo: User) -> WallScreen:
    made = WallScreen(name="Hall", slug="hall", shows_names=True, waiting_warn=1, waiting_alarm=2)
    wall.give(made, TOKEN, cleo)
    made.teams.set(Team.objects.filter(name="Support"))
    return made


def test_a_screen_is_opened_told_and_closed(chromium: Browser, center: Center, screen: WallScreen):
    page = opened(chromium, center, f"/wallboard/hall/#{TOKEN}")
    expect(page.locator("#state b")).to_have_text("Live")
    assert TOKEN not in page.url + page.evaluate("document.referrer + document.cookie")
    page.evaluate("window.isTheSame = true")
    waiting, talking = (page.locator(f"[data-queue] [data-figure={one}]") for one in ("waiting", "talking"))
    expect(waiting).to_have_text("0")
    assert page.locator("#wall").evaluate("one => getComputedStyle(one).colorScheme") == "dark"
    center.simulator.conference_with((), customer="+14155550172", queue_number=SUPPORT_NUMBER)
    expect(waiting).to_have_text("1")
    expect(waiting).to_have_attribute("data-level", "1")
    center.call(ANA)
    expect(talking).to_have_text("1")
    expect(page.locator(".people [data-doing=in_call]")).to_contain_text("Ana Ruiz")
    assert (complaints(page), page.evaluate("window.isTheSame")) == ([], True)
    phone = opened(chromium, center, f"/wallboard/hall/#{TOKEN}", viewport={"width": 390, "height": 844})
    expect(phone.locator("#state b")).to_have_text("Live")
    assert complaints(phone) == []
    wall.take_back(screen)
    expect(page.locator("h1")).to_have_text("This screen may show nothing any more")
    assert complaints(page) == []


def test_old_figures_are_grey_and_versions_are_taken(chromium: Browser, center: Center, screen: WallScreen):
    center.simulator.conference_with((), customer="+14155550172", queue_number=SUPPORT_NUMBER)
    page = opened(chromium, center, f"/wallboard/hall/#{TOKEN}")
    expect(page.locator("[data-queue] [data-figure=waiting]")).to_have_text("1")
    page.clock.install()
    page.reload()
    expect(page.locator("#state b")).to_have_text("Live")
    page.evaluate("document.documentElement.dataset.version = 'older'")
    center.call(ANA)  # the next frame tells of the version
    expect(page.locator("[data-queue] [data-figure=talking]")).to_have_text("1")
    page.clock.fast_forward(21_000)
    expect(page.locator("html")).not_to_have_attribute("data-version", "older")  # it was loaded anew

    page.route_web_socket("**/ws/wall/**", lambda _: None)  # admitted, and never told anything
    page.reload()
    page.clock.fast_forward(14_000)
    expect(page.locator("#state b")).to_have_text("Old figures")
    expect(page.locator("#state .as-of")).to_contain_text("as of")
    longest = page.locator("[data-queue] [data-figure=longest] time")
    stood = longest.inner_text()
    page.clock.fast_forward(5_000)
    filtered = page.locator("#wall").evaluate("one => getComputedStyle(one).filter")
    assert (longest.inner_text(), filtered) == (stood, "grayscale(1)")
