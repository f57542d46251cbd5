"""What one event costs the server's processor, with few and many live calls and with young and old ones."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from conferences.feed import latest
from conferences.fold import apply, fold
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Event
from conferences.telnyx.events import parse
from tests.bench.center import Center
from tests.bench.figures import schedule
from tests.bench.ingest import PATH, Postings
from tests.bench.load import Send, open_loop
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served
from tests.bench.viewers import Viewer, close_all, open_all

T = TypeVar("T")

SECTION = "Cost of one event (server's processor)"
FOLD = "Fold of one fact (pure, this process)"
SOCKETS = 20
RATE = 50
LATE_RATE = 10


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section: calls are added while the same server goes on."""
    center, bench = served.center, Bench(plan, served)
    for count in plan.live:
        live = center.live_calls(count)
        yield bench.line(f"{count} live calls", live)
    yield bench.rest(f"at rest, {len(live)} live calls")
    yield bench.late_line("late facts of young calls", live[1:])
    center.store([event for _ in range(plan.facts) for event in center.toggled(live[:1])])
    yield bench.line(f"a call of {plan.facts:,} facts", live[:1])
    yield bench.late_line(f"late facts of a call of {plan.facts:,}", live[:1])
    yield from (_pure(center, count) for count in (10, 100, 1000))


class Bench:
    """Runs open loops against one server while sockets watch, and reckons its processor time per event."""

    def __init__(self, plan: Plan, served: Served) -> None:
        self.plan, self.served, self.center = plan, served, served.center
        self.sessions = served.center.logins(SOCKETS)

    def line(self, what: str, worlds: Sequence[World]) -> Line:
        """Events of these calls in turn."""
        offsets = schedule(RATE, self.plan.seconds)
        turns = [worlds[number % len(worlds)] for number in range(len(offsets))]
        costs = self._costs(lambda postings: postings.each(self.center.toggled(turns)), offsets)
        return Line(SECTION, what, counted={"CPU ms each": statistics.median(costs)})

    def late_line(self, what: str, worlds: Sequence[World]) -> Line:
        """Events that happened before others already told, so that each call is folded again from all its facts."""
        offsets = schedule(LATE_RATE, self.plan.seconds)
        turns = itertools.cycle(worlds)

        def prepare(postings: Postings) -> Send:
            events = self.center.toggled(itertools.islice(turns, len(offsets)))
            return lambda number: _post_late(postings, events[number])

        return Line(SECTION, what, counted={"CPU ms each": statistics.median(self._costs(prepare, offsets))})

    def rest(self, what: str) -> Line:
        """Nothing but ticks and heartbeats."""
        spent = self._watched(lambda _: self._spent(lambda: asyncio.sleep(self.plan.seconds)))
        return Line(SECTION, what, counted={"CPU": f"{spent / self.plan.seconds:.1%} of a core"})

    def _costs(self, prepare: Callable[[Postings], Send], offsets: Sequence[float]) -> list[float]:
        async def rounds(postings: Postings) -> list[float]:
            spent = []
            for _ in range(self.plan.rounds):
                send = prepare(postings)
                spent.append(await self._spent(lambda send=send: open_loop(offsets, send)))
            return [seconds * 1000 / len(offsets) for seconds in spent]

        return self._watched(rounds)

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


async def _post_late(postings: Postings, event: Event) -> None:
    body, headers = postings.center.signed(event, datetime.now(UTC) - timedelta(minutes=1))
    assert await postings.door.post(PATH, body, headers) == 200


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
