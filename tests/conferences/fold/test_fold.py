"""One set of facts, one state: in whatever order they arrive, however often, and whatever they hold."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences.fold import State, advance, apply, fold, is_handled, is_news, order, place
from conferences.telnyx.events import Event
from tests.support.events import MORNING, arrive, call, event, facts_on_record, joined, left, receive, stored

SEVEN = [
    event("call.initiated", 0, leg="a", direction="incoming", from_="+14155550171", to="+14155550101"),
    event("conference.created", 1, leg="a", conference="c1"),
    joined("a", at=1),
    joined("b", at=2),
    left("b", at=3),
    event("call.hangup", 4, leg="a", hangup_cause="normal_clearing"),
    event("conference.ended", 4, leg="a", conference="c1", reason="all_left"),
]
REJOINS = [
    joined("a", at=1),
    event("readback.participant", 2, leg="a", conference="c1", status="joined", muted=True, participant_id="p1"),
    left("a", at=3),
    joined("a", at=4),
    joined("a", "c2", at=5),
    event("call.hold", 6, leg="a"),
    event("call.hangup", 7, leg="a"),
]

HUNG_UP_AFTER_THE_END = [
    joined("a", at=1),
    joined("b", at=1),
    event("conference.ended", 2, conference="c1"),
    event("call.hangup", 3, leg="a"),
    event("call.hangup", 4, leg="b"),
]
SUPERVISED = [
    joined("a", at=1),
    event("command.join", 2, leg="s", conference="c1", supervisor_role="whisper", whisper_call_control_ids=["a"]),
    joined("s", at=3),
    event("readback.participant", 4, leg="s", conference="c1", status="joined", whisper_call_control_ids=["a"]),
    event("command.update", 5, leg="s", conference="c1", supervisor_role="monitor"),
    left("s", at=6),
]


def stay(state: State, leg: str, conference: str = "c1"):
    return state.participants[(conference, leg)]


def all_orders(script: list[Event], so_far: tuple[Event, ...] = (), state: State | None = None) -> Iterator[State]:
    """The state after each order of arrival; orders that begin alike share their beginning."""
    state = state or State()
    if len(so_far) == len(script):
        yield state
    for fact in script:
        if fact not in so_far:
            now = (*so_far, fact)
            yield from all_orders(script, now, advance(state, fact, lambda now=now: now))


every_script = pytest.mark.parametrize(
    "script",
    [SEVEN, REJOINS, HUNG_UP_AFTER_THE_END, SUPERVISED],
    ids=["seven events", "a leg that moves", "hung up after the end", "supervised"],
)


@every_script
def test_all_orders_of_arrival_come_to_one_state(script):
    expected = fold(script)
    assert [state == expected for state in all_orders(script)] == [True] * math.factorial(len(script))


@every_script
def test_the_database_comes_to_that_state_too(db, script):
    for _ in range(15):
        with transaction.atomic():
            receive(random.sample(script, len(script)))
            assert stored() == fold(facts_on_record())
            assert facts_on_record() != []
            transaction.set_rollback(True)


def test_seven_events_make_one_completed_call():
    state = fold(SEVEN)
    assert (state.conferences["c1"].state, state.conferences["c1"].end_reason) == ("completed", "all_left")
    assert (stay(state, "a").joined_at, stay(state, "a").left_at) == (SEVEN[2].occurred_at, SEVEN[5].occurred_at)
    assert (stay(state, "b").joined_at, stay(state, "b").left_at) == (SEVEN[3].occurred_at, SEVEN[4].occurred_at)
    assert (state.legs["a"].state, state.legs["b"].state) == ("ended", "unknown")


def test_a_hangup_means_having_left_every_conference():
    state = fold([joined("a", "c1"), joined("a", "c2", at=1), joined("b", "c1"), event("call.hangup", 2, leg="a")])
    assert [stay(state, *key).state for key in (("a", "c1"), ("a", "c2"), ("b", "c1"))] == ["left", "left", "joined"]


def test_a_conferences_end_means_that_all_have_left():
    state = fold([joined("a"), joined("b"), joined("a", "c2"), event("conference.ended", 1, conference="c1")])
    assert [stay(state, *key).state for key in (("a", "c1"), ("b", "c1"), ("a", "c2"))] == ["left", "left", "joined"]


@pytest.mark.parametrize("late", ["call.initiated", "call.answered", "call.bridged", "call.hold"])
def test_an_ended_leg_never_lives_again(late):
    state = fold([*call("a"), event("call.hangup", 1, leg="a", hangup_cause="timeout"), event(late, 2, leg="a")])
    leg = state.legs["a"]
    assert leg.state == "ended"
    assert leg.hangup_cause == "timeout"
    assert leg.phone_hold is False


@pytest.mark.parametrize(
    "late",
    [event("conference.created", 2, leg="a", conference="c1"), joined("a", at=2),
     event("readback.conference", 2, conference="c1", status="in_progress"),
     event("readback.participant", 2, leg="a", conference="c1", status="joined"),
     event("readback.participant", 2, leg="a", conference="c1", status="joining"),
     event("command.join", 2, leg="a", conference="c1", supervisor_role="barge")],
    ids=lambda fact: fact.type,
)  # fmt: skip
def test_an_ended_conference_stays_ended_and_empty(late):
    state = fold([event("conference.ended", 1, conference="c1", reason="host_left"), late])
    conference = state.conferences["c1"]
    assert (conference.state, conference.end_reason) == ("completed", "host_left")
    assert [one.state for one in state.participants.values() if one.state != "left"] == []


def test_whoever_joins_after_hanging_up_is_not_in():
    state = fold([event("call.hangup", 1, leg="a"), joined("a", at=2)])
    assert (stay(state, "a").state, stay(state, "a").left_at) == ("left", MORNING + timedelta(seconds=2))


def test_a_leg_that_rejoins_begins_a_fresh_stay():
    first = event("readback.participant", 1, leg="a", conference="c1", status="joined", muted=True, on_hold=True,
                  whisper_call_control_ids=["b"])  # fmt: skip
    state = fold([joined("a"), first, left("a", at=2), joined("a", at=3)])
    again = stay(state, "a")
    assert again.state == "joined"
    assert again.joined_at == MORNING + timedelta(seconds=3)
    assert again.left_at is None
    assert again.muted is None
    assert again.on_hold is None
    assert again.whisper_call_control_ids == ()


def test_a_hold_and_a_mute_have_their_own_time():
    read = {"leg": "a", "conference": "c1", "status": "joined"}
    held = [event("readback.participant", at, **read, on_hold=True, muted=at > 3) for at in (2, 3, 4)]
    stay = fold([joined("a", at=1), *held]).participants["c1", "a"]
    assert (stay.on_hold_at, stay.muted_at, stay.holds) == (held[0].occurred_at, held[2].occurred_at, 1)

    over = event("readback.participant", 5, **read, on_hold=False, muted=False)
    again = event("readback.participant", 6, **read, on_hold=True)
    stay = fold([joined("a", at=1), *held, over, again]).participants["c1", "a"]
    assert (stay.on_hold_at, stay.muted_at, stay.holds) == (again.occurred_at, None, 2)


def test_a_phones_own_hold_has_its_time_and_count():
    pressed = [event("call.hold", at, leg="a") for at in (1, 2)]
    released, again = event("call.unhold", 3, leg="a"), event("call.hold", 4, leg="a")
    leg = fold(pressed).legs["a"]
    assert (leg.phone_hold_at, leg.phone_holds) == (pressed[0].occurred_at, 1)
    assert fold([*pressed, released]).legs["a"].phone_hold_at is None
    leg = fold([*pressed, released, again]).legs["a"]
    assert (leg.phone_hold_at, leg.phone_holds) == (again.occurred_at, 2)


def test_joined_twice_without_leaving_is_one_stay():
    state = fold([joined("a", at=1), joined("a", at=2)])
    assert stay(state, "a").joined_at == MORNING + timedelta(seconds=1)


def test_conference_and_leg_first_named_by_leaving_are_unknown():
    state = fold([left("a")])
    assert (state.conferences["c1"].state, state.legs["a"].state) == ("unknown", "unknown")
    assert (stay(state, "a").state, stay(state, "a").joined_at) == ("left", None)


def test_joining_makes_a_conference_live_and_creation_dates_it():
    state = fold([joined("a", at=2), event("conference.created", 1, conference="c1", leg="a", connection_id="7")])
    conference = state.conferences["c1"]
    assert (conference.state, conference.created_at, conference.connection_id) == (
        "in_progress", MORNING + timedelta(seconds=1), "7",
    )  # fmt: skip


def test_only_a_read_back_tells_of_an_unstarted_conference():
    facts = [event("conference.created", 0, conference="c1"), joined("a", at=0.1)]
    init = event("readback.conference", 1, conference="c1", status="init")
    begun = event("readback.conference", 2, conference="c1", status="in_progress")
    states = [fold([*facts, *more]).conferences["c1"].state for more in ([], [init], [init, begun])]
    assert states == ["in_progress", "init", "in_progress"]
    assert fold([*facts, init, joined("b", at=3)]).conferences["c1"].state == "init"


def test_only_a_legs_events_tell_connection_and_client_state():
    owners = {"connection_id": "owner", "client_state": "b3duZXI="}
    state = fold([event("conference.participant.joined", 0, leg="a", conference="c1", **owners)])
    assert (state.legs["a"].connection_id, state.legs["a"].client_state) == ("", "")
    state = fold([joined("a"), event("call.answered", 1, leg="a", connection_id="app", client_state="bGVn")])
    assert (state.legs["a"].connection_id, state.legs["a"].client_state) == ("app", "bGVn")


@pytest.mark.parametrize("words", ["normal_clearing", "brand_new_cause", "原因", "x" * 255])
def test_causes_and_reasons_unheard_of_are_kept_as_text(words):
    hangup = event("call.hangup", 1, leg="a", hangup_cause=words, hangup_source=words)
    state = fold([hangup, event("conference.ended", 1, conference="c1", reason=words)])
    assert (state.legs["a"].hangup_cause, state.legs["a"].hangup_source) == (words, words)
    assert state.conferences["c1"].end_reason == words


def test_simultaneous_events_of_different_types_keep_their_logical_order():
    together = [event("call.hangup", 0, leg="a", id="1"), left("a"), joined("a"), event("call.answered", 0, leg="a"),
                event("conference.created", 0, leg="a", conference="c1"), event("call.initiated", 0, leg="a", id="9"),
                event("conference.ended", 0, conference="c1", id="0")]  # fmt: skip
    in_order = sorted(together, key=lambda fact: fact.sort_key)
    assert [fact.type.split(".")[-1] for fact in in_order] == [
        "initiated", "answered", "created", "joined", "left", "hangup", "ended",
    ]  # fmt: skip
    assert len({repr(fold(random.sample(together, 7))) for _ in range(50)}) == 1


def test_equal_simultaneous_events_are_told_apart_by_id():
    one = event("call.hangup", 0, leg="a", hangup_cause="timeout", id="1")
    other = event("call.hangup", 0, leg="a", hangup_cause="user_busy", id="2")
    assert fold([one, other]) == fold([other, one])
    assert fold([other, one]).legs["a"].hangup_cause == "timeout"


def test_an_accepted_join_is_joining_until_the_provider_confirms():
    accepted = event("command.join", 0, leg="s", conference="c1", supervisor_role="whisper",
                     whisper_call_control_ids=["b", "a"])  # fmt: skip
    joining = stay(fold([accepted]), "s")
    assert joining.state == "joining"
    assert joining.role == "whisper"
    assert joining.whisper_call_control_ids == ("a", "b")
    assert stay(fold([accepted, joined("s", at=1)]), "s") == replace(
        joining, state="joined", joined_at=MORNING + timedelta(seconds=1)
    )


def test_an_accepted_update_replaces_role_and_targets_together():
    ours = {"leg": "s", "conference": "c1"}
    facts = [event("command.join", 0, **ours, supervisor_role="whisper", whisper_call_control_ids=["a"]),
             joined("s", at=1), event("command.update", 2, **ours, supervisor_role="monitor")]  # fmt: skip
    now = stay(fold(facts), "s")
    assert now.state == "joined"
    assert now.role == "monitor"
    assert now.whisper_call_control_ids == ()


def test_a_role_unknown_to_the_provider_is_ignored():
    facts = [event("command.join", 0, leg="s", conference="c1", supervisor_role="x" * 200), joined("s", at=1)]
    assert stay(fold(facts), "s").role == ""


def test_what_a_read_back_omits_stays_unchanged():
    told = event("readback.participant", 1, leg="a", conference="c1", status="joined", muted=True, on_hold=False,
                 whisper_call_control_ids=["b"], end_conference_on_exit=True)  # fmt: skip
    silent = event("readback.participant", 2, leg="a", conference="c1", muted="yes", end_conference_on_exit="false",
                   whisper_call_control_ids="b", status="somewhere else")  # fmt: skip
    assert stay(fold([told, silent]), "a") == stay(fold([told]), "a")
    assert fold([silent]).participants == {}


@pytest.mark.parametrize(
    ("told", "known"),
    [("2026-11-22T14:00:00Z", "2026-11-22T14:00:00+00:00"), ("2026-11-22T15:00:00+01:00", "2026-11-22T14:00:00+00:00"),
     ("2026-11-22T14:00:00", None), ("soon", None), (7, None), ("0001-01-01T00:00:00+14:00", None),
     ("9999-12-31T23:59:59-14:00", None)],
)  # fmt: skip
def test_a_time_that_is_none_is_not_believed(told, known):
    expires_at = fold([event("readback.conference", conference="c1", expires_at=told)]).conferences["c1"].expires_at
    assert (expires_at.isoformat() if expires_at else None) == known


def test_news_is_what_would_change_what_is_known():
    state = fold([joined("a"), event("readback.conference", 0, conference="c1", name="Support 1")])
    told = {"leg": "a", "conference": "c1", "status": "joined"}
    assert is_news(state, event("readback.participant", 5, **told)) is False
    assert is_news(state, event("readback.participant", 5, **told, muted=True)) is True
    assert is_news(state, event("readback.conference", 5, conference="c1", name="Support 1")) is False
    assert is_news(state, event("readback.conference", 5, conference="c1", name="Support 2")) is True


def test_applying_a_fact_leaves_the_given_state_unchanged():
    before = fold([joined("a")])
    copy = before.copy()
    assert apply(before, left("a", at=1)) != before
    assert before == copy


def test_place_parts_what_occurred_before_from_what_occurred_then():
    then = MORNING + timedelta(seconds=5)
    orders = [order(event("call.hangup", seconds)) < place(then) for seconds in (4.999999, 5, 5.000001)]
    assert orders == [True, False, False]


LEGS, CONFERENCES = st.sampled_from("abc"), st.sampled_from(["c1", "c2"])
HANDLED = [
    "call.initiated", "call.answered", "call.bridged", "call.hangup", "call.hold", "call.unhold",
    "conference.created", "conference.ended", "conference.participant.joined", "conference.participant.left",
    "readback.conference", "readback.participant", "readback.leg", "command.join", "command.update",
]  # fmt: skip
DETAILS = {
    "status": st.sampled_from(["init", "in_progress", "completed", "joining", "joined", "left", "odd"]),
    "muted": st.booleans() | st.just("yes"),
    "whisper_call_control_ids": st.lists(LEGS, max_size=2) | st.none(),
    "supervisor_role": st.sampled_from(["monitor", "whisper", "barge", "none", "odd"]),
    "is_alive": st.booleans(),
    "direction": st.sampled_from(["incoming", "outgoing", "sideways"]),
    "from_": st.sampled_from(["+14155550171", "sip:ana.ruiz@agents.example", "x"]),
    "to": st.sampled_from(["+14155550101", "+14155550102"]),
    "call_leg_id": st.sampled_from(["l1", "l2"]),
    "name": st.sampled_from(["One", "Two"]),
    "hangup_cause": st.sampled_from(["timeout", "user_busy"]),
    "connection_id": st.sampled_from(["7", "8"]),
}
FACTS = st.lists(
    st.builds(
        lambda kind, at, told: event(kind, at, **told),
        st.sampled_from(HANDLED),
        st.integers(0, 5),
        st.fixed_dictionaries({}, optional={"leg": LEGS, "conference": CONFERENCES} | DETAILS),
    ),
    max_size=12,
)
ARRIVALS = FACTS.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts + facts[:3])))


def test_every_generated_fact_type_is_handled():
    assert [one for one in HANDLED if not is_handled(one)] == []


@settings(max_examples=150, deadline=None)
@given(ARRIVALS)
def test_the_state_always_equals_folding_all_arrived_facts(arrivals):
    _, arriving = arrivals
    for number, state in enumerate(arrive(arriving), start=1):
        assert state == fold(arriving[:number])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ARRIVALS)
def test_the_rows_always_equal_folding_all_recorded_facts(db, arrivals):
    _, arriving = arrivals
    with transaction.atomic():
        for fact in arriving:
            receive([fact])
            assert stored() == fold(facts_on_record())
        transaction.set_rollback(True)


@settings(max_examples=100, deadline=None)
@given(FACTS)
def test_nobody_is_in_after_conference_end_or_hangup(facts):
    state = fold(facts)
    present = [one for one in state.participants.values() if one.state != "left"]
    assert [one for one in present if state.conferences[one.conference_id].state == "completed"] == []
    assert [one for one in present if state.legs[one.call_control_id].state == "ended"] == []


@settings(max_examples=100, deadline=None)
@given(FACTS)
def test_ends_are_final_and_no_stay_is_forgotten(facts):
    state = State()
    for fact in sorted(facts, key=lambda one: one.sort_key):
        after = apply(state, fact)
        assert {key for key, leg in state.legs.items() if leg.state == "ended"} <= {
            key for key, leg in after.legs.items() if leg.state == "ended"
        }
        assert {key for key, one in state.conferences.items() if one.state == "completed"} <= {
            key for key, one in after.conferences.items() if one.state == "completed"
        }
        assert state.participants.keys() <= after.participants.keys()
        state = after


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ANYTHING = st.dictionaries(
    st.sampled_from(["call_control_id", "conference_id", *DETAILS, "from", "reason", "end_reason", "expires_at",
                     "created_at", "client_state", "participant_id", "end_conference_on_exit", "region"]),
    VALUES | st.sampled_from(["a", "c1", "x" * 100_000]),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDLED), ANYTHING), max_size=6))
def test_no_payload_whatsoever_breaks_the_fold(told):
    facts = [replace(event(kind, number), payload=payload) for number, (kind, payload) in enumerate(told)]
    *_, state = arrive([*facts, event("conference.ended", 99, conference="c1")])
    assert state.conferences["c1"].state == "completed"
