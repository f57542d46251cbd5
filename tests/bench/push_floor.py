"""How soon the same string reaches as many sockets of the same server, where nothing else is done for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from websockets.asyncio.client import ClientConnection, connect

from tests.bench.figures import Latency, latency, schedule
from tests.bench.load import Door, open_loop
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served, serving_bare_hub
from tests.bench.viewers import until

SECTION = "A fixed string to every socket (the floor of event to socket)"


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section, one for each of the cells that event to socket is measured in."""
    with serving_bare_hub(served.center.log.with_name("bare.log")) as port:
        for sockets, rate in plan.cells:
            yield asyncio.run(_run(plan, port, sockets, rate))


async def _run(plan: Plan, port: int, sockets: int, rate: int) -> Line:
    door = Door(port)
    address = f"ws://127.0.0.1:{port}/"
    options = {"compression": None, "max_size": None, "ping_interval": None, "proxy": None, "open_timeout": 60}
    connections = [await connect(address, **options) for _ in range(sockets)]
    heard: list[list[float]] = [[] for _ in connections]
    reading = [asyncio.create_task(_read(one, at)) for one, at in zip(connections, heard, strict=True)]
    rounds: list[Latency] = []
    for _ in range(plan.rounds):
        for one in heard:
            one.clear()
        offsets = schedule(rate, plan.seconds)
        sent = await open_loop(offsets, lambda _: door.get("/push"))
        await until(lambda: all(len(one) >= len(offsets) for one in heard), 10)  # noqa: B023 - waited for here
        rounds.append(latency([at - due for one in heard for at, due in zip(one, sent.due, strict=False)]))
    await asyncio.gather(*(one.close() for one in connections))
    await asyncio.gather(*reading, return_exceptions=True)
    await door.close()
    return Line(SECTION, f"{sockets:,} sockets, {rate}/s", rounds)


async def _read(connection: ClientConnection, at: list[float]) -> None:
    async for _ in connection:
        at.append(time.monotonic())  # noqa: PERF401 - as they come
