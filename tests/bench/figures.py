"""Percentiles, medians over rounds, and the times at which open-loop requests are due."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of some latencies, in milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them do not exceed (nearest rank)."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def latency(seconds: Sequence[float]) -> Latency:
    """Return the percentiles of latencies given in seconds. Raises ValueError when there are none."""
    if not seconds:
        raise ValueError("Nothing was measured.")
    points = (percentile(seconds, share) for share in (0.50, 0.95, 0.99, 1.0))
    return Latency(*(point * 1000 for point in points))


def middle(rounds: Sequence[Latency]) -> Latency:
    """Return each percentile's median over rounds of the same measurement: one disturbed round does not decide."""
    names = ("p50", "p95", "p99", "max")
    return Latency(*(statistics.median(getattr(one, name) for one in rounds) for name in names))


def schedule(rate: float, seconds: float) -> list[float]:
    """Return when requests are due, in seconds from the start, at `rate` a second, whatever becomes of earlier ones."""
    return [number / rate for number in range(int(rate * seconds))]
