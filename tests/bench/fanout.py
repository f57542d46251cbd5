"""From a webhook's due time to its receipt in every logged-in socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conferences.ingest.feed import latest
from conferences.simulator.world import Event
from tests.bench.center import feed_numbers, row_ids
from tests.bench.figures import Latency, latency, schedule
from tests.bench.ingest import Postings
from tests.bench.load import open_loop
from tests.bench.machine import cpu_seconds, rss_mb
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all, until

SECTION = "Event to socket (due time to receipt, every socket)"
WAIT = 10.0  # for what is still on its way when a round ends, in seconds


@dataclass(frozen=True, slots=True)
class Round:
    """What one open loop came to."""

    latency: Latency
    acknowledged: Latency
    missing: int
    seconds: float
    frames: int
    bytes: int


class Board:
    """The calls on the board, the rows that show them, and who looks on."""

    def __init__(self, served: Served, rows: int, sockets: int) -> None:
        self.served = served
        self.worlds = served.center.live_calls(rows)
        self.sessions = served.center.logins(sockets)
        ids = row_ids()
        self.rows = [ids[world.id] for world in self.worlds]
        self.since = latest()

    def events(self, offsets: Sequence[float], first: int = 0) -> tuple[list[Event], list[str]]:
        """One event for each offset and the row it changes; each of another call, so that none hides another."""
        chosen = slice(first, first + len(offsets))
        assert len(self.worlds[chosen]) == len(offsets), "the board has too few rows"
        return self.served.center.toggled(self.worlds[chosen]), self.rows[chosen]


def measure(plan: Plan, served: Served, section: str = SECTION) -> Iterator[Line]:
    """Yield the lines of this section."""
    sockets = max(sockets for sockets, _ in plan.cells)
    yield from asyncio.run(_run(plan, Board(served, plan.rows, sockets), section))


async def _run(plan: Plan, board: Board, section: str) -> list[Line]:
    postings = Postings(board.served)
    viewers: list[Viewer] = []
    lines = []
    for sockets, rate in plan.cells:
        more = [Viewer(board.served.port, session) for session in board.sessions[len(viewers) : sockets]]
        if more:
            await open_all(more, board.since)
        viewers += more
        offsets = schedule(rate, plan.seconds)
        before = cpu_seconds(board.served.pid)
        rounds = [await run_round(postings, board, viewers, offsets) for _ in range(plan.rounds)]
        spent = cpu_seconds(board.served.pid) - before
        what = f"{sockets:,} sockets, {rate}/s"
        lines.append(Line(section, what, [one.latency for one in rounds], _counted(rounds, board, spent)))
    await asyncio.sleep(1)
    stale = await asyncio.to_thread(wrong_rows, viewers)
    lines.append(Line(section, "after all of it", counted={"wrong rows on any page": stale}))
    await close_all(viewers)
    await postings.door.close()
    return lines


async def run_round(postings: Postings, board: Board, viewers: Sequence[Viewer], offsets: Sequence[float]) -> Round:
    events, shown = board.events(offsets)
    feed = await asyncio.to_thread(latest)
    for viewer in viewers:
        viewer.expect(feed)
    start = time.monotonic()
    sent = await open_loop(offsets, postings.each(events))
    await until(lambda: all(len(viewer.told_at) >= len(shown) for viewer in viewers), WAIT)
    seconds = time.monotonic() - start
    due = dict(zip(shown, sent.due, strict=True))
    told = [at - due[row] for viewer in viewers for row, at in viewer.told_at.items() if row in due]
    return Round(
        latency(told),
        latency(sent.latencies),
        len(viewers) * len(shown) - len(told),
        seconds,
        sum(viewer.frames for viewer in viewers),
        sum(viewer.bytes for viewer in viewers),
    )


def _counted(rounds: Sequence[Round], board: Board, spent: float) -> dict[str, float | str]:
    frames, seconds = sum(one.frames for one in rounds), sum(one.seconds for one in rounds)
    return {
        "frames/s": frames / seconds,
        "missing": sum(one.missing for one in rounds),
        "KB each": sum(one.bytes for one in rounds) / max(1, frames) / 1000,
        "POST p99 ms": max(one.acknowledged.p99 for one in rounds),
        "CPU": f"{spent / seconds:.0%}",
        "RSS MB": rss_mb(board.served.pid),
    }


def wrong_rows(viewers: Sequence[Viewer]) -> int:
    """How many rows, over all pages, show another state than the last."""
    now = feed_numbers()
    return sum(feed != now[row] for viewer in viewers for row, feed in viewer.rows.items())
