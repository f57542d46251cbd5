"""The benchmark's own arithmetic: percentiles, medians over rounds, and when open-loop requests are due."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.figures import Latency, latency, middle, percentile, schedule
from tests.bench.load import closed_loop, open_loop
from tests.bench.report import Line, table


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_percentile_is_the_nearest_rank(share, value):
    assert percentile(range(100, 0, -1), share) == value


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1))
def test_percentile_is_a_value_its_share_does_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) <= share * len(values)


def test_latency_is_in_milliseconds():
    assert latency([0.001, 0.003, 0.002]) == Latency(p50=2.0, p95=3.0, p99=3.0, max=3.0)


def test_latency_of_nothing_is_refused():
    with pytest.raises(ValueError, match="Nothing was measured"):
        latency([])


def test_middle_takes_each_percentile_by_itself():
    rounds = [Latency(1, 20, 30, 40), Latency(2, 10, 90, 50), Latency(3, 30, 40, 900)]
    assert middle(rounds) == Latency(2, 20, 40, 50)


def test_schedule_keeps_its_rate():
    assert schedule(20, 0.25) == [0.0, 0.05, 0.1, 0.15, 0.2]


async def test_open_loop_sends_without_waiting_and_times_from_due():
    began = []

    async def slow(number: int) -> None:
        began.append(number)
        while len(began) < 3:
            await asyncio.sleep(0.001)

    took = (await open_loop([0.0, 0.01, 0.02], slow)).latencies
    assert began == [0, 1, 2]  # the first has its answer only after the last was sent
    assert took[0] > 0.01


async def test_open_loop_counts_a_stall_for_every_delayed_request():
    async def stalls(number: int) -> None:
        if number == 0:
            time.sleep(0.05)  # the whole client stands still

    took = (await open_loop([0.0, 0.01, 0.02], stalls)).latencies
    assert took[1] > 0.03
    assert took[2] > 0.02


async def test_closed_loop_sends_each_number_once_within_its_limit():
    under_way, most, seen = 0, 0, []

    async def send(number: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        seen.append(number)
        under_way -= 1

    await closed_loop(20, 4, send)
    assert sorted(seen) == list(range(20))
    assert most == 4


def test_a_table_shows_the_median_of_the_rounds():
    rounds = [Latency(1, 2, 3, 4), Latency(5, 6, 7, 8), Latency(9, 10, 11, 1200)]
    lines = table([Line("Section", "what", rounds, {"per s": 45.66, "lost": 0})]).splitlines()
    assert lines[1].split() == ["Section", "p50", "ms", "p95", "ms", "p99", "ms", "max", "ms"]
    assert lines[2].split() == ["what", "5.0", "6.0", "7.0", "8.0", "per", "s", "45.7,", "lost", "0"]
