"""The state machine walked edge by edge, from snapshots alone; and nobody else decides, or writes, what it is about."""

from __future__ import annotations

import ast
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from conferences.models import AnswerCheck, Conference, Leg, Participant, Supervision
from conferences.policy.entitlement import Withdrawn
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import Snapshot, Step
from tests.support.state_changes import EDGES, edges_of

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
BETWEEN = timedelta(seconds=60)
EARLIER = NOW - timedelta(seconds=8)
OURS, DESK = "v3:ours", "sip:desk@supervisors.example"

LEGS = {
    "rings": {"state": "initiated"},
    "up": {"state": "answered", "answered_at": EARLIER},
    "over": {"state": "ended", "ended_at": NOW, "hangup_cause": "normal_clearing", "hangup_source": "callee"},
    "up, then over": {"state": "ended", "answered_at": EARLIER, "ended_at": NOW, "hangup_source": "callee"},
}
DIALLED = {"address": DESK, "call_control_id": OURS, "dialled_at": EARLIER, "answer_check": "trust"}
ASKED = DIALLED | {"answer_check": "press_1"}
WENT_IN = DIALLED | {"join_sent_at": EARLIER, "accepted_role": "monitor", "accepted_at": EARLIER, "accepted_mute": True}
WAS_IN = WENT_IN | {"joined_at": EARLIER}
NEXT = WENT_IN | {"line": uuid.UUID(int=1)}
REFUSED = DIALLED | {"line": uuid.UUID(int=1), "is_active": False, "problem": "full"}
ENDED = NEXT | {"joined_at": EARLIER, "is_active": False, "problem": "call_ended"}
OUT = {"is_active": False, "problem": "left"}

# (from, to): our leg, our stay in the conference, and what the row holds.
CASES = {
    ("dialling", "ringing"): ("rings", None, DIALLED),
    ("dialling", "checking"): ("up", None, ASKED),
    ("dialling", "joining"): ("up", None, DIALLED),
    ("dialling", "leaving"): ("rings", None, DIALLED | OUT),
    ("dialling", "failed"): ("over", None, DIALLED),
    ("ringing", "checking"): ("up", None, ASKED),
    ("ringing", "joining"): ("up", None, DIALLED),
    ("ringing", "leaving"): ("rings", None, DIALLED | OUT),
    ("ringing", "failed"): ("over", None, DIALLED),
    ("checking", "joining"): ("up", None, DIALLED),
    ("checking", "leaving"): ("up", None, ASKED | OUT),
    ("checking", "failed"): ("up, then over", None, ASKED),
    ("joining", "checking"): ("up", None, ASKED | {"address": "", "dialled_at": None}),
    ("joining", "between"): ("up", None, REFUSED),
    ("joining", "joined"): ("up", "joined", WENT_IN),
    ("joining", "leaving"): ("up", None, WENT_IN | OUT),
    ("joining", "failed"): ("up, then over", None, WENT_IN),
    ("joining", "ended"): ("up, then over", "joined", WENT_IN),
    ("joined", "joining"): ("up", "joining", WAS_IN),
    ("joined", "between"): ("up", "left", ENDED),
    ("joined", "leaving"): ("up", "joined", WAS_IN | OUT),
    ("joined", "ended"): ("up, then over", "left", WAS_IN),
    ("leaving", "joined"): ("up", "joined", WAS_IN | {"out_at": EARLIER}),
    ("leaving", "between"): ("up", "left", ENDED),
    ("leaving", "ended"): ("up, then over", "left", WAS_IN | OUT),
    ("leaving", "failed"): ("over", None, DIALLED | OUT),
    ("between", "leaving"): ("up", "left", ENDED | {"between_at": NOW - BETWEEN}),
    ("between", "ended"): ("up", "left", ENDED | {"hop_to_id": uuid.UUID(int=2)}),
    ("between", "failed"): ("up", None, REFUSED | {"hop_to_id": uuid.UUID(int=2)}),
}


def snapshot(state: str, leg: str | None, stay: str | None, columns: dict[str, object]) -> Snapshot:
    asked = {"requested_role": "monitor", "requested_at": EARLIER}
    ours = Leg(call_control_id=OURS, direction="outgoing", **LEGS[leg]) if leg else None
    here = Participant(state=stay, joined_at=EARLIER) if stay else None
    call = Conference(conference_id="c", state=Conference.State.IN_PROGRESS, polled_at=EARLIER)
    row = Supervision(state=state, **(asked | columns))
    return Snapshot(row, call, ours, here, frozenset(), NOW, between=BETWEEN)


@pytest.mark.parametrize(("edge", "case"), CASES.items(), ids=[" to ".join(edge) for edge in CASES])
def test_every_edge_is_walked(edge, case):
    decision = decide(snapshot(edge[0], *case))
    assert (decision.state, decision.columns["state"]) == (edge[1], edge[1])


def test_the_cases_are_the_table():
    assert list(CASES) == EDGES


def test_the_picture_shows_the_table():
    page = Path(settings.BASE_DIR, "docs", "architecture.md").read_text()
    assert re.findall(r"^    (\w+) --> (\w+): ", page, re.MULTILINE) == EDGES


def test_every_state_is_in_the_table():
    assert {state for edge in EDGES for state in edge} == {state.value for state in Supervision.State}


def test_the_ends_are_last():
    assert {edge[0] for edge in EDGES}.isdisjoint({Supervision.State.ENDED, Supervision.State.FAILED})


GOES_OVER = WAS_IN | {"is_active": False, "problem": "hopped", "hop_to_id": uuid.UUID(int=2)}
SENT = {"leave_sent_at": NOW - timedelta(seconds=2)}
TAKEN = SENT | {"leave_accepted_at": NOW - timedelta(seconds=2)}
READ = NOW - timedelta(milliseconds=500)


