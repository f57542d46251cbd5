"""How far the screens are behind: the arithmetic, and the way of a sample from browser to header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.live.lag import LATE, LagMeter, Sample, Stamps, percentile, sample

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stamps(provider=0.2, storing=0.01):
    received = START + timedelta(seconds=provider)
    return Stamps(START, received, received + timedelta(seconds=storing))


def meter_with(*seconds):
    meter = LagMeter()
    for number, showing in enumerate(seconds):
        meter.sent(number, stamps())
        meter.shown(number, stamps().persisted_at + timedelta(seconds=showing))
    return meter


def test_a_sample_names_each_step_of_the_way():
    shown = stamps().persisted_at + timedelta(seconds=0.5)
    assert sample(stamps(), shown) == Sample(provider=0.2, storing=0.01, showing=0.5)


def test_a_clock_that_runs_behind_makes_no_negative_lag():
    assert sample(stamps(provider=-5), START - timedelta(hours=1)) == Sample(provider=0.0, storing=0.01, showing=0.0)


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (95, 95), (100, 100), (1, 1)])
def test_percentiles_are_values_that_occurred(percent, value):
    assert percentile(range(1, 101), percent) == value


def test_a_summary_is_of_what_browsers_acknowledged():
    summary = meter_with(0.1, 0.2, 0.3).summary()
    assert summary["n"] == 3
    assert summary["p50"] == 0.41
    assert summary["p95"] == 0.51
    assert summary["late"] is False


def test_each_step_of_the_way_has_its_own_figures():
    steps = meter_with(0.1, 0.2, 0.3).summary()["steps"]
    assert steps == {"provider": [0.2, 0.2], "storing": [0.01, 0.01], "showing": [0.2, 0.3]}


def test_page_is_late_only_past_the_limit():
    assert [meter_with(*[seconds] * 3).summary()["late"] for seconds in (LATE + 0.1, LATE - 0.1)] == [True, False]


def test_without_samples_nothing_is_claimed():
    assert LagMeter().summary() == {}


def test_a_number_never_sent_is_no_sample():
    meter = LagMeter()
    meter.shown(7, START)
    assert meter.summary() == {}
