"""What others notice while one user or stranger floods the server, in each of six ways."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

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
LONG_ENOUGH = 10.0  # seconds of a round: each event is of another row
WARM_UP = 3.0  # seconds for the flood to be at its height
WORDS = {
    "messages": "100,000 socket messages of one user",
    "bodies": "500 half-sent bodies",
    "sockets": "200 sockets of one user",
    "logins": "60 guesses of passwords",
    "sockets_again": "200 sockets opened every second",
    "logins_again": "60 guesses every second",
}
AT_ONCE = ("sockets", "logins")  # over soon: begun anew in each round, while it is measured


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section: without a flood, and with each."""
    board = Board(served, plan.rows, VIEWERS + 1)
    yield from asyncio.run(_run(replace(plan, seconds=min(LONG_ENOUGH, plan.rows / RATE)), board))


@dataclass(frozen=True, slots=True)
class Others:
    """Who is measured: the calls, the provider that posts about them, and those who look on."""

    board: Board
    postings: Postings
    viewers: list[Viewer]
    offsets: list[float]

    async def round(self) -> Round:
        return await run_round(self.postings, self.board, self.viewers, self.offsets)


async def _run(plan: Plan, board: Board) -> list[Line]:
    *sessions, unruly = board.sessions[: VIEWERS + 1]
    viewers = [Viewer(board.served.port, session) for session in sessions]
    await open_all(viewers, board.since)
    others = Others(board, Postings(board.served), viewers, schedule(RATE, plan.seconds))
    lines = [_line("nobody does", [await others.round() for _ in range(plan.rounds)])]
    for kind in KINDS:
        command = [sys.executable, "-m", "tests.bench.disturb", kind, str(board.served.port), unruly]
        under = _under_each if kind in AT_ONCE else _under_one
        lines.append(_line(WORDS[kind], await under(command, others, plan.rounds)))
    await close_all(viewers)
    await others.postings.door.close()
    return lines


async def _under_one(command: list[str], others: Others, rounds: int) -> list[Round]:
    async with _flooding(command):
        await asyncio.sleep(WARM_UP)
        return [await others.round() for _ in range(rounds)]


async def _under_each(command: list[str], others: Others, rounds: int) -> list[Round]:
    done = []
    for _ in range(rounds):
        async with _flooding(command):
            done.append(await others.round())
    return done


@asynccontextmanager
async def _flooding(command: list[str]) -> AsyncIterator[None]:
    # It would have a machine of its own: here it takes what others leave of this one.
    flood = subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        flood.kill()
        flood.wait()
        await asyncio.sleep(1)


def _line(what: str, rounds: list[Round]) -> Line:
    counted = {
        "missing": sum(one.missing for one in rounds),
        "POST p95 ms": sorted(one.acknowledged.p95 for one in rounds)[len(rounds) // 2],
        "POST max ms": max(one.acknowledged.max for one in rounds),
    }
    return Line(SECTION, what, [one.latency for one in rounds], counted)
