"""Many deliveries at once, as the provider makes them: each counts once, and all of them together come to one state."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from conferences.fold import fold
from conferences.ingest import feed, readback_notes
from conferences.models import Conference, Fact, Feed, Leg
from conferences.telnyx.events import encode
from tests.support.events import MORNING, Door, call, envelope, event, facts_on_record, joined, left, receive, stored
from tests.support.threads import THREADS, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.scaled]


@pytest.fixture
def deliver(door: Door) -> Callable[[bytes], Callable[[], int]]:
    """An action for each body: post it, signed, and return the status."""
    return lambda body: lambda: Door(door.key).post(body).status_code


def story() -> list[Any]:
    """Four legs that come and go in two conferences."""
    facts = [event("conference.created", 0, leg="a", conference=one) for one in ("c1", "c2")]
    for number, leg in enumerate("abcd"):
        home, away = ("c1", "c2") if number % 2 else ("c2", "c1")
        facts += [*call(leg, number), joined(leg, home, number + 1), event("call.hold", number + 2, leg=leg),
                  event("call.unhold", number + 3, leg=leg), left(leg, home, number + 4),
                  joined(leg, away, number + 5)]  # fmt: skip
    return [*facts, event("call.hangup", 20, leg="b"), event("conference.ended", 21, conference="c2")]


def test_a_commit_waits_for_the_disk():
    """What no test can do is cut the power: the database is asked whether it would matter."""
    asked = {"sqlite": ("PRAGMA synchronous", 2), "postgresql": ("SHOW synchronous_commit", "on")}
    query, expected = asked[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone()[0] == expected


def test_one_event_delivered_fifty_times_is_stored_once(deliver):
    assert at_once([deliver(envelope())] * 50) == [200] * 50
    assert Fact.objects.count() == 1
    assert Leg.objects.count() == 1
    assert feed.latest() == 1


def test_one_dead_letter_delivered_fifty_times_is_stored_once(deliver):
    assert at_once([deliver(b"[]")] * 50) == [200] * 50
    assert list(Fact.objects.values_list("outcome", "reason")) == [("dead", "the body is no object")]


def test_one_id_with_many_contents_gives_one_event(deliver):
    bodies = [envelope(payload={"call_control_id": f"v3:{number}"}) for number in range(16)]
    assert at_once([deliver(body) for body in bodies]) == [200] * 16
    assert (Fact.objects.filter(outcome="dead").count(), Leg.objects.count()) == (15, 1)


def test_a_storys_simultaneous_events_come_to_its_state(deliver):
    facts = story()
    arriving = random.sample(facts * 2, len(facts) * 2)
    assert at_once([deliver(encode(fact)) for fact in arriving]) == [200] * len(arriving)
    assert (stored(), len(facts_on_record())) == (fold(facts), len(facts))


def test_the_very_first_events_may_come_all_at_once(deliver):
    Feed.objects.all().delete()
    bodies = [encode(joined(f"leg{number}", f"c{number}")) for number in range(THREADS)]
    assert at_once([deliver(body) for body in bodies]) == [200] * THREADS
    assert sorted(Conference.objects.values_list("feed", flat=True)) == list(range(1, THREADS + 1))


def test_who_follows_the_feed_meanwhile_misses_no_change(deliver):
    written, seen = threading.Event(), {}

    def look(since: int) -> int:
        latest = feed.latest()
        seen.update(Conference.objects.filter(feed__gt=since).values_list("conference_id", "feed"))
        return latest

    def follow() -> list[int]:
        numbers = [0]
        while not written.is_set():
            numbers.append(look(numbers[-1]))
        numbers.append(look(numbers[-1]))
        connection.close()
        return numbers

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        at_once([deliver(encode(joined(f"leg{number}", f"c{number % 9}"))) for number in range(40)])
        written.set()
        numbers = following.result(timeout=20)
    assert numbers == sorted(numbers)
    assert seen == dict(Conference.objects.values_list("conference_id", "feed"))


def test_a_held_transaction_hides_no_later_number(deliver):
    """One that began first and ends last: whoever reads meanwhile is told of neither, and then of both."""
    began, over = threading.Event(), threading.Event()

    def hold() -> None:
        with feed.writing():
            began.set()
            receive([joined("first", "c1")])
            over.wait(10)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        assert began.wait(10)
        later = pool.submit(at_once, [deliver(encode(joined("second", "c2")))], 1)
        time.sleep(0.3)
        assert (feed.latest(), Conference.objects.count(), later.done()) == (0, 0, False)
        over.set()
        held.result(timeout=20)
        assert later.result(timeout=20) == [200]
    assert list(Conference.objects.order_by("feed").values_list("conference_id", "feed")) == [("c1", 1), ("c2", 2)]


def test_only_one_of_many_claims_a_conferences_read_back(deliver):
    deliver(encode(joined("a")))()
    rows = [Conference.objects.get() for _ in range(THREADS)]
    claims = at_once([lambda row=row: readback_notes.claim_reading(row, MORNING) for row in rows])
    assert sorted(claims) == [False] * (THREADS - 1) + [True]
