"""Clocks that differ, as the doctor judges them."""

from __future__ import annotations

import pytest

from conferences.doctor.clocks import against_provider, against_webhooks
from conferences.doctor.findings import Level

OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR
LEVELS = [(0.4, OK), (-29.9, OK), (30.0, WARNING), (-30.0, WARNING), (119.9, WARNING), (120.0, ERROR), (-300.0, ERROR)]


@pytest.mark.parametrize(("ahead", "level"), LEVELS)
def test_a_clock_is_judged_by_its_difference_either_way(ahead, level):
    finding = against_provider(ahead)
    assert (finding.level, bool(finding.fix)) == (level, level is not OK)


@pytest.mark.parametrize(
    ("ahead", "message"),
    [
        (1.2, "Within a second or two of the provider's."),
        (12.0, "12.0 s ahead of the provider's."),
        (-12.0, "12.0 s behind the provider's."),
    ],
)
def test_a_clock_is_told_with_its_direction(ahead, message):
    assert against_provider(ahead).message == message


def test_answers_without_a_date_are_no_trouble():
    assert against_provider(None).level is OK


@pytest.mark.parametrize(("delay", "level"), LEVELS)
def test_webhooks_are_judged_by_their_usual_delay(delay, level):
    assert against_webhooks([delay, delay, 100_000.0]).level is level


def test_a_few_late_webhooks_do_not_count():
    finding = against_webhooks([0.2] * 6 + [500.0] * 5)
    assert (finding.level, finding.message) == (OK, "Events arrive 0.2 s after they happen (median of 11).")


def test_no_webhooks_are_no_trouble():
    assert against_webhooks([]).level is OK
