"""The server is stopped in mid-call: what the bar says pales, and who wants out is told what works in any case."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser.support import Center, eventually
from tests.browser.test_walk import whisper_to_ana_alone
from tests.support.story import ANA, DESK, LUIS


@contextmanager
def stopped(center: Center) -> Iterator[None]:
    """Let the server stand still."""
    assert center.process is not None
    os.kill(center.process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(center.process, signal.SIGCONT)


def test_who_wants_out_is_told_what_works(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    world = center.call(ANA, LUIS)
    whisper_to_ana_alone(page)
    with stopped(center):
        page.locator("#supervision-leave button").click()
        expect(page.locator("#notice")).to_contain_text("Your phone’s own hang-up always works.")
        expect(page.locator("html")).to_have_attribute("data-live", "late")
        assert page.locator("#supervision .progress").evaluate("e => getComputedStyle(e).filter") == "grayscale(1)"
    expect(page.locator("#supervision")).to_have_attribute("data-state", "ended")
    eventually(lambda: center.hear(world, center.leg(DESK)) == set())


def test_a_leave_that_is_answered_says_nothing_of_it(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    center.call(ANA, LUIS)
    whisper_to_ana_alone(page)
    page.locator("#supervision-leave button").click()
    expect(page.locator("#supervision")).to_have_attribute("data-state", "ended")
    page.wait_for_timeout(3500)
    expect(page.locator("#notice")).to_be_hidden()
