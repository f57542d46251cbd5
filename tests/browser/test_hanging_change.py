"""A press for a quieter mode is sent although the answer to the press before it does not come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.support import Center, eventually
from tests.browser.test_walk import whisper_to_ana_alone
from tests.support.story import ANA, DESK, LUIS


@pytest.mark.parametrize("button", ["Monitor", "Leave"])
def test_the_page_holds_no_quieter_press_back(center: Center, open_page: Callable[..., Page], button: str):
    page = open_page()
    world = center.call(ANA, LUIS)
    panel = whisper_to_ana_alone(page)
    assert center.hear(world, center.leg(DESK)) == {ANA}
    faults = center.simulator.faults
    hang = faults.add("hang", method="POST", path="/actions/update", seconds=20.0, works=False, times=2)
    panel.get_by_role("checkbox", name="Luis Ortega").check()
    panel.get_by_role("button", name="Change who hears you").click()
    eventually(lambda: hang.times == 1)
    panel.get_by_role("button", name=button).click()
    eventually(lambda: center.hear(world, center.leg(DESK)) == set(), seconds=4)
