"""How much is measured: sizes and repetitions, in full or in short."""

from __future__ import annotations

from dataclasses import dataclass

Cells = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Bounds in count and time. Every percentile published is the median over `rounds`."""

    rounds: int = 3
    seconds: float = 2.0  # of each open loop whose latencies are taken
    brief: float = 1.6  # of each one that is only counted
    requests: int = 640  # of each closed loop
    cells: Cells = ((50, 5), (50, 10), (50, 20), (200, 5), (200, 10), (200, 20))  # sockets, events a second
    returning: int = 200  # sockets that come back at once
    rows: int = 50  # on the board; one event for each in a round at most
    live: tuple[int, ...] = (3, 30, 300)
    facts: int = 1000  # of a call that has been going on for long
    ended: int = 10_000  # calls of the past


FULL = Plan()
QUICK = Plan(
    rounds=1,
    seconds=1.5,
    brief=1.0,
    requests=160,
    cells=((50, 5), (50, 20)),
    returning=50,
    live=(3, 30),
    facts=200,
    ended=2000,
)
LARGE: Cells = ((1000, 5),)
