"""From a webhook to every socket when no nudge ever arrives: the hub then finds changes by looking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from channels.layers import InMemoryChannelLayer

from tests.bench import fanout
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Event to socket with every nudge lost (the hub looks every 0.5 s)"


class DeafLayer(InMemoryChannelLayer):
    """A channel layer that takes every message and delivers none."""

    async def group_send(self, group: str, message: dict[str, object]) -> None:
        pass


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the lines of this section. The server must run on a DeafLayer."""
    yield from fanout.measure(replace(plan, cells=plan.cells[:1]), served, SECTION)
