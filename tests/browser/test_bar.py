"""The bar on small screens, with many agents and long names: Leave stays where it is and covers nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conferences.models import Agent, AgentAddress, Team
from tests.browser.support import Center
from tests.support.story import ANA

SIZES = {"desk": (1440, 900), "phone": (390, 844), "small phone": (320, 640), "zoomed to 200 %": (720, 450)}
LONG = "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst y Fernández"

RECTANGLES = """() => {
  const box = (one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    return [left, top, right, bottom].map(Math.round);
  };
  const bar = document.getElementById("supervision");
  return {
    leave: box(bar.querySelector(".leave")),
    said: box(document.getElementById("supervision-state")),
    others: [...bar.querySelectorAll(".mode, .fold, .ticks")].filter((one) => one.offsetHeight).map(box),
    what: box(bar.querySelector(".what")),
    bar: box(bar),
    wide: document.documentElement.scrollWidth - innerWidth,
    page: [innerWidth, innerHeight],
  };
}"""


@pytest.fixture
def six(center: Center) -> Any:
    """A call with six agents, each with eighty letters in her name."""
    team, addresses = Team.objects.get(name="Support"), []
    for number in range(6):
        agent = Agent.objects.create(name=f"{number} {LONG}"[:80], team=team)
        addresses.append(f"+3460000010{number}")
        AgentAddress.objects.create(agent=agent, address=addresses[-1])
    return center.call(*addresses)


def overlaps(one: list[int], other: list[int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def looked_at(page: Page, name: str) -> dict[str, Any]:
    """Measure the bar; nothing is covered, cut off or wider than the page."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"bar {name}.png"))
    found: dict[str, Any] = page.evaluate(RECTANGLES)
    leave, (width, height) = found["leave"], found["page"]
    assert not overlaps(leave, found["what"])  # which scrolls where the sentence is longer than the screen
    assert overlaps(found["said"], found["what"])
    assert [one for one in found["others"] if overlaps(leave, one)] == []
    assert (leave[0] >= 0, leave[1] >= 0, leave[2] <= width, leave[3] <= height) == (True,) * 4
    assert found["wide"] <= 0
    return found


@pytest.fixture
def pages(open_page: Callable[..., Page]) -> dict[str, Page]:
    """The board on a screen of each size, all of the same supervisor; the first is the one she works on."""
    pages = {size: open_page(viewport={"width": width, "height": height}) for size, (width, height) in SIZES.items()}
    for page in pages.values():
        expect(page.locator("#badge")).to_contain_text("Live")
    return pages


def start(pages: dict[str, Page], mode: str) -> Page:
    """Take that mode on the first screen, and return it once all show so."""
    page = next(iter(pages.values()))
    page.locator(f"#conferences article a[data-role={mode}]").first.click()
    page.get_by_role("dialog").locator("button.primary").click()
    for one in pages.values():
        expect(one.locator("#supervision")).to_have_attribute("data-state", "joined")
    return page


def test_leave_stays_where_it_is(center: Center, six: Any, pages: dict[str, Page]):
    worked_on = start(pages, "monitor")
    seen = {size: [looked_at(page, f"{size} monitor")] for size, page in pages.items()}
    worked_on.locator("#mode-whisper").click()
    for size, page in pages.items():
        expect(page.locator("#supervision")).to_have_attribute("data-role", "whisper")
        expect(page.locator(".proof[data-proof]")).to_be_visible()
        seen[size].append(looked_at(page, f"{size} whisper"))
        page.locator(".ticks input").nth(2).uncheck()
        seen[size].append(looked_at(page, f"{size} ticked"))
    center.simulator.join(six, center.simulator.dial(ANA))
    for size, page in pages.items():
        expect(page.locator("#supervision .what")).to_contain_text("Ana Ruiz")
        seen[size].append(looked_at(page, f"{size} newcomer"))
        assert {tuple(one["leave"][2:]) for one in seen[size]} == {tuple(seen[size][0]["leave"][2:])}, size


def test_folded_it_says_who_hears_and_lets_her_leave(center: Center, six: Any, pages: dict[str, Page]):
    worked_on = start(pages, "monitor")
    for size, page in pages.items():
        folded_says_who_hears(page, size)
    center.simulator.join(six, center.simulator.dial(ANA))  # a push leaves it folded
    for page in pages.values():
        expect(page.locator("#conferences article").first).to_contain_text("Ana Ruiz")
        expect(page.locator("#mode-barge")).to_be_hidden()
        page.get_by_role("button", name="Modes and details").click()
        expect(page.locator("#mode-barge")).to_be_visible()
    worked_on.locator("#supervision-leave button").click()
    for page in pages.values():
        expect(page.locator("#supervision")).to_have_attribute("data-state", "ended")


def folded_says_who_hears(page: Page, size: str) -> None:
    before = looked_at(page, f"{size} open")
    fold = page.get_by_role("button", name="Modes and details")
    fold.click()
    after = looked_at(page, f"{size} folded")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#mode-barge")).to_be_hidden()
    expect(page.locator("#supervision-state")).to_contain_text("Nobody hears you")
    assert after["leave"] == before["leave"]
    taken = (after["bar"][3] - after["bar"][1]) / SIZES[size][1]
    assert taken < 0.3