@pytest.mark.parametrize(
    ("stay", "more", "step"),
    [
        ("joined", {}, Step.LEAVE),
        ("joined", SENT, Step.HANGUP),
        ("joined", TAKEN, Step.READ_BACK),
        ("joined", TAKEN | {"leave_accepted_at": NOW - timedelta(seconds=4)}, Step.HANGUP),
        ("left", TAKEN, Step.HOP),
        ("left", {}, Step.HOP),
        (None, {"join_sent_at": None, "joined_at": None, "accepted_role": ""}, Step.HOP),
        (None, TAKEN, Step.HOP),
        (None, TAKEN | {"accepted_role": ""}, Step.READ_BACK),
        (None, TAKEN | {"leave_accepted_at": READ}, Step.WAIT),
    ],
)
def test_the_next_call_waits_until_she_is_surely_out(stay, more, step):
    leaving = snapshot("leaving", "up", stay, GOES_OVER | more)
    leaving.conference.verified_at = READ if stay is None else None
    assert decide(leaving).step is step


@pytest.mark.parametrize("why", Withdrawn)
@pytest.mark.parametrize(("state", "columns"), [("leaving", GOES_OVER), ("between", ENDED)])
def test_losing_the_right_ends_a_hop_too(state, columns, why):
    before = replace(snapshot(state, "up", "left", columns), withdrawn=why)
    decision = decide(before)
    assert (decision.step, decision.columns["hop_to_id"]) == (Step.GIVE_UP, None)
    after = replace(before.after(decision.columns), withdrawn=None)
    assert (decide(after).step, decide(after).state) == (Step.HANGUP, "leaving")


@pytest.mark.parametrize("why", Withdrawn)
@pytest.mark.parametrize("state", ["dialling", "ringing", "checking", "joining", "joined"])
def test_losing_the_right_to_listen_ends_every_state(state, why):
    decision = decide(replace(snapshot(state, "up", "joined", WAS_IN), withdrawn=why))
    assert (decision.step, decision.columns["is_active"]) == (Step.GIVE_UP, False)
    assert decision.recorded is not None


@pytest.mark.parametrize(("refusal", "step"), [("", Step.JOIN), ("You may not monitor.", Step.GIVE_UP)])
def test_a_mode_that_policy_refuses_is_not_sent(refusal, step):
    decision = decide(replace(snapshot("ringing", "up", None, DIALLED), refusal=refusal))
    assert (decision.step, decision.denied) == (step, refusal)


@pytest.mark.parametrize(("role", "step"), [("monitor", Step.UPDATE), ("barge", Step.GIVE_UP)])
def test_a_quieter_mode_is_sent_whatever_policy_says(role, step):
    columns = WAS_IN | {"accepted_role": "whisper", "accepted_targets": ["a"], "requested_role": role}
    decision = decide(replace(snapshot("joined", "up", "joined", columns), refusal="No."))
    assert decision.step is step


@pytest.mark.parametrize(
    ("command", "seconds", "more", "step"),
    [
        ("join", 5, {}, Step.RESEND),
        ("join", 26, {}, Step.LOSE),
        ("join", 5, OUT, Step.LOSE),
        ("leave", 5, OUT, Step.RESEND),
        ("update", 5, {"requested_at": NOW}, Step.LOSE),
    ],
)
def test_abandoned_command_is_sent_again_or_declared_unknown(command, seconds, more, step):
    under_way = {
        "command": command,
        "command_at": NOW - timedelta(seconds=seconds),
        "requested_at": NOW - timedelta(60),
    }
    assert decide(snapshot("joined", "up", "joined", WAS_IN | under_way | more)).step is step


def test_a_decision_leaves_the_row_as_it_was():
    before = snapshot("joining", "up", "joined", WENT_IN)
    columns = {name: value for name, value in vars(before.supervision).items() if name != "_state"}
    decision = decide(before)
    assert decision.columns["joined_at"] == EARLIER
    assert {name: value for name, value in vars(before.supervision).items() if name != "_state"} == columns


WRITES = {"update", "save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
PRODUCT = [path for app in ("conferences", "dashboard") for path in Path(settings.BASE_DIR, app).rglob("*.py")]


def writers_of_supervisions(source: str) -> list[int]:
    """The lines on which rows of Supervision are written."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    written = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in WRITES]
    return [node.lineno for node in written if "upervision" in ast.unparse(node.func)]


def test_the_store_alone_writes_supervisions():
    found = {
        path.name for path in PRODUCT if path.parent.name != "migrations" and writers_of_supervisions(path.read_text())
    }
    assert found == {"store.py"}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("Supervision.objects.filter(pk=1).update(state='x')", [1]),
        ("supervision.save()", [1]),
        ("Supervision.objects.filter(pk=1).first()", []),
        ("Conference.objects.update(feed=1)", []),
    ],
)
def test_a_second_writer_would_be_found(source, lines):
    assert writers_of_supervisions(source) == lines


def test_a_table_is_read_row_by_row():
    assert edges_of("Words.\n\n    from  to  when\n    ----  --  ----\n    a  b  c d\n    b  a  e\n\nMore.") == [
        ("a", "b"),
        ("b", "a"),
    ]


def test_a_phone_is_checked_as_the_row_says():
    asked, trusted = (snapshot("ringing", "up", None, DIALLED | {"answer_check": one}) for one in ("press_1", "trust"))
    assert (decide(asked).step, decide(trusted).step) == (Step.ASK, Step.JOIN)
    assert AnswerCheck.PRESS_1 == "press_1"
