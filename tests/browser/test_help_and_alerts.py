"""An agent's call for help on the board: one press answers it; alerts sound once, whatever pages are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page, expect

from conferences.logins import sessions
from conferences.models import Alert, HandOver
from conferences.supervision.requests.helping import asking
from dashboard.alerts import choices
from tests.browser.support import Center, complaints, eventually
from tests.support.story import ALL_MODES, ANA, DESK, LUIS, make_supervisor

COUNTED = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
"""


def sounding(page: Page) -> Page:
    """The page with its tones counted, from its next load on, and pressed once so that it may sound."""
    page.add_init_script(COUNTED)
    page.reload()
    page.locator("#main").click(position={"x": 2, "y": 2})
    return page


def tones(*pages: Page) -> int:
    return sum(page.evaluate("window.tones") for page in pages)


def test_help_is_answered_in_one_press(center: Center, open_page: Callable[..., Page], directory: Any):
    world = center.call(ANA, LUIS)
    page = open_page()
    row = page.locator("#conferences > article")
    expect(row).to_be_visible()
    asking.ask(directory.ana, reason="refund above my limit")
    answer = row.get_by_role("button", name="Answer Ana Ruiz")
    expect(answer).to_be_visible()
    expect(page.locator(".group[data-group=attention]")).to_be_visible()
    expect(row.locator(".reasons")).to_contain_text("Ana Ruiz asks for help")
    assert complaints(page) == []
    answer.click()
    eventually(lambda: bool(center.simulator.legs_to(DESK)) and center.hear(world, center.leg(DESK)) == {ANA})
    expect(row).to_contain_text("answers Ana Ruiz")
    expect(page.locator("#supervision")).to_contain_text("Only Ana Ruiz hears you.")


def test_an_alert_sounds_once_in_two_tabs(center: Center, open_page: Callable[..., Page], directory: Any, marta: User):
    choices.choose(marta, {"help": ["sound"]}, None, None)
    center.call(ANA)
    first = sounding(open_page())
    second = first.context.new_page()
    second.goto("/agents/")
    sounding(second)
    expect(first.locator("#conferences > article")).to_be_visible()
    asking.ask(directory.ana)
    eventually(lambda: tones(first, second) == 2)  # a sound has two
    expect(first.get_by_role("button", name="Answer Ana Ruiz")).to_be_visible()
    first.reload()
    expect(first.get_by_role("button", name="Answer Ana Ruiz")).to_be_visible()
    first.wait_for_timeout(1500)
    assert (tones(first), tones(second) in (0, 2), Alert.objects.count()) == (0, True, 1)
    second.goto("/alerts/")
    assert complaints(second) == []
    second.get_by_role("button", name="Test").click()
    eventually(lambda: tones(second) == 2)


@pytest.fixture
def dana(directory: Any) -> User:
    user = make_supervisor("dana", "Dana Roy", [directory.support], ALL_MODES)
    user.supervisor.devices.create(name="Headset", address="sip:dana@supervisors.example")
    user.user_permissions.add(*Permission.objects.filter(codename="view_board"))
    sessions.begin(SessionStore(), user.pk, address=None, browser="")
    return user


@pytest.mark.slow
def test_a_call_is_handed_over_by_two_presses(center: Center, open_page: Callable[..., Page], dana: User):
    world = center.call(ANA)
    hers, theirs = open_page(), open_page("dana")
    hers.locator("[data-conference]").get_by_role("link", name="Monitor").click()
    hers.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(hers.locator("#supervision")).to_have_attribute("data-state", "joined")
    hers.get_by_role("link", name="Hand over to…").click()
    assert complaints(hers) == []
    hers.get_by_role("button", name="Dana Roy").click()
    expect(hers.locator("#supervision")).to_contain_text("Offered to Dana Roy")
    expect(theirs.locator("#supervision")).to_contain_text("asks you to take over a call")
    assert (complaints(hers), complaints(theirs)) == ([], [])
    theirs.get_by_role("button", name="Take over").click()
    expect(hers.locator("#supervision")).to_contain_text("Dana Roy has taken over.")
    expect(theirs.locator("#supervision")).to_have_attribute("data-state", "joined")
    assert {one.leg.far_end for one in world.participants} >= {"sip:dana@supervisors.example"}
    assert HandOver.objects.get().end == "done"
