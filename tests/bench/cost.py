"""What one event costs the server's processor, with few and many live calls and with young and old ones."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from conferences.fold import apply, fold
from conferences.ingest.feed import latest
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Event
from conferences.telnyx.events import parse
from tests.bench.center import Center
from tests.bench.figures import schedule
from tests.bench.ingest import PATH, Postings
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

T = TypeVar("T")

SECTION = "Cost of one event (server's processor)"
FOLD = "Fold of one fact (pure, this process)"
SOCKETS = 20
TALKING = 30  # calls of which something is told; the others just go on
RATE = 25  # one at a time: of events sent side by side one overtakes another now and then, and has its call refolded


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section: calls are added while the same server goes on."""
    center, bench = served.center, Bench(plan, served)
    there = 0
    for count in plan.live:
        calls = center.live_calls(min(count, TALKING))
        center.add_rows(count - max(there, len(calls)), live=True)
        there = count
        yield bench.line(f"{count} live calls", calls)
    yield bench.rest(f"at rest, {there} live calls")
    center.store([event for _ in range(plan.facts) for event in center.toggled(calls[:1])])
    yield bench.line(f"a call of {plan.facts:,} facts", calls[:1])
    center.add_rows(plan.ended, live=False)
    yield bench.line(f"{there} live calls after {plan.ended:,} that ended", calls)
    # Last, because what the provider's phones do and what the rows show is no longer the same afterwards.
    yield bench.line("late facts of young calls", calls[1:], late=True)
    yield bench.line(f"late facts of a call of {plan.facts:,}", calls[:1], late=True)
    yield from (_pure(center, count) for count in (10, 100, 1000))


class Bench:
    """Runs open loops against one server while sockets watch, and reckons its processor time per event."""

    def __init__(self, plan: Plan, served: Served) -> None:
        self.plan, self.served, self.center = plan, served, served.center
        self.sessions = served.center.logins(SOCKETS)

    def line(self, what: str, worlds: Sequence[World], *, late: bool = False) -> Line:
        """Events of these calls in turn. Late ones happened before others already told: the call is folded again."""
        return Line(SECTION, what, counted={"CPU ms each": statistics.median(self._watched(self._costs(worlds, late)))})

    def rest(self, what: str) -> Line:
        """Nothing but ticks and heartbeats."""
        spent = self._watched(lambda _: self._spent(lambda: asyncio.sleep(self.plan.brief)))
        return Line(SECTION, what, counted={"CPU": f"{spent / self.plan.brief:.1%} of a core"})

    def _costs(self, worlds: Sequence[World], late: bool) -> Callable[[Postings], Awaitable[list[float]]]:
        offsets, turns = schedule(RATE, self.plan.brief), itertools.cycle(worlds)

        async def rounds(postings: Postings) -> list[float]:
            spent = []
            for _ in range(self.plan.rounds):
                events = self.center.toggled(itertools.islice(turns, len(offsets)))
                spent.append(await self._spent(lambda events=events: _one_by_one(postings, events, late)))
            return [seconds * 1000 / len(offsets) for seconds in spent]

        return rounds

    async def _spent(self, work: Callable[[], Awaitable[object]]) -> float:
        before = cpu_seconds(self.served.pid)
        await work()
        await asyncio.sleep(0.1)  # for what was acknowledged and is still being shown
        return cpu_seconds(self.served.pid) - before

    def _watched(self, work: Callable[[Postings], Awaitable[T]]) -> T:
        async def run() -> T:
            viewers = [Viewer(self.served.port, session) for session in self.sessions]
            await open_all(viewers, await asyncio.to_thread(latest))
            postings = Postings(self.served)
            try:
                return await work(postings)
            finally:
                await postings.door.close()
                await close_all(viewers)

        return asyncio.run(run())


async def _one_by_one(postings: Postings, events: Sequence[Event], late: bool) -> None:
    start = time.monotonic()
    for offset, event in zip(schedule(RATE, len(events) / RATE), events, strict=True):
        await asyncio.sleep(start + offset - time.monotonic())
        at = datetime.now(UTC) - timedelta(minutes=1) if late else None
        assert await postings.door.post(PATH, *postings.center.signed(event, at)) == 200


def _pure(center: Center, count: int) -> Line:
    """A fact that comes in order is applied to the state; any other has everything folded again."""
    world = center.call()
    while len(center.made) < count:
        center.toggle(world)
    facts = [parse(center.signed(event)[0], datetime.now(UTC)) for event in center.told()[:count]]
    *before, last = facts
    state = fold(before)
    quick, slow = _best(lambda: apply(state, last), 200), _best(lambda: fold(facts), 5)
    counted = {"apply µs": quick * 1e6, "fold again µs": slow * 1e6, "ratio": slow / quick}
    return Line(FOLD, f"{count:,} facts", counted=counted)


def _best(work: Callable[[], object], times: int) -> float:
    """The quickest of several times, in seconds: what disturbs only ever adds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)
