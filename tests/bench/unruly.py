"""What others notice while one user or stranger floods the server in one of four ways."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.disturb import KINDS
from tests.bench.fanout import Board, Round, run_round
from tests.bench.figures import schedule
from tests.bench.ingest import Postings
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

SECTION = "Event to socket while one floods the server"
VIEWERS = 20
RATE = 5
WARM_UP = 3.0  # seconds for the flood to be at its height
WORDS = {
    "messages": "100,000 socket messages of one user",
    "sockets": "200 sockets of one user",
    "logins": "60 who guess passwords",
    "bodies": "500 half-sent bodies",
}


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section: without a flood, and with each."""
    board = Board(served, plan.rows, VIEWERS + 1)
    yield from asyncio.run(_run(replace(plan, seconds=max(plan.seconds, 4.0)), board))


async def _run(plan: Plan, board: Board) -> list[Line]:
    served = board.served
    *sessions, unruly = board.sessions[: VIEWERS + 1]
    viewers = [Viewer(served.port, session) for session in sessions]
    await open_all(viewers, board.since)
    postings = Postings(served)
    lines = [await _line("nobody does", board, postings, viewers, plan)]
    for kind in KINDS:
        command = [sys.executable, "-m", "tests.bench.disturb", kind, str(served.port), unruly]
        flood = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            await asyncio.sleep(WARM_UP)
            lines.append(await _line(WORDS[kind], board, postings, viewers, plan))
        finally:
            flood.kill()
            flood.wait()
        await asyncio.sleep(1)
    await close_all(viewers)
    await postings.door.close()
    return lines


async def _line(what: str, board: Board, postings: Postings, viewers: list[Viewer], plan: Plan) -> Line:
    offsets = schedule(RATE, plan.seconds)
    rounds: list[Round] = [await run_round(postings, board, viewers, offsets) for _ in range(plan.rounds)]
    counted = {"missing": sum(one.missing for one in rounds), "POST p95 ms": _middle(rounds)}
    return Line(SECTION, what, [one.latency for one in rounds], counted | {"POST max ms": _most(rounds)})


def _middle(rounds: list[Round]) -> float:
    return sorted(one.acknowledged.p95 for one in rounds)[len(rounds) // 2]


def _most(rounds: list[Round]) -> float:
    return max(one.acknowledged.max for one in rounds)
