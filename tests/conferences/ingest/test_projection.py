"""State to rows: one feed number per change, in one transaction, at a cost that does not grow, and never otherwise."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences.ingest import feed, projection, readback_notes
from conferences.ingest.rows import Rows
from conferences.models import (
    Agent,
    AgentAddress,
    Conference,
    Feed,
    Leg,
    Participant,
    Queue,
    QueueNumber,
    Supervisor,
    Team,
)
from tests.support.events import MORNING, call, event, joined, left, receive, stored
from tests.support.story import ANA, CHEN, LUIS, SALES_NUMBER, SUPPORT_NUMBER

pytestmark = pytest.mark.scaled


def numbers() -> dict[str, int]:
    return dict(Conference.objects.values_list("conference_id", "feed"))


def agent_leg(leg: str, address: str, at: float = 0) -> list[Any]:
    ends = {"leg": leg, "from_": "+14155550100", "to": address}
    return [event("call.initiated", at, direction="outgoing", **ends), event("call.answered", at + 0.1, **ends)]


def test_every_change_numbers_only_its_own_conference(db):
    seen = []
    for fact in [joined("a", "c1", 1), joined("b", "c2", 2), joined("c", "c1", 3), left("a", "c1", 4)]:
        receive([fact])
        seen.append((numbers(), feed.latest()))
    assert seen == [
        ({"c1": 1}, 1), ({"c1": 1, "c2": 2}, 2), ({"c1": 3, "c2": 2}, 3), ({"c1": 4, "c2": 2}, 4),
    ]  # fmt: skip


def test_an_event_touching_two_conferences_numbers_both(db):
    receive([joined("a", "c1", 0.1), joined("a", "c2", 0.2), joined("b", "c3", 0.3)])
    receive([event("call.hangup", 1, leg="a")])
    assert numbers() == {"c1": 5, "c2": 6, "c3": 4}  # the leg's joining the second took it out of the first


@pytest.mark.parametrize(
    "again",
    [joined("a", at=2), event("conference.created", 2, conference="c1"), event("call.cost", 2, leg="a")],
    ids=lambda fact: fact.type,
)
def test_what_shows_nothing_new_gets_no_number(db, again):
    receive([joined("a", at=1), event("conference.created", 1, conference="c1")])
    before = feed.latest()
    receive([again])
    assert feed.latest() == before


def test_known_at_tells_when_the_provider_last_said_anything(db, clock):
    clock.move_to(MORNING, tick=False)
    receive([joined("a", at=1)])
    assert Conference.objects.values_list("last_event_at", "first_seen_at").get() == (MORNING, MORNING)


@pytest.mark.parametrize("statement", ["conferences_feed", "conferences_participant", "conferences_leg"])
def test_number_rows_and_fact_are_written_atomically(db, statement):
    receive([joined("a", at=1)])
    before = (stored(), numbers(), feed.latest())

    def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("UPDATE", "INSERT")) and f'"{statement}"' in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full), pytest.raises(OperationalError):
        receive([joined("b", at=2)])
    assert (stored(), numbers(), feed.latest()) == before
    receive([joined("b", at=2)])
    assert numbers() == {"c1": before[2] + 1}


def test_the_first_number_needs_no_existing_row(db):
    Feed.objects.all().delete()
    assert feed.latest() == 0
    receive([joined("a")])
    assert (feed.latest(), Feed.objects.count()) == (1, 1)


def test_only_who_holds_the_counter_takes_a_number(db):
    with pytest.raises(LookupError):
        feed.take(1)


def test_nested_transactions_share_the_counter(db):
    with feed.writing():
        first = feed.take(2)
        with feed.writing():
            inner = (*feed.take(1), feed.latest())
        assert (*first, *inner) == (1, 2, 3, 3)
    assert feed.latest() == 3


def test_what_is_rolled_back_took_no_number(db):
    with suppress(ZeroDivisionError), feed.writing():
        feed.take(5)
        raise ZeroDivisionError
    assert feed.latest() == 0


def test_a_phones_own_hold_reaches_its_conference(db):
    receive([*call("a"), joined("a", at=1)])
    before = feed.latest()
    receive([event("call.hold", 2, leg="a")])
    assert (numbers()["c1"], Leg.objects.get().phone_hold) == (before + 1, True)
    receive([event("call.unhold", 3, leg="a")])
    assert (numbers()["c1"], Leg.objects.get().phone_hold) == (before + 2, False)


def test_a_leg_initiated_late_is_recognised_in_its_conference(directory):
    receive([joined("a", at=1)])
    receive(call("a", to=SUPPORT_NUMBER))
    conference = Conference.objects.get()
    assert conference.queue == directory.queue
    assert Leg.objects.get().kind == "customer"
    assert conference.feed == 3


def test_the_first_dialled_of_two_queues_has_the_conference(directory):
    told = [*call("late", 5, to=SALES_NUMBER), *call("early", 0, to=SUPPORT_NUMBER), joined("late", at=6),
            joined("early", at=7)]  # fmt: skip
    for _ in range(8):
        with transaction.atomic():
            receive(random.sample(told, len(told)))
            assert Conference.objects.get().queue == directory.queue
            transaction.set_rollback(True)


def test_a_leg_keeps_what_another_conference_told_of_it(db):
    """Folding one conference again must not forget what a leg of it said in another."""
    receive([event("conference.participant.joined", 1, leg="a", conference="c1", call_leg_id="l1")])
    receive([joined("a", "c2", 5), joined("b", "c2", 4), event("call.initiated", 0, leg="a")])
    assert Leg.objects.get(call_control_id="a").call_leg_id == "l1"
    assert stored().participants[("c1", "a")].joined_at == MORNING + timedelta(seconds=1)


NEXT = [
    joined("new", at=500),
    event("call.hold", 500, leg="a"),
    event("call.hangup", 500, leg="a"),
    event("conference.ended", 500, conference="c1"),
    event("call.answered", 0.5, leg="a"),  # late: its conference folds again
]


def queries() -> dict[str, int]:
    """How many queries each of these events would take now."""
    counts = {}
    for fact in NEXT:
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            receive([fact])
            transaction.set_rollback(True)
        counts[fact.type] = len(captured)
    return counts


def test_an_events_cost_is_independent_of_live_conferences(db):
    receive([*call("a"), joined("a", at=1)])
    counts = []
    for start, end in ((0, 2), (2, 29)):
        for number in range(start, end):
            receive([joined(f"leg{number}", f"other{number}", 1), joined(f"more{number}", f"other{number}", 2)])
        counts.append(queries())
    assert counts[0] == counts[1]


def test_an_events_cost_is_independent_of_earlier_facts(db):
    receive([*call("a"), joined("a", at=1)])
    counts = []
    for start, end in ((2, 10), (10, 200)):
        receive([event("call.unhold" if at % 2 else "call.hold", at, leg="a") for at in range(start, end)])
        counts.append(queries())
    assert counts[0] == counts[1]


def test_only_a_fact_out_of_order_reads_earlier_facts(db):
    receive([*call("a"), joined("a", at=1)])
    reads = []
    for fact in (event("call.hold", 2, leg="a"), event("call.bridged", 0.5, leg="a")):
        with CaptureQueriesContext(connection) as captured:
            receive([fact])
        reads.append(sum('FROM "conferences_fact"' in one["sql"] for one in captured))
    assert reads == [1, 3]  # one asks whether it came before


def test_folding_again_changes_nothing(directory):
    receive(
        [*call("a"), joined("a", at=1), *agent_leg("b", ANA, 1), joined("b", at=2), event("call.hangup", 3, leg="b")]
    )
    before = (stored(), numbers(), list(Conference.objects.values()), list(Leg.objects.values()))
    with feed.writing():
        assert projection.fold_again(["c1"], ["a", "b"]) == {}
    assert (stored(), numbers(), list(Conference.objects.values()), list(Leg.objects.values())) == before


def test_folding_again_repairs_rows_and_says_which_fields(db):
    receive([*call("a"), joined("a", at=1), joined("a", "c2", 2)])
    right, before = stored(), feed.latest()
    Leg.objects.update(state="ended")
    Participant.objects.filter(conference__conference_id="c2").update(state="left", muted=True)
    with feed.writing():
        found = projection.fold_again(["c2"])
    assert found == {"leg a": ("state",), "leg a in conference c2": ("state", "muted")}
    assert (stored(), numbers()["c2"] > before) == (right, True)


def test_folding_again_makes_rows_that_are_gone(directory):
    receive([*call("a", to=SUPPORT_NUMBER), joined("a", at=1)])
    right = stored()
    Conference.objects.all().delete()
    Leg.objects.all().delete()
    with feed.writing():
        projection.fold_again(["c1"])
    assert (stored(), Conference.objects.get().queue) == (right, directory.queue)


def test_legs_are_recognised_again_when_the_directory_changes(directory):
    receive([*agent_leg("b", "+34600000077"), joined("b", at=1), *agent_leg("x", "+34600000078")])
    before = feed.latest()
    AgentAddress.objects.create(agent=directory.luis, address="+34 600 000 077")
    with feed.writing():
        projection.recognise_again(Leg.objects.all())
    leg = Leg.objects.get(call_control_id="b")
    assert leg.kind == "agent"
    assert leg.agent == directory.luis
    assert numbers()["c1"] == before + 1
    assert feed.latest() == before + 1


def test_a_queue_number_added_later_gives_conferences_their_queue(directory):
    receive([*call("a", to="+14155550199"), joined("a", at=1)])
    assert Conference.objects.get().queue is None
    QueueNumber.objects.create(queue=directory.queue, number="+14155550199")
    with feed.writing():
        projection.recognise_again(Leg.objects.all())
    assert Conference.objects.get().queue == directory.queue


def test_who_reads_back_meanwhile_is_not_overruled(db):
    receive([joined("a")])
    conference = Conference.objects.get()
    rows = Rows.about([joined("a")])
    readback_notes.mark_read(conference, MORNING)
    with feed.writing():
        rows.save(rows.state(), MORNING)
    assert Conference.objects.get().polled_at == MORNING


def test_only_one_of_two_claims_a_reading(db):
    receive([joined("a")])
    one, other = Conference.objects.get(), Conference.objects.get()
    assert [readback_notes.claim_reading(one, MORNING), readback_notes.claim_reading(other, MORNING)] == [True, False]
    assert readback_notes.claim_reading(Conference.objects.get(), MORNING + timedelta(seconds=60)) is True


AGENTS = {ANA: "ana", LUIS: "luis", CHEN: "chen"}
PEOPLE = st.lists(
    st.tuples(st.sampled_from([*AGENTS, "+34699999999"]), st.sampled_from(["c1", "c2", "c3"]), st.booleans()),
    max_size=5,
)
CALLERS = st.lists(st.tuples(st.sampled_from([SUPPORT_NUMBER, SALES_NUMBER, "+14155550198"]),
                             st.sampled_from(["c1", "c2", "c3"])), max_size=3)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, callers=CALLERS)
def test_who_sees_a_conference_agrees_from_either_side(supervisors, people, callers):
    with transaction.atomic():
        for number, (address, conference, gone) in enumerate(people):
            leg = f"agent{number}"
            receive([*agent_leg(leg, address), joined(leg, conference, 1)])
            receive([left(leg, conference, 2)] if gone else [])
        for number, (dialled, conference) in enumerate(callers):
            receive([*call(f"caller{number}", to=dialled), joined(f"caller{number}", conference, 1)])
        for user in supervisors:
            teams = set(Team.objects.filter(supervisors__user=user).values_list("pk", flat=True))
            nobodys_too = user.has_perm("conferences.view_unassigned")
            seen = {one.conference_id for one in Conference.objects.with_people()
                    if one.team_ids() & teams or (nobodys_too and not one.team_ids())}  # fmt: skip
            assert {one.conference_id for one in Conference.objects.visible_to(user)} == seen
        transaction.set_rollback(True)


@pytest.fixture
def supervisors(marta: User, ben: User, cleo: User) -> list[User]:
    return [marta, ben, cleo]


def test_calls_of_other_teams_are_seen_by_nobody_else(directory, marta, ben, cleo):
    receive([*call("a", to=SUPPORT_NUMBER), joined("a", "support", 1), *agent_leg("b", CHEN), joined("b", "sales", 1),
             *call("x", to="+14155550198"), joined("x", "nobodys", 1)])  # fmt: skip
    seen = {user.username: sorted(one.conference_id for one in Conference.objects.visible_to(user))
            for user in (marta, ben, cleo)}  # fmt: skip
    assert seen == {
        "marta": ["support"],
        "ben": ["sales"],
        "cleo": ["nobodys"],
    }  # An administrator sees what is nobody's.


def test_an_inactive_or_teamless_user_sees_nothing(directory, marta):
    receive([*call("a", to=SUPPORT_NUMBER), joined("a", at=1)])
    assert Conference.objects.visible_to(marta).count() == 1
    marta.supervisor.teams.clear()
    assert Conference.objects.visible_to(marta).count() == 0
    Supervisor.objects.get(user=marta).teams.set([directory.support])
    User.objects.filter(pk=marta.pk).update(is_active=False)
    assert Conference.objects.visible_to(User.objects.get(pk=marta.pk)).count() == 0


def test_agents_and_queues_changing_team_take_their_conferences_along(directory, marta, ben):
    receive([*agent_leg("b", ANA), joined("b", "hers", 1), *call("a", to=SUPPORT_NUMBER), joined("a", "queues", 1)])
    Agent.objects.filter(pk=directory.ana.pk).update(team=directory.sales)
    Queue.objects.filter(pk=directory.queue.pk).update(team=directory.sales)
    assert Conference.objects.visible_to(marta).count() == 0
    assert {one.conference_id for one in Conference.objects.visible_to(ben)} == {"hers", "queues"}
