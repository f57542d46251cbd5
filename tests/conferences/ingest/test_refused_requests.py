"""What the door turns away is counted by reason, and named to operators; a stranger leaves no more trace than that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from conferences.ingest.webhooks import refused_requests
from conferences.ingest.webhooks.checking import LARGEST_BODY
from conferences.models import Fact, WebhookRefusal
from tests.support.events import Door, envelope

BODY = envelope()
SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"
V1 = {
    "call events": b'{"event_type":"call_initiated","id":"1","created_at":"2026-11-22T10:00:00Z","payload":{}}',
    "as the portal shows them": b'{"event_timestamp":"2026-11-22T10:00:00Z","metadata":{"event":{}},"webhook_id":"7"}',
    "metadata alone": b'{"metadata":{"event":{"event_type":"call.initiated"}}}',
}


@pytest.fixture(autouse=True)
def nothing_waits(db):
    refused_requests.tally.write()
    WebhookRefusal.objects.all().delete()


def counts():
    refused_requests.tally.write()
    return dict(WebhookRefusal.objects.values_list("reason", "count"))


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (lambda door: {}, "missing"),
        (lambda door: without(door.signed(BODY), SIGNATURE), "missing"),
        (lambda door: without(door.signed(BODY), TIMESTAMP), "missing"),
        (lambda door: door.signed(BODY, late=301), "stale"),
        (lambda door: door.signed(BODY, late=-86_400), "stale"),
        (lambda door: door.signed(BODY) | {TIMESTAMP: "soon"}, "stale"),
        (lambda door: Door().signed(BODY), "wrong"),
        (lambda door: door.signed(BODY + b" "), "wrong"),
        (lambda door: door.signed(BODY) | {SIGNATURE: "not base64!"}, "wrong"),
        (lambda door: door.signed(BODY) | {SIGNATURE: ""}, "wrong"),
    ],
)
def test_each_refused_request_is_counted_under_its_reason(door, alter, reason):
    assert {door.post(BODY, alter(door)).status_code for _ in range(3)} == {400}
    assert (counts(), Fact.objects.count()) == ({reason: 3}, 0)


def test_a_body_that_is_too_large_is_counted(door):
    assert door.post(b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert counts() == {"too_large": 1}


def test_an_accepted_webhook_is_counted_nowhere_here(door):
    assert door.post(BODY).status_code == 200
    assert (counts(), refused_requests.lately(timezone.now())) == ({}, [])


def test_a_flood_of_forgeries_writes_one_row(door):
    for _ in range(50):
        door.post(BODY, {})
    assert counts() == {"missing": 50}
    assert WebhookRefusal.objects.count() == 1


def test_a_count_that_fails_to_save_is_saved_later(door):
    def fail(execute, sql, params, many, context):
        if "webhookrefusal" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        assert door.post(BODY, {}).status_code == 400
        refused_requests.tally.write()
    assert counts() == {"missing": 1}


def test_counts_older_than_a_week_are_forgotten(door):
    long_ago = timezone.now() - timedelta(days=8)
    WebhookRefusal.objects.create(reason="wrong", hour=long_ago, count=4, newest_at=long_ago)
    door.post(BODY, {})
    assert counts() == {"missing": 1}


@pytest.mark.parametrize("body", V1.values(), ids=V1.keys())
def test_a_signed_body_in_the_old_format_is_named(door, body):
    assert door.post(body).status_code == 200
    assert Fact.objects.get().reason == "in the old v1 format"
    now = timezone.now()
    assert refused_requests.in_old_format(now) == 1
    assert refused_requests.lately(now)[0].startswith("1 signed body in the old v1 format, the newest at ")


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data":7,"payload":{}}', b'{"data":{"payload":{}}}', b"nothing"])
def test_another_body_without_an_event_is_not_called_old(door, body):
    door.post(body)
    now = timezone.now()
    assert (refused_requests.in_old_format(now), len(refused_requests.lately(now))) == (0, 1)


def test_what_was_refused_hours_ago_is_told_no_more(door):
    door.post(BODY, {})
    refused_requests.tally.write()
    assert refused_requests.lately(timezone.now())[0].startswith("1 request without a signature, the newest at ")
    assert refused_requests.lately(timezone.now() + timedelta(hours=2)) == []
