"""Webhooks: how soon they are acknowledged, how many a second, and what those cost that are of no use."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator, Sequence

from conferences.simulator.delivery.keys import SigningKey
from conferences.simulator.world import Event
from tests.bench.center import Center, lost
from tests.bench.figures import Latency, latency, schedule
from tests.bench.load import Door, Send, closed_loop, open_loop
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Webhooks (POST to 200, on disk)"
PATH = "/webhooks/telnyx/"
CONNECTIONS = 8
EVENTS_PER_CALL = 12


class Postings:
    """Posts a center's events to the server and keeps what was acknowledged."""

    def __init__(self, served: Served) -> None:
        self.center = served.center
        self.served = served
        self.door = Door(served.port)
        self.acknowledged: list[Event] = []
        self.refused = 0

    async def event(self, event: Event) -> None:
        body, headers = self.center.signed(event)
        if await self.door.post(PATH, body, headers) == 200:
            self.acknowledged.append(event)
        else:
            self.refused += 1

    def each(self, events: Sequence[Event]) -> Send:
        return lambda number: self.event(events[number])


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section."""
    steady = [_calls(served.center, 50 * plan.seconds) for _ in range(plan.rounds)]
    burst = [_calls(served.center, plan.requests) for _ in range(plan.rounds)]
    lines, acknowledged = asyncio.run(_run(plan, Postings(served), steady, burst))
    yield from lines
    yield Line(SECTION, "after all of it", counted={"acknowledged": len(acknowledged), "lost": lost(acknowledged)})


def _calls(center: Center, events: float) -> list[Event]:
    return center.whole_calls(int(events // EVENTS_PER_CALL) + 1)


async def _run(
    plan: Plan, postings: Postings, steady: Sequence[Sequence[Event]], burst: Sequence[Sequence[Event]]
) -> tuple[list[Line], list[Event]]:
    await closed_loop(20, 2, lambda _: postings.door.get("/healthz"))
    rounds: list[Latency] = []
    for events in steady:
        offsets = schedule(50, len(events) / 50)
        rounds.append(latency((await open_loop(offsets, postings.each(events))).latencies))
    lines = [Line(SECTION, "whole calls, 50/s", rounds)]
    kinds: dict[str, list[tuple[float, float]]] = {}
    for events in burst:
        for kind, send in _kinds(postings, events).items():
            kinds.setdefault(kind, []).append(await _flat_out(plan, postings.served, send))
    lines += [_ceiling(kind, found) for kind, found in kinds.items()]
    await postings.door.close()
    assert not postings.refused, f"{postings.refused} webhooks were not acknowledged"
    return lines, postings.acknowledged


def _kinds(postings: Postings, events: Sequence[Event]) -> dict[str, Send]:
    stranger = SigningKey.generate()
    told = [postings.center.signed(event) for event in events]

    async def again(number: int) -> None:
        assert await postings.door.post(PATH, *told[number]) == 200

    async def forged(number: int) -> None:
        body, headers = told[number]
        signature = stranger.headers(body, int(headers["telnyx-timestamp"]))
        assert await postings.door.post(PATH, body, signature) == 400

    return {
        "whole calls": postings.each(events),
        "duplicates": again,
        "bad signatures": forged,
        "GET /healthz, to compare": lambda _: postings.door.get("/healthz"),
    }


async def _flat_out(plan: Plan, served: Served, send: Send) -> tuple[float, float]:
    """How many a second, and how many milliseconds of the server's processor each takes."""
    before = cpu_seconds(served.pid)
    seconds = await closed_loop(plan.requests, CONNECTIONS, send)
    return plan.requests / seconds, (cpu_seconds(served.pid) - before) * 1000 / plan.requests


def _ceiling(kind: str, found: Sequence[tuple[float, float]]) -> Line:
    rate, cost = (statistics.median(values) for values in zip(*found, strict=True))
    return Line(SECTION, f"{kind}, {CONNECTIONS} connections flat out", counted={"per s": rate, "CPU ms each": cost})
