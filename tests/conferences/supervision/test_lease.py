"""One worker at a time has a supervision; only a wish to be quieter or out takes it from one that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conferences.liveness import processes
from conferences.models import AuditEntry, Supervision
from conferences.supervision import lease, requests, store
from conferences.supervision.commands.sending import CommandResult
from conferences.supervision.executor import advancing, overtaking
from conferences.supervision.snapshot import take_snapshot
from conferences.supervision.state_machine.steps import Step
from conferences.supervision.state_machine.urgency import cannot_wait
from tests.support.story import ANA, DESK, LUIS
from tests.support.supervision_helpers import ask

pytestmark = [pytest.mark.scaled, pytest.mark.slow]

OK, REFUSED, UNKNOWN = AuditEntry.Result.OK, AuditEntry.Result.REFUSED, AuditEntry.Result.UNKNOWN


@pytest.fixture
def mine(story, marta):
    _, conference = story.call(ANA, LUIS)
    return story.supervise(marta, conference, role="barge")


def held(mine, **values):
    """Another worker of this process has it, and is at some command or none."""
    turn = lease.take(mine.pk)
    Supervision.objects.filter(pk=mine.pk).update(**values)
    mine.refresh_from_db()
    return turn


def at_it(mine, step, *, ago=3.0, **more):
    return held(
        mine, command=step.value, command_id="older", command_at=timezone.now() - timedelta(seconds=ago), **more
    )


def test_one_worker_holds_it_at_a_time_by_turns(mine):
    first = lease.take(mine.pk)
    assert lease.take(mine.pk) is None
    lease.give_back(mine.pk, first)
    second = lease.take(mine.pk)
    assert second == first + 1
    lease.give_back(mine.pk, first)
    assert lease.take(mine.pk) is None


@pytest.mark.parametrize("how", ["ran out", "died"])
def test_it_is_taken_from_a_worker_that_is_gone(mine, how):
    values = {"busy_until": timezone.now() - timedelta(seconds=1)} if how == "ran out" else {}
    values |= {"busy_by": processes.current_process().rpartition(" ")[0] + " 1"} if how == "died" else {}
    turn = held(mine, **values)
    assert lease.take(mine.pk) == turn + 1


def test_a_worker_whose_turn_is_over_notes_nothing_more(mine):
    held(mine)
    before = Supervision.objects.get(pk=mine.pk)
    assert lease.break_in(mine) == before.busy_turn + 1
    assert store.note_in_turn(before, {"notice": "Old news"}) is False
    assert (Supervision.objects.get(pk=mine.pk).notice, before.notice) == ("", "")


def test_only_one_can_take_it_from_the_same_worker(mine):
    held(mine)
    assert lease.break_in(Supervision.objects.get(pk=mine.pk)) is not None
    assert lease.break_in(mine) is None


def test_an_ended_supervision_is_nobodys(mine):
    Supervision.objects.filter(pk=mine.pk).update(ended_at=timezone.now())
    assert (lease.take(mine.pk), lease.break_in(mine)) == (None, None)


WISHES = {
    "nothing": lambda mine, story: None,
    "out": lambda mine, story: requests.leave(mine),
    "quieter": lambda mine, story: requests.change(mine, role="monitor", targets=[]),
    "whisper": lambda mine, story: requests.change(mine, role="whisper", targets=[story.leg(ANA).call_control_id]),
    "phone hung up": lambda mine, story: (story.simulator.far_end_hangs_up(story.leg(DESK)), story.simulator.pump()),
}


@pytest.mark.parametrize(
    ("wish", "step", "overtakes"),
    [
        ("nothing", None, False),
        ("nothing", Step.UPDATE, False),
        ("out", None, True),
        ("out", Step.UPDATE, True),
        ("out", Step.MUTE, True),
        ("out", Step.JOIN, True),
        ("quieter", None, True),
        ("quieter", Step.UPDATE, True),
        ("quieter", Step.UNMUTE, True),
        ("whisper", Step.UPDATE, True),
        ("phone hung up", Step.UPDATE, True),
    ],
)
def test_only_what_makes_her_quieter_overtakes(story, mine, wish, step, overtakes):
    turn = held(mine) if step is None else at_it(mine, step)
    WISHES[wish](mine, story)
    advancing.advance(mine.pk)
    assert (Supervision.objects.get(pk=mine.pk).busy_turn > turn) is overtakes


@pytest.mark.parametrize("role", ["whisper", "barge"])
def test_a_louder_wish_waits_for_its_turn(story, marta, role):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    held(mine)
    requests.change(mine, role=role, targets=[story.leg(ANA).call_control_id] if role == "whisper" else [])
    advancing.advance(mine.pk)
    assert story.commands("/actions/update") == []


def test_worker_on_this_very_wish_is_not_overtaken(mine):
    now = timezone.now()
    asked = {"requested_role": "monitor", "requested_targets": [], "requested_at": now}
    held(mine, command="update", command_at=now, **asked)
    assert overtaking.overtake(mine.pk) is None


@pytest.mark.parametrize(("ago", "overtakes"), [(0.1, False), (0.5, False), (0.7, True), (5, True)])
def test_leave_is_awaited_briefly_before_the_leg_is_ended(mine, ago, overtakes):
    left = {"is_active": False, "problem": "left", "leave_sent_at": timezone.now() - timedelta(seconds=ago)}
    at_it(mine, Step.LEAVE, ago=ago, **left)
    assert cannot_wait(take_snapshot(mine.pk)) is overtakes


def answer(result, **more):
    return CommandResult(result, timezone.now(), **more)


@pytest.mark.parametrize("step", [Step.UPDATE, Step.JOIN, Step.MUTE, Step.UNMUTE])
@pytest.mark.parametrize("result", [OK, REFUSED, UNKNOWN])
def test_a_late_answer_takes_nobody_back_in(story, mine, step, result):
    at_it(mine, step)
    old = Supervision.objects.get(pk=mine.pk)
    requests.leave(mine)
    advancing.advance(mine.pk)
    overtaking.hear_late(old, step, answer(result))
    for _ in range(3):
        story.pass_time(2)
    mine.refresh_from_db()
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert story.leg(DESK).state == "ended"


@pytest.mark.parametrize("result", [OK, REFUSED, UNKNOWN])
@pytest.mark.parametrize("done_late", [False, True])
def test_late_change_of_mode_never_undoes_the_quieter_one(story, mine, result, done_late):
    """It may even be carried out after it: then the one that is wanted is sent once more."""
    world = next(iter(story.simulator.state.conferences.values()))
    at_it(mine, Step.UPDATE, requested_role="whisper", requested_targets=[story.leg(ANA).call_control_id])
    old = Supervision.objects.get(pk=mine.pk)
    requests.change(mine, role="monitor", targets=[])
    advancing.advance(mine.pk)
    leg = story.leg(DESK)
    assert story.hear(world, leg) == set()
    if done_late and result != REFUSED:
        story.simulator.world.participation.change_role(leg.participant, "whisper", (story.leg(ANA).call_control_id,))
    overtaking.hear_late(old, Step.UPDATE, answer(result))
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "joined"
    assert mine.requested_role == "monitor"
    assert mine.confirmed_role == "monitor"
    assert mine.confirmation == "agrees"
    assert story.hear(world, leg) == set()


@pytest.mark.parametrize("known_by", ["answer", "webhook", "both"])
def test_dial_answered_after_she_cancelled_is_hung_up(story, marta, known_by):
    _, conference = story.call(ANA)
    story.simulator.faults.add("drop", path="/v2/calls$", times=3)
    story.simulator.faults.webhooks.paused = known_by == "answer"
    mine = ask(marta, conference)
    old = Supervision.objects.get(pk=mine.pk)
    advancing.advance(mine.pk)
    requests.leave(Supervision.objects.get(pk=mine.pk))
    advancing.advance(mine.pk)
    if known_by != "webhook":
        overtaking.hear_late(old, Step.DIAL, answer(OK, call_control_id=story.leg(DESK).call_control_id))
    advancing.advance(mine.pk)
    story.simulator.faults.webhooks.paused = False
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "failed"
    assert mine.problem == "cancelled"
    assert story.leg(DESK).state == "ended"


ASKED_MEANWHILE = {
    "nothing": {},
    "to be out": {"is_active": False, "problem": "left"},
    "another mode": {"requested_role": "monitor", "requested_at": timezone.now() + timedelta(seconds=1)},
}


@pytest.mark.parametrize("asked", ASKED_MEANWHILE)
def test_decision_older_than_her_new_wish_is_dropped(mine, asked):
    lease.take(mine.pk)
    read, other = (Supervision.objects.select_related("conference").get(pk=mine.pk) for _ in range(2))
    store.note(other, mutes_sent=2, **ASKED_MEANWHILE[asked])
    assert store.note_decision(read, {"command": "update"}) is (asked == "nothing")
    assert Supervision.objects.get(pk=mine.pk).command == ("update" if asked == "nothing" else "")


def test_a_quieter_wish_between_deciding_and_joining_counts(story, marta, monkeypatch):
    """Between the decision to join and its being written, the lease is prolonged: there she asks to be quieter."""
    _, conference = story.call(ANA, LUIS)
    prolonged = lease.prolonged

    def meanwhile():
        if Supervision.objects.get().call_control_id:  # the phone was called before: now it is the join
            monkeypatch.setattr(lease, "prolonged", prolonged)
            WISHES["quieter"](Supervision.objects.get(), story)
        return prolonged()

    monkeypatch.setattr(lease, "prolonged", meanwhile)
    mine = story.supervise(marta, conference, role="barge")
    assert [one.body["supervisor_role"] for one in story.commands("/actions/join")] == ["monitor"]
    assert mine.requested_role == mine.accepted_role == "monitor"
