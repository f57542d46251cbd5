"""Whether the server grows: its memory and descriptors over many events, while pages come and go."""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from conferences.ingest.feed import latest
from conferences.simulator.world import Event
from tests.bench.fanout import Board
from tests.bench.figures import schedule
from tests.bench.ingest import EVENTS_PER_CALL, Postings
from tests.bench.load import open_loop
from tests.bench.machine import rss_mb
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

SECTION = "Memory and descriptors over many events, 1 % of the pages coming and going a second"
RATE = 60
LOOKS = 12
WARM_UP = 3  # of the looks


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the line of this section."""
    yield asyncio.run(_run(plan, Board(served, plan.rows, plan.watching)))


async def _run(plan: Plan, board: Board) -> Line:
    viewers = [Viewer(board.served.port, session) for session in board.sessions]
    await open_all(viewers, board.since)
    postings, seen = Postings(board.served), []
    coming_and_going = asyncio.create_task(_churn(viewers))
    for _ in range(LOOKS):
        events = await asyncio.to_thread(_calls, board.served, plan.soak // LOOKS)
        await open_loop(schedule(RATE, len(events) / RATE), postings.each(events))
        seen.append((len(postings.acknowledged), rss_mb(board.served.pid), _descriptors(board.served.pid)))
    coming_and_going.cancel()
    await asyncio.gather(coming_and_going, return_exceptions=True)
    await close_all(viewers)
    await postings.door.close()
    return Line(SECTION, f"{len(postings.acknowledged):,} events, {len(viewers)} sockets", counted=_grown(seen))


def _calls(served: Served, events: int) -> list[Event]:
    return served.center.whole_calls(events // EVENTS_PER_CALL + 1)


async def _churn(viewers: Sequence[Viewer]) -> None:
    """One page in a hundred is closed each second, and opened anew."""
    for viewer in itertools.cycle(viewers):
        await viewer.close()
        await viewer.open(await asyncio.to_thread(latest))
        await asyncio.sleep(100 / len(viewers))


def _descriptors(pid: int) -> int:
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def _grown(seen: Sequence[tuple[int, float, int]]) -> dict[str, float | str]:
    """From the end of the warm-up on: what was held then and at last, and the line through all looks since."""
    later = seen[WARM_UP:]
    events, memory, open_files = ([float(one) for one in column] for column in zip(*later, strict=True))
    return {
        "RSS MB": f"{memory[0]:.0f} to {memory[-1]:.0f}",
        "MB more per 100,000": statistics.linear_regression(events, memory).slope * 100_000,
        "descriptors": f"{open_files[0]:.0f} to {open_files[-1]:.0f}",
        "more per 100,000": statistics.linear_regression(events, open_files).slope * 100_000,
    }
