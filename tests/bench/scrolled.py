"""Whether a floor of hundreds scrolls smoothly in Chromium: from one frame to the next while the page moves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from tests.bench.fanout import Board
from tests.bench.figures import Latency, latency
from tests.bench.painted import CHROMIUM, QUIET
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Scrolling (from one frame to the next, Chromium on the same machine)"
FRAMES = 240
STEP = 80  # pixels a frame: a fast flick of the wheel
DROPPED = 1.5 / 60  # seconds after which at least one frame of a usual screen was left out

SCROLL = """([frames, step]) => new Promise((done) => {
  const took = [];
  let before = performance.now(), way = step;
  const next = (now) => {
    took.push((now - before) / 1000);
    before = now;
    const end = document.documentElement.scrollHeight - innerHeight;
    if (scrollY + way > end || scrollY + way < 0) way = -way;
    scrollBy({ top: way, behavior: "instant" });
    if (took.length > frames) done(took.slice(1));
    else requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})"""


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section; one that says why where there is no Chromium, or none that shows the page."""
    if CHROMIUM is None:
        yield Line(SECTION, "not measured: no Chromium found")
        return
    try:
        served.center.employ(plan.board)  # each of them in a call
        yield from asyncio.run(_run(plan, Board(served, plan.board, sockets=1)))
    except PlaywrightError as error:
        yield Line(SECTION, f"not measured: {str(error).splitlines()[0]}")


async def _run(plan: Plan, board: Board) -> list[Line]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        url = f"http://127.0.0.1:{board.served.port}"
        await context.add_cookies([{"name": "sessionid", "value": board.sessions[0], "url": url}])
        page = await context.new_page()
        await page.set_content("<p>A line of plain text.</p>" * 10 * plan.board)
        lines = [await _line(page, plan, "plain lines of text (the floor)")]
        for what, path in ((f"board of {plan.board} calls", "/"), (f"{plan.board} agents, each in a call", "/agents/")):
            await page.goto(url + path)
            await page.locator("#badge", has_text="Live").wait_for()
            lines.append(await _line(page, plan, what))
        await browser.close()
    return lines


async def _line(page: Page, plan: Plan, what: str) -> Line:
    rounds = [await _round(page) for _ in range(plan.rounds)]
    dropped = max(dropped for _, dropped in rounds)
    return Line(SECTION, what, [one for one, _ in rounds], {"frames": FRAMES, "late at most": dropped})


async def _round(page: Page) -> tuple[Latency, int]:
    took = await page.evaluate(SCROLL, [FRAMES, STEP])
    return latency(took), sum(one > DROPPED for one in took)
