"""What the provider says of webhooks that did not reach us, as the doctor reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conferences.doctor.deliveries import MOST, arrived, examine, looked_through
from conferences.doctor.findings import Level

HERE = "https://earshot.example/webhooks/telnyx/"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def attempt(status, url=HERE, at="2026-03-02T11:00:00.005000Z"):
    return {"started_at": at, "http": {"request": {"url": url}, "response": {"status": status}}}


def failed(*attempts):
    return {"status": "failed", "attempts": list(attempts)}


def test_no_failures_are_well():
    assert examine([], HERE, NOON).level is Level.OK


def test_failures_are_counted_with_the_last_status_of_each():
    deliveries = [
        failed(attempt(503), attempt(400, at="2026-03-02T10:00:00Z")),
        failed(attempt(None)),
        failed(attempt(503)),
    ]
    finding = examine(deliveries, HERE, NOON)
    assert finding.message == "3 failed in the last 24 hours: 503 (2×), no answer (1×). Others have arrived since."
    assert finding.fix == (
        "The database could not be written; the log says why. "
        "The provider could not connect, or waited too long: check firewall, certificate and load."
    )


@pytest.mark.parametrize(
    ("last_heard", "level"),
    [(NOON, Level.WARNING), (NOON - timedelta(hours=2), Level.ERROR), (None, Level.ERROR)],
)
def test_it_is_graver_when_nothing_has_arrived_since(last_heard, level):
    assert examine([failed(attempt(503))], HERE, last_heard).level is level


def test_webhooks_of_other_programs_do_not_count():
    assert examine([failed(attempt(500, url="https://sms.example/hook"))], HERE, NOON).level is Level.OK


@pytest.mark.parametrize("delivery", [{}, {"attempts": None}, {"attempts": [{}]}, {"attempts": [{"http": "odd"}]}])
def test_a_delivery_of_an_odd_shape_does_not_count(delivery):
    assert examine([delivery], HERE, NOON).level is Level.OK


def test_an_attempt_without_a_time_is_only_a_warning():
    assert examine([failed(attempt(503, at=None))], HERE, NOON).level is Level.WARNING


def test_not_more_than_a_thousand_are_read():
    endless = iter(lambda: failed(attempt(302)), None)
    finding = examine(endless, HERE, NOON)
    assert finding.message.startswith(f"At least {MOST} failed in the last 24 hours: 302 ({MOST}×).")
    assert finding.fix == "The URL redirects: give the provider the address it leads to."


def test_an_unfamiliar_status_refers_to_the_log():
    assert examine([failed(attempt(418))], HERE, NOON).fix == (
        "Look in this server's log for what it answered with 418."
    )


@pytest.mark.parametrize(
    ("seconds", "message"),
    [(-3, "0 s"), (5, "5 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h")],
)
def test_the_last_webhook_is_told_with_its_age(seconds, message):
    finding = arrived(NOON - timedelta(seconds=seconds), NOON)
    assert (finding.level, finding.message) == (Level.OK, f"The last one came {message} ago.")


def test_a_server_without_any_webhook_yet_is_told_so():
    assert arrived(None, NOON).level is Level.WARNING


@pytest.mark.parametrize(
    ("ago", "level", "message"),
    [
        (None, Level.WARNING, "The provider's records have never been looked through."),
        (timedelta(minutes=6), Level.WARNING, "The provider's records were last looked through 6 min ago."),
        (timedelta(seconds=20), Level.OK, "The provider's records were looked through 20 s ago."),
    ],
)
def test_a_reconciler_that_does_not_run_is_noticed(ago, level, message):
    finding = looked_through(None if ago is None else NOON - ago, NOON)
    assert (finding.level, finding.message) == (level, message)
