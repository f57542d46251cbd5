"""What monitoring is told: each part of /readyz, and a number behind whatever may go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from conferences.liveness.boundaries import Boundary
from conferences.models import Conference, OwedEntry
from tests.support.story import ANA, CUSTOMER, Story

TOKEN = "a token of the tests"
# Values of labels are words of ours, or the numbers of buckets: no id, no telephone number, nobody's name.
WORDS = re.compile(r"[A-Za-z_' -]+|http_[0-9]{3}|p[0-9]{2}|[0-9.+]{1,6}|\+Inf")
OURS = "earshot_"

Scrape = Callable[[], dict[tuple[str, tuple[tuple[str, str], ...]], float]]


@pytest.fixture
def scrape(settings: Any, client: Any) -> Scrape:
    settings.METRICS_TOKEN = TOKEN

    def told() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        samples = [one for family in families for one in family.samples if one.name.startswith(OURS)]
        return {(one.name, tuple(sorted(one.labels.items()))): one.value for one in samples}

    return told


def ready(samples: Any) -> dict[str, float]:
    return {dict(labels)["part"]: value for (name, labels), value in samples.items() if name == "earshot_ready"}


def test_each_part_of_readyz_has_its_metric(db, client, scrape):
    parts = client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert ready(scrape()) == {part: float(said == "ok" or said.startswith("ok ")) for part, said in parts.items()}
    assert len(parts) >= 11


def test_a_part_that_is_amiss_is_0(db, scrape, settings):
    settings.TELNYX_API_KEY = ""
    assert {part for part, value in ready(scrape()).items() if not value} == {"api_key"}


def test_without_a_database_the_rest_is_told(db, scrape):
    def fail(*_: object) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(fail):
        samples = scrape()
    assert (ready(samples)["database"], ready(samples)["background"]) == (0.0, 1.0)
    assert str(samples["earshot_live_calls", ()]) == "nan"
    assert samples["earshot_webhook_queue", ()] == 0


def test_what_goes_on_is_in_numbers(story: Story, scrape, marta):
    story.call(ANA)
    now = timezone.now()
    unassigned = Conference.objects.create(conference_id="c", first_seen_at=now, last_event_at=now, verified_at=now)
    Conference.objects.filter(pk=unassigned.pk).update(state="in_progress")
    OwedEntry.objects.create(values={})
    samples = scrape()
    assert samples["earshot_live_calls", ()] == 2
    assert samples["earshot_feed_number", ()] > 0
    assert samples["earshot_audit_owed", ()] == 1
    assert samples["earshot_database_bytes", (("file", "database"),)] > 0
    assert samples["earshot_loop_lag_seconds", ()] >= 0
    assert samples["earshot_webhook_ack_seconds_count", ()] > 0


def test_silence_counts_while_a_call_is_live(db, scrape, clock):
    now = timezone.now()
    assert scrape()["earshot_provider_silence_seconds", ()] == 0
    at = now - timedelta(seconds=75)
    Conference.objects.create(
        conference_id="c", state="in_progress", first_seen_at=at, last_event_at=at, verified_at=at, polled_at=now
    )
    assert scrape()["earshot_provider_silence_seconds", ()] == pytest.approx(75, abs=1)


def test_a_mistake_that_was_caught_is_counted():
    sample = "earshot_failures_total", {"boundary": "A task of this test"}
    Boundary("A task of this test").note(KeyError())
    assert REGISTRY.get_sample_value(*sample) == 1


def test_no_label_holds_what_has_no_bound(story: Story, scrape, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="monitor")
    values = {value for _, labels in scrape() for _, value in labels}
    assert {one for one in values if not WORDS.fullmatch(one)} == set()
    assert CUSTOMER not in str(values)
