"""The agents' page in a real browser: a leg in no conference shows the moment it rings."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from conferences.simulator.world.legs import DialOptions
from tests.browser.support import Center
from tests.support.story import ANA, SUPPORT_NUMBER


def test_dialling_an_agent_changes_her_row_within_a_second(center: Center, open_page: Callable[..., Page]):
    center.simulator.phones.set(ANA, "rings_out")
    page = open_page(path="/agents/")
    expect(page.locator("#badge")).to_contain_text("Live")
    row = page.locator("#agents > article", has_text="Ana Ruiz")
    expect(row).to_have_attribute("data-word", "Idle")
    world = center.simulator.world
    leg = world.legs.dial(next(iter(world.state.apps.values())), SUPPORT_NUMBER, ANA, DialOptions(timeout_secs=600))
    expect(row).to_have_attribute("data-word", "Ringing", timeout=1000)
    center.simulator.far_end_hangs_up(leg)
    expect(row).to_have_attribute("data-word", "Idle", timeout=1000)
