"""From a webhook's due time to the changed row painted in Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from tests.bench.fanout import Board
from tests.bench.figures import Latency, latency, schedule
from tests.bench.ingest import Postings
from tests.bench.load import open_loop
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Event to screen (due time to painted, Chromium on the same machine)"
RATE = 10
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]

# A row's feed number changes with the row. A message posted in the frame's own callback is taken up after its painting.
WATCH = """
window.painted = {};
const seen = (records) => {
  const rows = [...new Set(records.map((record) => record.target.id))];
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => {
      const now = performance.now();
      for (const row of rows) window.painted[row] ??= now;
    };
    after.port2.postMessage(0);
  });
};
new MutationObserver(seen).observe(document, { subtree: true, attributeFilter: ["data-feed"] });
"""


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the line of this section; one that says why where there is no Chromium, or none that shows the page."""
    if CHROMIUM is None:
        yield Line(SECTION, "not measured: no Chromium found")
        return
    try:
        yield asyncio.run(_run(plan, Board(served, plan.rows, sockets=1)))
    except PlaywrightError as error:
        yield Line(SECTION, f"not measured: {str(error).splitlines()[0]}")


async def _run(plan: Plan, board: Board) -> Line:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        url = f"http://127.0.0.1:{board.served.port}"
        await context.add_cookies([{"name": "sessionid", "value": board.sessions[0], "url": url}])
        page = await context.new_page()
        await page.add_init_script(WATCH)
        await page.goto(url)
        await page.locator("#badge", has_text="Live").wait_for()
        postings = Postings(board.served)
        rounds = [await _round(plan, postings, board, page) for _ in range(plan.rounds)]
        await postings.door.close()
        await browser.close()
    missing = sum(missed for _, missed in rounds)
    return Line(SECTION, f"{plan.rows} rows, {RATE}/s", [one for one, _ in rounds], {"missing": missing})


async def _round(plan: Plan, postings: Postings, board: Board, page: Page) -> tuple[Latency, int]:
    offsets = schedule(RATE, plan.seconds)
    events, shown = board.events(offsets)
    await page.evaluate("window.painted = {}")
    sent = await open_loop(offsets, postings.each(events))
    painted: dict[str, float] = {}
    end = time.monotonic() + 10
    while len(painted) < len(shown) and time.monotonic() < end:
        await asyncio.sleep(0.1)
        painted = await page.evaluate("window.painted")
    zero = await _zero(page)
    took = [zero + painted[row] / 1000 - due for row, due in zip(shown, sent.due, strict=True) if row in painted]
    return latency(took), len(shown) - len(took)


async def _zero(page: Page) -> float:
    """When performance.now() was zero on this process's monotonic clock; of several askings the quickest decides."""
    asked = []
    for _ in range(20):
        before = time.monotonic()
        now = await page.evaluate("performance.now()")
        after = time.monotonic()
        asked.append((after - before, (before + after) / 2 - now / 1000))
    return min(asked)[1]
