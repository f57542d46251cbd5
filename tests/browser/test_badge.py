"""The badge is never green while Telnyx is silent, or nobody asks it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from conferences.models import Conference, Fact, Pulse
from tests.browser.support import Center
from tests.support.story import ANA, CUSTOMER

SOON = 10_000  # a heartbeat comes every five seconds


def silent_for(seconds: float) -> None:
    """As if nothing had been heard for so long: everything known is that much older."""
    older = timedelta(seconds=seconds)
    Fact.objects.update(received_at=F("received_at") - older)
    Conference.objects.exclude(verified_at=None).update(verified_at=F("verified_at") - older)


def test_silence_turns_amber_then_red_until_an_event(center: Center, open_page: Callable[..., Page], tmp_path):
    center.call(ANA)
    page = open_page()
    badge, root = page.locator("#badge"), page.locator("html")
    row = page.locator("[data-conference]")
    expect(row).to_contain_text("Ana Ruiz")
    expect(badge).to_contain_text("Live")
    # The call goes on, nobody reads back and no event comes.
    expect(badge).to_contain_text("Nothing from Telnyx for", timeout=40_000)
    expect(root).to_have_attribute("data-live", "quiet")
    page.screenshot(path=tmp_path / "quiet.png")

    silent_for(60)
    expect(root).to_have_attribute("data-live", "silent", timeout=SOON)
    page.screenshot(path=tmp_path / "silent.png")
    assert "grayscale" in page.locator("#conferences").evaluate("it => getComputedStyle(it).filter")
    clock = row.locator("time[data-since]").first
    page.wait_for_timeout(1_500)  # it ticks once a second
    stopped = clock.inner_text()
    page.wait_for_timeout(2_500)
    assert clock.inner_text() == stopped

    center.simulator.far_end_holds(center.leg(CUSTOMER))
    expect(root).to_have_attribute("data-live", "live", timeout=SOON)
    expect(badge).to_contain_text("Live")
    expect(clock).not_to_have_text(stopped, timeout=SOON)


def test_without_a_call_nobody_need_be_heard(center: Center, open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#badge")).to_contain_text("Live")
    silent_for(3600)
    page.wait_for_timeout(6_000)
    expect(page.locator("html")).to_have_attribute("data-live", "live")


def test_a_reader_that_stopped_is_named(center: Center, open_page: Callable[..., Page]):
    Pulse.objects.create(name="reconciler", at=timezone.now() - timedelta(minutes=5))
    center.call(ANA)
    page = open_page()
    badge = page.locator("#badge")
    expect(badge).to_contain_text("Not read back for 5 min", timeout=SOON)
    Pulse.objects.update(at=timezone.now())
    expect(badge).to_contain_text("Live", timeout=SOON)
