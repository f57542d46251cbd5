"""A leg that was up before us is only taken out of the conference, and hung up only where that is not certain."""

from __future__ import annotations

import uuid

import pytest

from conferences import provider
from conferences.models import Supervision
from conferences.supervision import lease, requests
from conferences.supervision.executor import advancing
from conferences.supervision.phone.own_legs import own_legs
from tests.support.story import ANA, DESK, browser
from tests.support.supervision_helpers import ask, refuse

pytestmark = pytest.mark.slow


@pytest.fixture
def up(story):
    leg = story.simulator.dial(DESK)
    story.pass_time()
    return leg


def join(story, marta, role="barge"):
    world, conference = story.call(ANA)
    (leg,) = own_legs(marta)
    mine = ask(marta, conference, leg=leg, role=role)
    advancing.advance(mine.pk)
    for _ in range(2):
        story.pass_time()
    mine.refresh_from_db()
    return world, mine


def leave(story, mine, *seconds):
    requests.leave(mine)
    advancing.advance(mine.pk)
    for one in seconds or (1, 1):
        story.pass_time(one)
    mine.refresh_from_db()


@pytest.mark.parametrize("role", ["monitor", "barge"])
def test_she_leaves_and_her_phone_stays_connected(story, marta, up, role):
    world, mine = join(story, marta, role)
    leave(story, mine)
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert up.state == "answered"
    assert up.participant is None
    assert story.commands("/actions/hangup") == []
    assert world.status == "in_progress"


@pytest.mark.parametrize("ended", ["by the others", "by command"])
def test_ended_call_sends_no_hangup_to_her_phone(story, marta, up, ended):
    world, mine = join(story, marta)
    story.simulator.world.conferences.complete(world, "all_left", hang_up=ended == "by command")
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("ended", "call_ended")
    assert story.commands("/actions/hangup") == []


UNCERTAIN = {
    "unavailable": lambda story: story.simulator.faults.add("unavailable", path="/actions/leave$", times=None),
    "lost and undone": lambda story: story.simulator.faults.add(
        "hang", path="/actions/leave$", times=None, works=False
    ),
    "refused": lambda story: refuse(story, "leave", "10015", "Bad Request"),
    "refused in a 200": lambda story: refuse(story, "leave", "10010", "Authorization failed", status=200),
    "limited": lambda story: story.simulator.faults.add("rate_limited", path="/actions/leave$", times=None),
}


@pytest.mark.parametrize("how", UNCERTAIN)
def test_a_leave_that_is_not_certain_hangs_up(story, marta, up, how):
    world, mine = join(story, marta)
    UNCERTAIN[how](story)
    leave(story, mine, 1, 1, 1)
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert up.state == "ended"
    assert [one.leg.to for one in world.participants if one.leg.to == DESK] == []


def test_accepted_leave_without_effect_is_checked_and_hung_up(story, marta, up):
    _, mine = join(story, marta)
    story.simulator.faults.add("answer", path="/actions/leave$", status=200, body={"data": {"result": "ok"}})
    leave(story, mine, 1, 1, 1, 1, 1, 1, 1)
    assert (mine.state, up.state) == ("ended", "ended")


def test_a_lost_announcement_of_her_leaving_is_read_back(story, marta, up):
    _, mine = join(story, marta)
    story.simulator.faults.webhooks.events = r"conference\.participant\.left"
    story.simulator.faults.webhooks.drop_rate = 1.0
    leave(story, mine, 1, 1, 1, 1, 1, 1, 1)
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert up.state == "answered"


@pytest.mark.parametrize("fault", ["unavailable", "error", "empty"])
def test_failed_quieter_mode_takes_her_out_and_says_so(story, marta, up, fault):
    world, mine = join(story, marta)
    story.simulator.faults.add(fault, path="/actions/update$", times=3)
    requests.change(mine, role="monitor", targets=[])
    advancing.advance(mine.pk)
    for _ in range(2):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "ended"
    assert mine.problem == "not_quieter_out"
    assert up.state == "answered"
    assert up.participant is None
    assert "so you were taken out of the call" in browser(marta).get("/").content.decode()
    assert story.hear(world, up) == set()


@pytest.mark.parametrize("kind", ["drop", "hang"])
@pytest.mark.parametrize("works", [True, False])
def test_join_of_unknown_outcome_leaves_nobody_in_the_call(story, marta, up, kind, works):
    _, conference = story.call(ANA)
    story.simulator.faults.add(kind, path="/actions/join$", times=3, works=works)
    (leg,) = own_legs(marta)
    mine = ask(marta, conference, leg=leg, role="barge")
    advancing.advance(mine.pk)
    story.simulator.faults.webhooks.paused = True
    leave(story, mine, 1, 1)
    story.simulator.faults.webhooks.paused = False
    for _ in range(4):
        story.pass_time(2)
    mine.refresh_from_db()
    assert mine.ended_at is not None
    assert up.participant is None


def form(leg):
    return {"role": "monitor", "my_leg": f"leg:{leg.pk}", "token": str(uuid.uuid4())}


REFUSALS = [
    (422, "90032", "This conference is full"),
    (422, "90019", "The conference has just ended."),
    (403, "10010", "Our phone account is not allowed to do this."),
    (200, "10010", "Our phone account is not allowed to do this."),
    (422, "10032", "does not know one of the choices"),
    (422, "77777", "The phone provider refused this."),
    (404, "", "The phone provider could not find this."),
    (422, "90015", "does not recognise this call"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{one[0]}-{one[1]}")
@pytest.mark.parametrize("carried_by", ["the request", "a task"])
def test_refusal_returns_in_the_form_whoever_carried_it(story, marta, up, refusal, carried_by):
    status, code, words = refusal
    _, conference = story.call(ANA)
    (leg,) = own_legs(marta)
    body = {"errors": [{"code": code, "title": "No"}]} if code else "<h1>Not Found</h1>"
    story.simulator.faults.add("answer", path="/actions/join$", status=status, body=body, times=None)
    with pytest.MonkeyPatch.context() as patch:
        if carried_by == "a task":
            _let_a_task_have_it(patch)
        response = browser(marta).post(f"/conferences/{conference.pk}/supervise/", form(leg))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert (up.state, Supervision.objects.get().dismissed_at is not None) == ("answered", True)


def _let_a_task_have_it(patch):
    """A task is quicker than the request: it takes the row, and carries it on while the request looks."""
    take, turns = lease.take, []

    def first(pk):
        if turns:
            return take(pk)
        turns.append(take(pk))
        return None

    def meanwhile(_):
        if len(turns) == 1:
            lease.give_back(Supervision.objects.get().pk, turns[0])
            turns.append(0)
            advancing.advance(Supervision.objects.get().pk)

    patch.setattr(lease, "take", first)
    patch.setattr(provider, "sleep", meanwhile)


def test_accepted_join_leads_to_the_call_whoever_carried_it(story, marta, up):
    _, conference = story.call(ANA)
    (leg,) = own_legs(marta)
    with pytest.MonkeyPatch.context() as patch:
        _let_a_task_have_it(patch)
        response = browser(marta).post(f"/conferences/{conference.pk}/supervise/", form(leg))
    assert response.status_code == 302
