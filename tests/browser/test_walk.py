"""The whole walk of a supervisor, at each step checked against the provider's own world."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.support import Center, eventually
from tests.support.story import ANA, CUSTOMER, DESK, LUIS


def whisper_to_ana_alone(page: Page) -> Locator:
    """Fill in the form and wait until the phone is in the call; the user's own panel."""
    page.locator("[data-conference]", has_text="Ana Ruiz").get_by_role("link", name="Whisper").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Luis Ortega").uncheck()
    dialog.get_by_role("button", name="Start whispering").click()
    panel = page.locator("#supervision")
    expect(panel).to_have_attribute("data-state", "joined")
    return panel


def test_a_supervisor_whispers_barges_monitors_and_leaves(center: Center, open_page: Callable[..., Page]):
    page = open_page(by_form=True)
    expect(page.locator("#badge")).to_contain_text("Live")
    world = center.call(ANA, LUIS)
    expect(page.locator("[data-conference]", has_text="Ana Ruiz")).to_contain_text("Luis Ortega")  # without a reload

    panel = whisper_to_ana_alone(page)
    leg = center.leg(DESK)
    assert center.hear(world, leg) == {ANA}
    expect(panel).to_contain_text("Only Ana Ruiz hears you.")

    for role, heard_by in (("barge", {ANA, LUIS, CUSTOMER}), ("monitor", set())):
        panel.get_by_role("button", name=role.title()).click()
        if role == "barge":  # which takes a second press
            page.wait_for_timeout(600)
            panel.get_by_role("button", name=role.title()).click()
        expect(panel).to_have_attribute("data-role", role)
        assert center.hear(world, leg) == heard_by

    page.reload()
    expect(panel).to_have_attribute("data-state", "joined")
    expect(panel).to_have_attribute("data-role", "monitor")

    panel.get_by_role("button", name="Leave").click()
    expect(panel).to_contain_text("The call goes on without you")
    eventually(lambda: leg.state == "ended")
    assert world.status == "in_progress"
    assert {one.leg.far_end for one in world.participants if one.status == "joined"} == {ANA, LUIS, CUSTOMER}
