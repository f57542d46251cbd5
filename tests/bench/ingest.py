"""Webhooks: how soon they are acknowledged, how many a second, and what those cost that are of no use."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conferences.simulator.delivery.keys import SigningKey
from conferences.simulator.world import Event
from tests.bench.center import Center, lost
from tests.bench.figures import Latency, latency, schedule
from tests.bench.load import Door, Send, closed_loop, open_loop
from tests.bench.machine import cpu_seconds
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served, serving

SECTION = "Webhooks (POST to 200, on disk)"
PATH = "/webhooks/telnyx/"
BARE = "a bare view: verify, parse, one insert"
CONNECTIONS = 16
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
    floor = [_calls(served.center, plan.requests) for _ in range(plan.rounds)]
    with serving(served.center, bare=True) as bare:
        lines, acknowledged = asyncio.run(_run(plan, Postings(served), steady, burst, Floor(Postings(bare), floor)))
    yield from lines
    yield Line(SECTION, "after all of it", counted={"acknowledged": len(acknowledged), "lost": lost(acknowledged)})


@dataclass(frozen=True, slots=True)
class Floor:
    """The bare view, and what it is sent in each round."""

    postings: Postings
    bursts: Sequence[Sequence[Event]]


def _calls(center: Center, events: float) -> list[Event]:
    return center.whole_calls(int(events // EVENTS_PER_CALL) + 1)


async def _run(
    plan: Plan,
    postings: Postings,
    steady: Sequence[Sequence[Event]],
    burst: Sequence[Sequence[Event]],
    floor: Floor,
) -> tuple[list[Line], list[Event]]:
    await closed_loop(20, 2, lambda _: postings.door.get("/healthz"))
    rounds: list[Latency] = []
    for events in steady:
        offsets = schedule(50, len(events) / 50)
        rounds.append(latency((await open_loop(offsets, postings.each(events))).latencies))
    lines = [Line(SECTION, "whole calls, 50/s", rounds)]
    kinds: dict[str, list[tuple[float, float]]] = {}
    for events, others in zip(burst, floor.bursts, strict=True):
        bare = await _flat_out(plan, floor.postings.served, floor.postings.each(others))
        kinds.setdefault(BARE, []).append(bare)
        for kind, send in _kinds(postings, events).items():
            kinds.setdefault(kind, []).append(await _flat_out(plan, postings.served, send))
    lines += [_ceiling(kind, found) for kind, found in kinds.items()]
    lines.append(_ratio(kinds["whole calls"], kinds[BARE]))
    for one in (postings, floor.postings):
        await one.door.close()
        assert not one.refused, f"{one.refused} webhooks were not acknowledged"
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


def _ratio(ours: Sequence[tuple[float, float]], bare: Sequence[tuple[float, float]]) -> Line:
    """Round by round, since what else the machine does changes from one to the next."""
    rates, costs = zip(
        *((one[0] / floor[0], one[1] / floor[1]) for one, floor in zip(ours, bare, strict=True)), strict=True
    )
    counted = {"of its rate": statistics.median(rates), "least": min(rates), "of its CPU": statistics.median(costs)}
    return Line(SECTION, "whole calls against the bare view", counted=counted)
