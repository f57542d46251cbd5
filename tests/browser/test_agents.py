"""The agents' page in a real browser: a leg in no conference shows the moment it rings."""

from __future__ import annotations

import re
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


def test_rows_move_to_the_group_of_their_state(center: Center, open_page: Callable[..., Page]):
    page = open_page(path="/agents/?group=state")
    expect(page.locator("#badge")).to_contain_text("Live")
    heads = page.locator("#agents > .group:visible")
    expect(heads).to_have_text([re.compile("Idle")])
    leg = next(one.leg for one in center.call(ANA).participants if one.leg.far_end == ANA)
    expect(heads).to_have_text([re.compile(r"Talking\s*1"), re.compile("Idle")])
    expect(page.locator("#agents > [data-group=Talking] + article")).to_contain_text("Ana Ruiz")

    page.locator("#agents > article").last.hover()  # nothing moves while she looks
    center.simulator.far_end_hangs_up(leg)
    expect(page.locator("#waiting")).to_contain_text("1 change waiting")
    expect(page.locator("#agents > [data-group=Talking] + article")).to_contain_text("Ana Ruiz")
    page.keyboard.press(".")
    expect(heads).to_have_text([re.compile("Idle")])
