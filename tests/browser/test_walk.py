"""The whole walk of a supervisor, at each step checked against the provider's own world."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.support import Center, eventually
from tests.story import ANA, CUSTOMER, DESK, LUIS


def test_a_supervisor_whispers_barges_monitors_and_leaves(center: Center, open_page):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    world = center.call(ANA, LUIS)
    row = page.locator("[data-conference]", has_text="Ana Ruiz")
    expect(row).to_contain_text("Luis Ortega")  # without a reload

    row.get_by_role("link", name="Whisper").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Luis Ortega").uncheck()
    dialog.get_by_role("button", name="Start whispering").click()
    panel = page.locator("#supervision")
    expect(panel).to_have_attribute("data-state", "joined", timeout=15_000)
    leg = center.leg(DESK)
    assert center.hear(world, leg) == {ANA}
    expect(panel).to_contain_text("Ana Ruiz")

    panel.get_by_role("button", name="Barge").click()
    expect(panel).to_have_attribute("data-role", "barge")
    assert center.hear(world, leg) == {ANA, LUIS, CUSTOMER}

    panel.get_by_role("button", name="Monitor").click()
    expect(panel).to_have_attribute("data-role", "monitor")
    assert center.hear(world, leg) == set()

    page.reload()
    expect(panel).to_have_attribute("data-state", "joined")
    expect(panel).to_have_attribute("data-role", "monitor")

    panel.get_by_role("button", name="Leave").click()
    expect(panel).to_contain_text("The call goes on without you")
    eventually(lambda: leg.state == "ended")
    assert world.status == "in_progress"
    assert {one.leg.far_end for one in world.participants if one.status == "joined"} == {ANA, LUIS, CUSTOMER}
