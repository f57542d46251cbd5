"""How much is measured: sizes and repetitions, in full or in short."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Bounds in count and time. Every percentile published is the median over `rounds`."""

    rounds: int = 3
    seconds: float = 3.0  # of each open loop
    requests: int = 400  # of each closed loop
    sockets: tuple[int, ...] = (50, 200)
    rates: tuple[int, ...] = (5, 10, 20)
    rows: int = 60  # on the board; one event for each in a round at most
    live: tuple[int, ...] = (3, 30, 300)
    facts: int = 1000  # of a call that has been going on for long


FULL = Plan()
QUICK = Plan(rounds=1, seconds=1.5, requests=100, sockets=(50,), rates=(5, 20), live=(3, 30), facts=200)
