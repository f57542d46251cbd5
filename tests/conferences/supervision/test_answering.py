"""What is decided of whoever answered: for all that may be told, at all times, and never a join on doubt."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conferences.fold import AnsweredBy
from conferences.models import Conference, Leg, Supervision
from conferences.supervision.state_machine import answering
from conferences.supervision.state_machine.steps import Snapshot, Step
from conferences.telnyx.commands import encode_client_state

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WHO = ["", *AnsweredBy]
GATHERS = ["", "valid", "invalid", "timeout", "call_hangup", "cancelled", "cancelled_amd", "new word"]


def situation(check="press_1", *, since=5.0, asked=None, asks=1, own=False, elsewhere=False, **told):
    """`since` and `asked`: seconds since it was answered, and the key asked for; `elsewhere`: by somebody else."""
    mine = Supervision(
        answer_check=check,
        address="" if own else "+34600000091",
        check_began_at=NOW - timedelta(seconds=since),
        ask_sent_at=None if asked is None else NOW - timedelta(seconds=asked),
        asks_sent=0 if asked is None else asks,
        state="checking",
    )
    state = "bm90aGluZw==" if elsewhere else encode_client_state(str(mine.pk))
    status, told_ago = told.pop("gather_status", ""), told.pop("told", 1.0)
    leg = Leg(
        state="answered",
        gather_status=status,
        gather_for=state if status else "",
        gathers=told.pop("gathers", 1 if status else 0),
        confirmed_at=NOW if status == "valid" else None,
        confirmed_for=state if status == "valid" else "",
        answered_by_at=NOW - timedelta(seconds=told_ago) if told.get("answered_by") else None,
        **told,
    )
    return Snapshot(mine, Conference(state="in_progress"), leg, None, frozenset(), NOW)


def decided(at):
    decision = answering.before_joining(at)
    return "join" if decision is None else f"{decision.step.value} {decision.problem}".strip()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"check": "trust"}, "join"),
        ({"check": ""}, "join"),
        ({}, "ask"),
        ({"asked": 1.0}, "wait"),
        ({"asked": 1.0, "gather_status": "valid"}, "join"),
        ({"asked": 1.0, "gather_status": "timeout"}, "give_up no_key"),
        ({"asked": 1.0, "gather_status": "invalid"}, "give_up wrong_key"),
        ({"asked": 1.0, "gather_status": "new word"}, "give_up no_key"),
        ({"asked": 1.0, "gather_status": "call_hangup"}, "wait"),
        ({"asked": 1.0, "gather_status": "cancelled"}, "ask"),
        ({"asked": 1.0, "gather_status": "cancelled_amd"}, "ask"),
        ({"asked": 1.0, "asks": 2, "gather_status": "cancelled"}, "wait"),
        ({"asked": 1.0, "asks": 2, "gathers": 2, "gather_status": "cancelled"}, "give_up no_key"),
        ({"asked": 31.0}, "ask"),
        ({"asked": 31.0, "asks": 2}, "give_up unchecked"),
        ({"asked": 31.0, "asks": 2, "answered_by": "machine"}, "give_up voicemail"),
        ({"asked": 1.0, "answered_by": "human"}, "wait"),
        ({"answered_by": "human"}, "ask"),
        ({"asked": 1.0, "answered_by": "machine"}, "wait"),
        ({"asked": 1.0, "answered_by": "machine", "gather_status": "valid"}, "join"),
        ({"asked": 1.0, "answered_by": "machine", "gather_status": "timeout"}, "give_up voicemail"),
        ({"asked": 1.0, "answered_by": "voicemail"}, "give_up voicemail"),
        ({"asked": 1.0, "answered_by": "fax"}, "give_up fax"),
        ({"answered_by": "fax"}, "give_up fax"),
        ({"asked": 1.0, "answered_by": "screening", "screened": True, "gather_status": "timeout"}, "wait"),
        ({"asked": 1.0, "answered_by": "human", "screened": True, "gather_status": "timeout"}, "ask"),
        (
            {"asked": 1.0, "answered_by": "screening", "screened": True, "gather_status": "timeout", "told": 31},
            "give_up screener",
        ),
        ({"asked": 1.0, "answered_by": "screener", "gather_status": "timeout"}, "give_up screener"),
        ({"since": 121, "asked": 1.0}, "give_up unchecked"),
        ({"since": 121, "asked": 1.0, "gather_status": "valid"}, "join"),
        ({"check": "detect"}, "wait"),
        ({"check": "detect", "since": 13.0}, "ask"),
        ({"check": "detect", "since": 13.0, "asked": 1.0}, "wait"),
        ({"check": "detect", "answered_by": "human"}, "join"),
        ({"check": "detect", "answered_by": "human", "since": 20.0, "asked": 5.0}, "join"),
        ({"check": "detect", "answered_by": "not_sure"}, "ask"),
        ({"check": "detect", "answered_by": "silence"}, "ask"),
        ({"check": "detect", "answered_by": "silence", "asked": 1.0, "gather_status": "timeout"}, "give_up no_key"),
        ({"check": "detect", "answered_by": "machine"}, "wait"),
        ({"check": "detect", "answered_by": "machine", "told": 9.0}, "give_up voicemail"),
        ({"check": "detect", "answered_by": "machine", "screened": True}, "give_up voicemail"),
        ({"check": "detect", "answered_by": "voicemail"}, "give_up voicemail"),
        ({"check": "detect", "answered_by": "fax"}, "give_up fax"),
        ({"check": "detect", "answered_by": "screening", "screened": True, "told": 29.0}, "wait"),
        ({"check": "detect", "answered_by": "screening", "screened": True, "told": 31.0}, "give_up screener"),
        ({"check": "detect", "answered_by": "screener"}, "give_up screener"),
        ({"check": "detect", "answered_by": "machine", "told": -9000, "since": 121}, "give_up voicemail"),
        ({"own": True, "asked": 1.0, "gather_status": "valid"}, "join"),
        ({"own": True, "asked": 1.0, "gather_status": "valid", "elsewhere": True}, "wait"),
        ({"own": True, "asked": 1.0, "gather_status": "timeout", "elsewhere": True}, "wait"),
        ({"asked": 1.0, "gather_status": "valid", "elsewhere": True}, "wait"),
    ],
)
def test_what_is_decided(told, expected):
    assert decided(situation(**told)) == expected


TOLD = st.fixed_dictionaries(
    {
        "check": st.sampled_from(["press_1", "detect"]),
        "since": st.floats(0, 200),
        "asked": st.none() | st.floats(0, 200),
        "asks": st.integers(1, 2),
        "own": st.booleans(),
        "elsewhere": st.booleans(),
        "answered_by": st.sampled_from(WHO),
        "screened": st.booleans(),
        "told": st.floats(-30, 200),
        "gather_status": st.sampled_from(GATHERS),
        "gathers": st.integers(0, 3),
    }
)


def may_be_a_machine(told):
    """What must not be joined, in words of its own: no key for us, and no person where that is enough."""
    pressed = told["gather_status"] == "valid" and not told["elsewhere"]
    detected = told["check"] == "detect" and told["answered_by"] == "human"
    return not pressed and not detected


@given(TOLD)
@settings(max_examples=600, deadline=None)
@example({"check": "detect", "since": 0.0, "asked": None, "asks": 1, "own": False, "elsewhere": False,
          "answered_by": "not_sure", "screened": False, "told": 0.0, "gather_status": "", "gathers": 0})  # fmt: skip
def test_nothing_that_may_be_a_machine_is_ever_joined(told):
    assert (decided(situation(**told)) == "join") is (not may_be_a_machine(told) and not _is_over(told))


def _is_over(told):
    """A person who was detected, but only after all had been given up; a key is never too late."""
    return told["since"] > 120 and not (told["gather_status"] == "valid" and not told["elsewhere"])


def test_the_property_finds_a_planted_mistake(monkeypatch):
    monkeypatch.setattr(answering, "machine_of", lambda leg: None)
    monkeypatch.setattr(answering, "_by_key", lambda at, leg: None)
    with pytest.raises(AssertionError):
        test_nothing_that_may_be_a_machine_is_ever_joined()


@pytest.mark.parametrize(("who", "screened", "check"), [*itertools.product(WHO, [False, True], ["press_1", "detect"])])
def test_nobody_waits_for_ever(who, screened, check):
    """Whatever was told last, and nothing more comes: asked twice at most, then joined or given up within 120 s."""
    asked, asks, began = None, 0, NOW
    for second in range(125):
        at = situation(check, since=float(second), told=float(second), answered_by=who, screened=screened)
        at.supervision.ask_sent_at = asked and NOW - timedelta(seconds=second) + (asked - began)
        at.supervision.asks_sent = asks
        decision = answering.before_joining(at)
        if decision is None or decision.step is Step.GIVE_UP:
            break
        if decision.step is Step.ASK:
            asked, asks = began + timedelta(seconds=second), asks + 1
    assert second <= 121
    assert asks <= answering.MOST_ASKS
    assert (decision is None) is (check == "detect" and who == "human")


@pytest.mark.parametrize(
    ("told", "out"),
    [
        ({"check": "detect", "answered_by": "voicemail"}, True),
        ({"check": "detect", "answered_by": "fax"}, True),
        ({"check": "detect", "answered_by": "machine"}, True),
        ({"check": "detect", "answered_by": "screener"}, True),
        ({"check": "detect", "answered_by": "human"}, False),
        ({"check": "detect", "answered_by": "not_sure"}, False),
        ({"check": "detect", "answered_by": "silence"}, False),
        ({"check": "detect", "answered_by": "voicemail", "gather_status": "valid"}, False),
        ({"check": "press_1", "answered_by": "voicemail", "gather_status": "valid"}, False),
        ({"check": "trust", "answered_by": "voicemail"}, False),
    ],
)
def test_a_machine_detected_after_joining_is_removed(told, out):
    decision = answering.after_joining(situation(**told))
    assert (decision is not None) is out
    if decision is not None:
        assert (decision.step, decision.problem) == (Step.GIVE_UP, "machine_late")
