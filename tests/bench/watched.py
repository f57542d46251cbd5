"""Acknowledgement of whole calls' webhooks while browsers look on: at what a large center sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from conferences.simulator.world import Event
from tests.bench.fanout import Board
from tests.bench.figures import Latency, latency, schedule
from tests.bench.ingest import EVENTS_PER_CALL, Postings
from tests.bench.load import open_loop
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

SECTION = "Acknowledgement while browsers look on (POST to 200, on disk)"
LATE = 1.5  # seconds: the provider sends again after two


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section."""
    board = Board(served, plan.rows, plan.watching)
    told = {rate: [_calls(served, rate * plan.watched) for _ in range(plan.rounds)] for rate in plan.rates}
    yield from asyncio.run(_run(board, told))


def _calls(served: Served, events: float) -> list[Event]:
    return served.center.whole_calls(int(events // EVENTS_PER_CALL) + 1)


async def _run(board: Board, told: dict[int, list[list[Event]]]) -> list[Line]:
    viewers = [Viewer(board.served.port, session) for session in board.sessions]
    await open_all(viewers, board.since)
    postings, lines = Postings(board.served), []
    for rate, rounds in told.items():
        took: list[Latency] = []
        late, before, seconds = 0, cpu_seconds(board.served.pid), 0.0
        for events in rounds:
            seconds += len(events) / rate
            sent = await open_loop(schedule(rate, len(events) / rate), postings.each(events))
            took.append(latency(sent.latencies))
            late += sum(one > LATE for one in sent.latencies)
            await asyncio.sleep(2)
        spent = cpu_seconds(board.served.pid) - before
        counted = {"over 1.5 s": late, "refused": postings.refused, "CPU": f"{spent / (seconds + 2 * len(rounds)):.0%}"}
        lines.append(Line(SECTION, f"{rate}/s, {len(viewers)} sockets", took, counted))
    await close_all(viewers)
    await postings.door.close()
    return lines
