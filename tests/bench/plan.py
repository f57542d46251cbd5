"""How much is measured: sizes and repetitions, in full or in short."""

from __future__ import annotations

from dataclasses import dataclass, replace

Cells = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Bounds in count and time. Every percentile published is the median over `rounds`."""

    rounds: int = 3
    seconds: float = 2.0  # of each open loop whose latencies are taken
    brief: float = 1.6  # of each one that is only counted
    requests: int = 640  # of each closed loop
    cells: Cells = ((50, 5), (50, 10), (50, 20), (200, 5), (200, 10), (200, 20))  # sockets, events a second
    rates: tuple[int, ...] = (100, 240)  # events a second while browsers look on
    watching: int = 200  # how many do
    watched: float = 5.0  # seconds of it in each round
    returning: int = 200  # sockets that come back at once
    board: int = 500  # calls on the page that is asked for
    rows: int = 50  # on the board; one event for each in a round at most
    live: tuple[int, ...] = (20, 300)
    facts: int = 1000  # of a call that has been going on for long
    ended: int = 10_000  # calls of the past
    soak: int = 3_000  # events while memory is watched


FULL = Plan()
QUICK = Plan(
    rounds=1,
    seconds=1.5,
    brief=1.0,
    requests=160,
    cells=((50, 5), (50, 20)),
    rates=(100,),
    watching=50,
    watched=2.0,
    returning=50,
    live=(3, 30),
    board=100,
    facts=200,
    ended=2000,
    soak=600,
)
# What takes minutes: a thousand sockets, six thousand live calls, a million of the past.
LARGE = replace(FULL, cells=(*FULL.cells, (1000, 5)), live=(20, 6000), ended=1_000_000, soak=200_000)
