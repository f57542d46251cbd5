"""A supervisor is called on her mobile: asked to press 1, she hears nothing before; her voicemail never does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import Center, eventually
from tests.support.story import ANA, LUIS, MOBILE

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("size", SIZES)
def test_she_is_asked_and_joined_when_she_presses(center: Center, open_page: Callable[..., Page], size: str, tmp_path):
    center.simulator.phones.set(MOBILE, "no_key", after=0.5)
    world = center.call(ANA, LUIS)
    page = open_page(viewport=SIZES[size])
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Barge").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Call Mobile").check()
    expect(dialog).to_contain_text("You will be asked to press 1.")
    page.screenshot(path=tmp_path / f"form-{size}.png")
    dialog.get_by_role("button", name="Barge in").click()

    panel = page.locator("#supervision")
    expect(panel).to_have_attribute("data-state", "checking")
    expect(panel).to_contain_text("Your Mobile was answered. Press 1 on it to barge in.")
    page.screenshot(path=tmp_path / f"asked-{size}.png")
    leg = center.leg(MOBILE)
    assert center.hear(world, leg) == set()

    center.simulator.world.answering.presses(leg, "1")
    expect(panel).to_have_attribute("data-state", "joined")
    assert ANA in center.hear(world, leg)
    page.screenshot(path=tmp_path / f"joined-{size}.png")


def test_a_voicemail_is_hung_up_and_named(center: Center, open_page: Callable[..., Page], tmp_path):
    center.simulator.switches.set({"detection_seconds": 0.5, "greeting_seconds": 1.0})
    center.simulator.phones.set(MOBILE, "voicemail", after=0.5)
    world = center.call(ANA)
    page = open_page()
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Barge").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Call Mobile").check()
    dialog.get_by_role("button", name="Barge in").click()
    panel = page.locator("#supervision")
    expect(panel).to_contain_text("Your Mobile was answered by a voicemail, so it was hung up.")
    page.screenshot(path=tmp_path / "voicemail.png")
    leg = center.leg(MOBILE)
    eventually(lambda: leg.state == "ended")
    assert all(one.leg is not leg for one in world.stays)
