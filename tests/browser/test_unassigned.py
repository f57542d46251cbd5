"""A call of no team: who may see it has it at once, one press takes it to its team, and no other call flashes by."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.support import Center
from tests.support.story import ANA

STRANGER, OTHER = "sip:new.one@agents.example", "+14155550177"
SEEN = """
  window.seen = new Set();
  const look = () => {
    for (const row of document.querySelectorAll('#conferences > article'))
      if (row.offsetHeight && row.textContent.trim()) window.seen.add(row.id);
    requestAnimationFrame(look);
  };
  look();
"""


def test_one_press_brings_it_to_its_teams_board(cleo: User, center: Center, open_page: Callable[..., Page]):
    hers = open_page()
    expect(hers.locator("#badge")).to_contain_text("Live")
    page = open_page("cleo", "/unassigned/")
    expect(page.locator("#badge")).to_contain_text("Live")
    center.call(STRANGER, queue=OTHER)
    expect(page.locator("#conferences > article[data-unassigned]:visible")).to_have_count(1)
    expect(page.locator("#unassigned-count")).to_have_text("Unassigned 1")
    page.get_by_role("link", name="Say whose they are").click()
    row = page.locator("tr", has_text="new.one@agents.example")
    row.get_by_label("Agent").select_option(label="Luis Ortega (Support)")
    row.get_by_role("button", name="An agent’s").click()
    expect(page.locator(".messagelist")).to_contain_text("is Luis Ortega’s now. 1 live call is shown accordingly.")
    expect(hers.locator("#conferences > article", has_text="Luis Ortega")).to_be_visible(timeout=1000)


def test_a_call_of_a_team_does_not_flash_by(cleo: User, center: Center, open_page: Callable[..., Page]):
    page = open_page("cleo")
    expect(page.locator("#badge")).to_contain_text("Live")
    page.evaluate(SEEN)
    center.call(ANA)
    center.call(STRANGER, customer="+14155550199", queue=OTHER)
    expect(page.locator("#conferences > article:visible")).to_have_count(1)
    assert len(page.evaluate("[...window.seen]")) == 1
    expect(page.locator("#figures [data-count=all] b")).to_have_text("1")


def test_a_row_goes_once_its_call_has_a_team(cleo: User, center: Center, open_page: Callable[..., Page]):
    page = open_page("cleo")
    expect(page.locator("#badge")).to_contain_text("Live")
    world = center.call(STRANGER, queue=OTHER)
    expect(page.locator("#conferences > article:visible")).to_have_count(1)
    center.simulator.join(world, center.simulator.dial(ANA))
    expect(page.locator("#conferences > article")).to_have_count(0, timeout=2000)
    expect(page.locator("#nothing")).to_be_visible()
