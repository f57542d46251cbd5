"""Facts are kept by month on PostgreSQL: an event counts once across two of them, and a month goes as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event as Signal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from conferences.doctor import stores
from conferences.doctor.findings import Level
from conferences.ingest import inbox
from conferences.ingest.forgetting import whole_months
from conferences.ingest.inbox import Receipt
from conferences.liveness import fact_months
from conferences.liveness.fact_months import Month
from conferences.models import Conference, Fact, Leg, Reading
from conferences.retention import pruning
from conferences.telnyx.events import Event, encode
from dashboard.views.monitoring import readiness
from tests.support.events import MORNING, call, event, joined, left
from tests.support.threads import at_once

pytestmark = [
    pytest.mark.scaled,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one table"),
]

BEFORE_MIDNIGHT = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)
LATER = datetime(2050, 12, 15, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


@pytest.fixture(autouse=True)
def months(db: None) -> Iterator[None]:
    """Those that a server in the middle of November has made."""
    fact_months.make(MORNING)
    yield
    if not connection.in_atomic_block:
        fact_months.make(MORNING)


def tables() -> dict[str, str]:
    """In which partition each event is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id, tableoid::regclass::text FROM conferences_fact")
        return dict(cursor.fetchall())


def come(facts: list[Event], at: datetime = MORNING) -> None:
    for fact in facts:
        inbox.receive(encode(fact), received_at=at)


def a_call(leg: str, conference: str) -> list[Event]:
    return [*call(leg), joined(leg, conference, 1), left(leg, conference, 2), event("call.hangup", 3, leg=leg),
            event("conference.ended", 4, conference=conference)]  # fmt: skip


def test_no_event_counts_twice_across_a_months_end():
    fact = joined("a", "c1")
    receipts = [inbox.receive(encode(fact), received_at=at) for at in (BEFORE_MIDNIGHT, MIDNIGHT)]
    # One process's clock may be behind another's: the older time comes second.
    skewed = joined("b", "c1")
    receipts += [inbox.receive(encode(skewed), received_at=at) for at in (MIDNIGHT, BEFORE_MIDNIGHT)]
    receipts += [inbox.receive(b"[]", received_at=at) for at in (BEFORE_MIDNIGHT, MIDNIGHT)]
    assert receipts == [Receipt.NEW, Receipt.DUPLICATE] * 2 + [Receipt.DEAD, Receipt.DUPLICATE]
    found = tables()
    assert (found[fact.id], found[skewed.id]) == ("conferences_fact_2026_11", "conferences_fact_2026_12")
    assert Fact.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_both_sides_of_midnight_at_once_count_once():
    bodies = [encode(joined(f"leg{number}", "c1")) for number in range(12)] + [b"[]"]
    both = [
        lambda body=body, at=at: inbox.receive(body, received_at=at)
        for body in bodies
        for at in (BEFORE_MIDNIGHT, MIDNIGHT)
    ]
    receipts = at_once(both)
    assert (receipts.count(Receipt.NEW), receipts.count(Receipt.DEAD)) == (12, 1)
    assert (Fact.objects.count(), Leg.objects.count()) == (13, 12)


def test_a_month_without_a_partition_refuses_nothing():
    """Its facts are among the rest, and move to their month when that is made."""
    far, near = joined("a", "c1"), joined("b", "c1")
    come([far], LATER)
    come([near], LATER + timedelta(days=900))
    assert set(tables().values()) == {fact_months.REST}
    id_of_far = Fact.objects.get(event_id=far.id).pk
    assert Month(2050, 12) in fact_months.make(LATER - timedelta(days=40))
    assert tables() == {far.id: "conferences_fact_2050_12", near.id: fact_months.REST}
    assert Fact.objects.get(event_id=far.id).pk == id_of_far
    assert fact_months.make(LATER - timedelta(days=40)) == []


def test_missing_months_are_told(clock: Any):
    clock.move_to(MORNING)
    assert not [one for one in stores.database() if one.level is not Level.OK]
    assert readiness.parts()["facts"] == "ok"
    clock.move_to(LATER)
    told = [one.message for one in stores.database() if one.level is Level.WARNING]
    assert "2051-01" in told[0]
    assert readiness.parts()["facts"].startswith("ok (")
    assert "2051-01" in readiness.parts()["facts"]


