"""What was told late, or never by a webhook, is known all the same: answers, originators, and legs that moved."""

from __future__ import annotations

import itertools

import pytest

from conferences.fold import fold
from conferences.models import Conference, Leg, Participant, Supervision
from conferences.reconciliation import readback
from tests.support.events import event, joined, left, receive
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, LUIS, SUPPORT_NUMBER, Story, browser

pytestmark = pytest.mark.slow

ROLES = ["monitor", "barge"]


def form(marta, role="monitor"):
    return {"role": role, "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}


def inside(conference_id):
    present = Participant.objects.filter(conference__conference_id=conference_id, state="joined")
    return set(present.values_list("leg__call_control_id", flat=True))


# --- A swallowed answer


@pytest.mark.parametrize("after", [1, 2, 5, 12, 25])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("lost", [r"call\.answered", r"call\.(answered|initiated)"], ids=["answered", "both"])
def test_a_supervisors_lost_answer_is_noticed_within_three_seconds(story: Story, marta, role, after, lost):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "answers", after=after)
    story.simulator.faults.webhooks.events, story.simulator.faults.webhooks.drop_rate = lost, 1.0
    browser(marta).post(f"/conferences/{conference.pk}/supervise/", form(marta, role))
    for _ in range(after + 3):
        story.pass_time()
    mine = Supervision.objects.get()
    assert (mine.state, mine.accepted_role) == ("joined", role)


@pytest.mark.parametrize("outcome", ["rings_out", "busy", "rejects"])
def test_an_unanswered_phone_is_not_taken_for_answered(story: Story, marta, outcome):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, outcome)
    story.simulator.faults.webhooks.events, story.simulator.faults.webhooks.drop_rate = r"call\.answered", 1.0
    browser(marta).post(f"/conferences/{conference.pk}/supervise/", form(marta))
    for _ in range(50):
        story.pass_time()
    assert (Supervision.objects.get().state, story.commands("/actions/join")) == ("failed", [])


def test_an_answered_phone_is_asked_after_no_more(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    asked_at = mine.phone_asked_at
    for _ in range(5):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.phone_asked_at == asked_at


@pytest.mark.parametrize("address", [ANA, LUIS, CHEN])
@pytest.mark.parametrize("lost", [r"call\.answered", r"call\.initiated", r"call\.(initiated|answered)"])
def test_an_agents_lost_answer_is_learned_from_reading_back(story: Story, marta, address, lost):
    sim = story.simulator
    caller = sim.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    sim.world.legs.answer(caller)
    world = sim.world.conferences.create(caller, "Support 1")
    story.pass_time()
    sim.faults.webhooks.events, sim.faults.webhooks.drop_rate = lost, 1.0
    sim.join(world, sim.dial(address))
    story.pass_time()
    sim.faults.clear()
    for _ in range(3):
        story.pass_time(5)
        readback.read_back(Conference.objects.get(), patient=True)
    leg = Leg.objects.get(call_control_id=story.leg(address).call_control_id)
    assert (leg.state, leg.kind) == ("answered", "agent")


def test_a_ringing_participant_is_not_taken_for_answered(story: Story, marta):
    sim = story.simulator
    world, _ = story.call(ANA)
    sim.phones.set(LUIS, "rings_out")
    sim.join(world, sim.dial(LUIS, answered=False))
    story.pass_time(5)
    readback.read_back(Conference.objects.get(), patient=True)
    assert Leg.objects.get(call_control_id=story.leg(LUIS).call_control_id).state == "initiated"


# --- Put in while calls are up


@pytest.mark.parametrize("dialled_out", [False, True])
@pytest.mark.parametrize("calls", [1, 5])
def test_earlier_calls_reach_their_team_within_a_minute(story: Story, marta, calls, dialled_out):
    sim = story.simulator
    sim.faults.webhooks.events, sim.faults.webhooks.drop_rate = ".*", 1.0
    for number in range(calls):
        customer = f"+1415555017{number}"
        queue = "+14155559999" if dialled_out else SUPPORT_NUMBER  # known by the agent, or by the queue too
        sim.conference_with((ANA,), customer=customer, queue_number=queue)
    sim.pump()
    story.wait(600)
    sim.faults.clear()
    readback.find_unknown_conferences()
    for one in Conference.objects.all():
        readback.read_back(one)
    for _ in range(12):
        story.pass_time(5)
    assert Conference.objects.visible_to(marta).count() == calls
    kinds = sorted(Leg.objects.values_list("kind", flat=True))
    assert kinds == ["agent"] * calls + ["customer"] * calls


# --- Legs that move

MOVES = {
    "A to B": ([joined("x", "A", 1), joined("x", "B", 2)], "B"),
    "A to B, told of leaving A late": ([joined("x", "A", 1), joined("x", "B", 2), left("x", "A", 3)], "B"),
    "A to B and back": ([joined("x", "A", 1), joined("x", "B", 2), joined("x", "A", 3)], "A"),
    "A to B to C": ([joined("x", "A", 1), joined("x", "B", 2), joined("x", "C", 3)], "C"),
    "A to B, then out": ([joined("x", "A", 1), joined("x", "B", 2), left("x", "B", 3)], ""),
    "A to B, hung up": ([joined("x", "A", 1), joined("x", "B", 2), event("call.hangup", 3, leg="x")], ""),
    "A to B that had ended": (
        [joined("x", "A", 1), event("conference.ended", 1.5, conference="B", leg="y"), joined("x", "B", 2)],
        "A",
    ),
    "A to B by the list": (
        [joined("x", "A", 1), event("readback.participant", 2, leg="x", conference="B", status="joined")],
        "B",
    ),
    "in A by an older list": (
        [
            joined("x", "A", 1),
            event("readback.participant", 2, leg="x", conference="A", status="joined"),
            joined("x", "B", 3),
        ],
        "B",
    ),
    "listed in A again while in B": (
        [
            joined("x", "B", 1),
            event("readback.participant", 2, leg="x", conference="B", status="joined", muted=False),
        ],
        "B",
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_leg_is_in_one_conference_whatever_the_order(db, name):
    facts, where = MOVES[name]
    for order in itertools.permutations(facts):
        state = fold(order)
        present = {key[0] for key, stay in state.participants.items() if stay.state == "joined" and key[1] == "x"}
        assert present == ({where} if where else set())


@pytest.mark.parametrize("name", MOVES)
def test_rows_say_the_same_in_every_order_of_arrival(db, name):
    from conferences.models import Fact

    facts, where = MOVES[name]
    for order in itertools.permutations(facts):
        Fact.objects.all().delete()
        Conference.objects.all().delete()
        Leg.objects.all().delete()
        receive(order)
        assert {one for one in "ABC" if "x" in inside(one)} == ({where} if where else set())


def test_another_leg_stays_where_it_is(db):
    receive([joined("x", "A", 1), joined("y", "A", 1), joined("x", "B", 2)])
    assert (inside("A"), inside("B")) == ({"y"}, {"x"})


def test_a_whisper_drops_a_target_who_changed_calls(story: Story, marta):
    sim = story.simulator
    _, first = story.call(ANA, LUIS)
    second_world, _ = story.call(CHEN, customer="+14155550172")
    mine = story.supervise(marta, first, role="whisper", to=(ANA, LUIS))
    sim.faults.webhooks.events, sim.faults.webhooks.drop_rate = r"conference\.participant\.left", 1.0
    ana = story.leg(ANA)
    sim.world.participation.leave(ana.participant)
    sim.join(second_world, ana)
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.accepted_targets == [story.leg(LUIS).call_control_id]
