"""After all sockets were cut and come back at once: how long until each page is right again, while calls go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from conferences.ingest.feed import latest
from tests.bench.fanout import Board, wrong_rows
from tests.bench.figures import Latency, latency, schedule
from tests.bench.ingest import Postings
from tests.bench.load import open_loop
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

SECTION = "Resync (all sockets return at once, to the first frame)"
MISSED = 20  # changes while nobody was connected
RATE = 10  # changes a second meanwhile


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section."""
    yield asyncio.run(_run(plan, Board(served, plan.rows, plan.returning)))


async def _run(plan: Plan, board: Board) -> Line:
    viewers = [Viewer(board.served.port, session) for session in board.sessions]
    postings = Postings(board.served)
    await open_all(viewers, board.since)
    rounds: list[Latency] = []
    wrong, spent = 0, 0.0
    for _ in range(plan.rounds):
        since = await asyncio.to_thread(latest)
        await close_all(viewers)
        for event in board.events([0.0] * MISSED)[0]:
            await postings.event(event)
        before = cpu_seconds(board.served.pid)
        rounds.append(latency(await _return(board, postings, viewers, since)))
        spent += cpu_seconds(board.served.pid) - before
        wrong += await asyncio.to_thread(wrong_rows, viewers)
    await close_all(viewers)
    await postings.door.close()
    counted = {
        "wrong rows 1 s later": wrong,
        "refused and tried again": sum(viewer.refused for viewer in viewers),
        "CPU ms per socket": spent * 1000 / len(viewers) / plan.rounds,
    }
    return Line(SECTION, f"{len(viewers)} sockets, {plan.rows} rows, {RATE} changes/s", rounds, counted)


async def _return(board: Board, postings: Postings, viewers: Sequence[Viewer], since: int) -> list[float]:
    """Connect all at once while calls change; the seconds each needed to its first frame. Waits until all is quiet."""
    offsets = schedule(RATE, (len(board.rows) - MISSED) / RATE)
    events, _ = board.events(offsets, first=MISSED)
    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(open_loop(offsets, postings.each(events)))
        group.create_task(open_all(viewers, since, at_once=len(viewers)))
    await asyncio.sleep(1)
    return [(viewer.caught_up_at or time.monotonic()) - start for viewer in viewers]