def test_a_month_goes_but_for_what_goes_on(clock: Any):
    clock.move_to(MORNING)
    come([*a_call("a", "over"), *call("live"), joined("live", "going on", 1)])
    come([event("call.cost", 5, leg="a")], MIDNIGHT)
    kept = list(Fact.objects.filter(call_control_id="live").order_by("pk").values_list("pk", "event_id"))
    assert len(kept) == 3
    clock.move_to(MIDNIGHT + timedelta(days=30, hours=-1))
    out = StringIO()
    call_command("prune", "--only", "facts", "--dry-run", stdout=out)
    assert "Whole months" not in out.getvalue()
    clock.move_to(MIDNIGHT + timedelta(days=30, seconds=1))
    for options in (["--dry-run"], ["--pause", "0"]):
        out = StringIO()
        call_command("prune", "--only", "facts", *options, stdout=out)
        assert out.getvalue().startswith("facts: 7 ")
        assert "Whole months: 2026-11." in out.getvalue()
    assert NOVEMBER not in fact_months.months()
    assert list(Fact.objects.order_by("pk").values_list("pk", "event_id")) == kept
    assert set(tables().values()) == {fact_months.REST}
    assert {*Conference.objects.exclude(facts_deleted_at=None).values_list("conference_id", flat=True)} == {"over"}
    assert {*Leg.objects.exclude(facts_deleted_at=None).values_list("call_control_id", flat=True)} == {"a"}
    assert Reading.objects.filter(participant__conference__conference_id="over").count() == 0
    come([event("call.hangup", 6, leg="live")], MIDNIGHT + timedelta(days=30))
    come([event("conference.ended", 6, conference="going on")], MIDNIGHT + timedelta(days=30))
    clock.move_to(MIDNIGHT + timedelta(days=61))
    pruning.prune(pause=0)
    assert Fact.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_month_that_is_read_goes_by_rows(clock: Any, monkeypatch):
    """As a copy of the database is made for minutes: webhooks are stored meanwhile, and the month goes all the same."""
    monkeypatch.setattr(fact_months, "PATIENCE", "20ms")
    come(a_call("a", "over"))
    reading, done = Signal(), Signal()

    def read() -> None:
        with transaction.atomic():
            Fact.objects.count()
            reading.set()
            done.wait(20)
        connection.close()

    clock.move_to(MIDNIGHT + timedelta(days=31))
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        assert reading.wait(10)
        assert fact_months.make(LATER) == []  # nor is a new one made in their way
        assert (pruning.prune(pause=0)["facts"], Fact.objects.count()) == (6, 0)
        assert NOVEMBER in fact_months.months()
        come([joined("b", "c2")], MIDNIGHT)
        done.set()
        reader.result(timeout=20)
    pruning.prune(pause=0)
    assert NOVEMBER not in fact_months.months()
    assert Fact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_let_the_same_month_go_agree(clock: Any):
    come(a_call("a", "over"))
    clock.move_to(MIDNIGHT + timedelta(days=31))
    first = whole_months.let_go(MIDNIGHT)
    gone = [next(first)]  # it has noted whose facts go, and the other one has dropped them meanwhile
    assert sum(whole_months.let_go(MIDNIGHT)) == 6
    assert sum([*gone, *first]) == 0
    assert NOVEMBER not in fact_months.months()


def migrate(*targets: tuple[str, str]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets or executor.loader.graph.leaf_nodes()))


@pytest.mark.django_db(transaction=True)
def test_a_plain_table_becomes_months_and_back():
    come(a_call("a", "c1"))
    come([joined("b", "c1")], MIDNIGHT)
    told = list(Fact.objects.order_by("pk").values())
    try:
        migrate(("conferences", "0061_moves_that_wait"))
        assert fact_months.months() == []
        assert list(Fact.objects.order_by("pk").values()) == told
        come([joined("c", "c1")])
        told = list(Fact.objects.order_by("pk").values())
    finally:
        migrate()
    assert list(Fact.objects.order_by("pk").values()) == told
    assert fact_months.months()[0].with_all_before
    fact_months.make(MORNING)
    come([joined("d", "c1")], MIDNIGHT + timedelta(days=40))
    assert Fact.objects.order_by("pk").last() == Fact.objects.get(call_control_id="d")
    assert inbox.receive(encode(Fact.objects.order_by("pk")[0].event), received_at=MIDNIGHT) is Receipt.DUPLICATE
    Fact.objects.all().delete()
    migrate(("conferences", "0061_moves_that_wait"))
    migrate()  # leaves months alone, as in a new installation
