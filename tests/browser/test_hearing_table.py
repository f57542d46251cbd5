"""Who hears whom among many: no word of the table is broken, however narrow the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from conferences.models import Agent, AgentAddress, Team
from tests.browser.support import Center

BROKEN = """() => {
  const broken = [];
  for (const cell of document.querySelectorAll(".hearing .table :is(th, td)")) {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) for (const word of walk.currentNode.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, word.index);
      range.setEnd(walk.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""


def test_no_word_is_broken(center: Center, open_page: Callable[..., Page]):
    team, addresses = Team.objects.get(name="Support"), []
    for number, name in enumerate(("Maximiliane", "Bartholomäus", "Konstantinos", "Friederike", "Guadalupe")):
        agent = Agent.objects.create(name=f"{name} Lopez", team=team)
        addresses.append(f"+3460000010{number}")
        AgentAddress.objects.create(agent=agent, address=addresses[-1])
    center.call(*addresses)
    page = open_page()
    page.locator("#conferences a.name").first.click()
    expect(page.locator(".hearing").first.locator(".table tbody tr")).to_have_count(6)
    page.wait_for_load_state("load")  # with its style sheets
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BROKEN) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
