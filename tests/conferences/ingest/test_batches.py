"""Webhooks stored together: each as if it were alone, whatever becomes of the others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences import fold as folding
from conferences.fold import fold
from conferences.ingest import feed
from conferences.ingest.batches import Delivery, receive_all, record_all
from conferences.ingest.inbox import Receipt
from conferences.models import Conference, Fact, Leg
from conferences.telnyx.events import Event, encode
from tests.support.events import MORNING, call, event, facts_on_record, joined, left, receive, stored
from tests.support.story import ANA, LUIS, SUPPORT_NUMBER

pytestmark = pytest.mark.scaled

NEW, DUPLICATE = Receipt.NEW, Receipt.DUPLICATE


def together(*facts: Event) -> list[Any]:
    return receive_all([Delivery(encode(fact), MORNING, 0) for fact in facts])


def agent_leg(leg: str, address: str, at: float = 0) -> list[Event]:
    ends = {"leg": leg, "from_": "+14155550100", "to": address}
    return [event("call.initiated", at, direction="outgoing", **ends), event("call.answered", at + 0.1, **ends)]


def rest() -> dict[str, Any]:
    """What the rows have beside the fold's state: whose everything is, in people's words."""
    return {
        "legs": {leg.call_control_id: (leg.kind, str(leg.agent), str(leg.queue)) for leg in Leg.objects.all()},
        "queues": dict(Conference.objects.values_list("conference_id", "queue__name")),
        "teams": {(row.conference_id, team.name) for row in Conference.objects.all() for team in row.teams_then.all()},
    }


CALLS = [
    *call("a", to=SUPPORT_NUMBER), *agent_leg("b", ANA, 1), joined("a", at=2), joined("b", at=3),
    *agent_leg("c", LUIS, 4), joined("c", at=5), event("call.hold", 6, leg="a"), joined("b", "c2", at=7),
    *call("d", 8), joined("d", "c2", at=9), left("c", at=10), event("call.hangup", 11, leg="a"),
    event("conference.ended", 12, conference="c1"), event("call.hangup", 13, leg="d"), left("b", "c2", at=14),
    event("conference.ended", 15, conference="c2"), event("call.cost", 16, leg="a"),
]  # fmt: skip


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
batches = given(order=st.permutations(CALLS), cuts=st.sets(st.integers(0, len(CALLS))), swaps=st.integers(0, 6))


@settings(many, max_examples=6)
@batches
def test_batches_come_to_what_single_ones_do(directory, order, cuts, swaps):
    assert_the_same(order, cuts, swaps)


@pytest.mark.slow  # 18 seconds of a processor
@many
@batches
def test_many_batches_come_to_what_single_ones_do(directory, order, cuts, swaps):
    assert_the_same(order, cuts, swaps)


def assert_the_same(order: list[Event], cuts: set[int], swaps: int) -> None:
    order = sorted(order, key=lambda one: one.occurred_at) if swaps > 3 else order
    with transaction.atomic():
        receive(order)
        alone = (stored(), rest())
        transaction.set_rollback(True)
    with transaction.atomic():
        for start, end in pairwise([0, *sorted(cuts), len(order)]):
            together(*order[start:end])
        assert (stored(), rest()) == alone
        assert stored() == fold(facts_on_record())
        assert len({*Conference.objects.values_list("feed", flat=True)}) == 2
        transaction.set_rollback(True)


def test_each_conference_of_a_batch_has_its_own_number(db):
    together(joined("a", "c1"), joined("b", "c2"), joined("c", "c3"))
    assert sorted(Conference.objects.values_list("feed", flat=True)) == [1, 2, 3]
    assert feed.latest() == 3


def test_a_batch_tells_what_became_of_each(db):
    receive([joined("a")])
    known = facts_on_record()[0]
    again, unread = joined("b", at=1), Delivery(b"{", MORNING)
    told = [*(Delivery(encode(one), MORNING) for one in (known, again, again)), unread]
    ignored = Delivery(encode(event("call.cost", 2, leg="a")), MORNING)
    assert receive_all([*told, ignored]) == [DUPLICATE, NEW, DUPLICATE, Receipt.DEAD, Receipt.IGNORED]
    assert Fact.objects.count() == 4


def plant_mistake(monkeypatch: pytest.MonkeyPatch, event_type: str) -> None:
    """Let our code stop at facts of this type about leg b."""
    effect = folding._EFFECTS[event_type]

    def planted(state: Any, fact: Event) -> None:
        if fact.call_control_id == "b":
            raise ZeroDivisionError
        effect(state, fact)

    monkeypatch.setitem(folding._EFFECTS, event_type, planted)


def test_a_mistake_of_ours_parks_its_own_fact_only(db, monkeypatch):
    plant_mistake(monkeypatch, "conference.participant.left")
    joins = [joined("a"), joined("b"), joined("c")]
    assert together(*joins, left("a", at=1), left("b", at=1)) == [NEW, NEW, NEW, NEW, Receipt.PARKED]
    assert sorted(stay.state for stay in stored().participants.values()) == ["joined", "joined", "left"]


def refusing(what: str, error: Exception) -> Any:
    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and what in str(params):
            raise error
        return run(sql, params, many, context)

    return connection.execute_wrapper(execute)


def test_what_the_database_refuses_harms_no_other(transactional_db):
    odd = DataError("value too long")
    with refusing("odd", odd):
        told = together(joined("a"), joined("odd", at=1), joined("c", at=2))
    assert told == [NEW, odd, NEW]
    assert {leg for _, leg in stored().participants} == {"a", "c"}


def test_a_database_that_is_away_keeps_nothing(transactional_db):
    away = OperationalError("database is locked")
    with refusing("joined", away):
        assert together(joined("a"), joined("b", at=1)) == [away, away]
    assert Fact.objects.count() == 0
    assert together(joined("a"), joined("b", at=1)) == [NEW, NEW]


def test_many_cost_few_queries_more_than_one(directory):
    def queries(count: int, name: str) -> int:
        facts = [one for n in range(count) for one in (*call(f"{name}{n}", n), joined(f"{name}{n}", f"{name}{n}", n))]
        with CaptureQueriesContext(connection) as asked:
            together(*facts)
        return len(asked)

    assert queries(20, "many") - queries(1, "few") < 40  # 57 facts more: a row is written once, read with the others


def read_back(*legs: str) -> None:
    told = [{"conference_id": "c1", "call_control_id": leg, "status": "joined", "muted": True} for leg in legs]
    record_all("readback.participant", told, source=Fact.Source.READBACK, occurred_at=MORNING)


def test_lines_of_one_reading_are_one_transaction(db):
    with CaptureQueriesContext(connection) as asked:
        read_back("a", "b", "c")
    assert sum(one["sql"].startswith('INSERT INTO "conferences_fact"') for one in asked.captured_queries) == 1
    assert [stay.muted for stay in stored().participants.values()] == [True] * 3
    assert stored() == fold(facts_on_record())


def test_a_line_that_fails_is_parked_alone(db, monkeypatch):
    plant_mistake(monkeypatch, "readback.participant")
    read_back("a", "b", "c")
    assert {leg for _, leg in stored().participants} == {"a", "c"}
    assert Fact.objects.filter(outcome="parked").count() == 1
