"""An ended call keeps its queue, its people and its teams, whatever is moved later, in a replay too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from conferences.admin.live import reaching_live_calls
from conferences.ingest import feed, inbox
from conferences.ingest.projection import recognise_again
from conferences.models import AgentAddress, Conference, Fact, Leg, Participant, Queue, QueueNumber
from dashboard.presenters.audience import audience_of, may_see
from dashboard.presenters.seen import call_for
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS, SUPPORT_NUMBER, Directory, Story, browser


def agent_moves(directory: Directory) -> None:
    directory.ana.team = directory.sales
    directory.ana.save()


def queue_moves(directory: Directory) -> None:
    directory.queue.team = directory.sales
    directory.queue.save()


def number_moves(directory: Directory) -> None:
    QueueNumber.objects.filter(number=SUPPORT_NUMBER).update(queue=Queue.objects.get(name="New business"))


def address_moves(directory: Directory) -> None:
    AgentAddress.objects.filter(address=ANA).update(agent=directory.chen)


def number_and_address_go(directory: Directory) -> None:
    QueueNumber.objects.filter(number=SUPPORT_NUMBER).delete()
    AgentAddress.objects.filter(address=ANA).delete()


def customer_becomes_an_agent(directory: Directory) -> None:
    AgentAddress.objects.create(agent=directory.chen, address=CUSTOMER)


def everything_moves(directory: Directory) -> None:
    for move in (agent_moves, queue_moves, number_moves, address_moves, customer_becomes_an_agent):
        move(directory)


MOVES = [
    agent_moves,
    queue_moves,
    number_moves,
    address_moves,
    number_and_address_go,
    customer_becomes_an_agent,
    everything_moves,
]
moves = pytest.mark.parametrize("move", MOVES, ids=lambda one: one.__name__)


@pytest.fixture
def ended(story: Story, directory: Directory) -> Conference:
    """A call that Ana of Support took for the Helpdesk, and that is over."""
    world, call = story.call(ANA)
    story.simulator.world.conferences.end_by_command(world)
    for _ in range(3):
        story.pass_time()
    return call


def seen(conference: Conference, *users: User) -> dict[str, bool]:
    loaded = Conference.objects.with_people().get(pk=conference.pk)
    for user in users:  # the query for pages and the rule for pushes agree
        asked = Conference.objects.visible_to(user).filter(pk=conference.pk).exists()
        assert asked == may_see(audience_of(user), loaded)
    return {user.username: asked_of(user, conference) for user in users}


def asked_of(user: User, conference: Conference) -> bool:
    return browser(user).get(f"/conferences/{conference.pk}/").status_code == 200


def people(conference: Conference) -> dict[str, tuple[str, str]]:
    legs = Leg.objects.filter(participants__conference=conference)
    return {leg.far_address: (leg.kind, str(leg.agent or "")) for leg in legs}


def spoil(conference: Conference) -> None:
    """Rows as a mistake of ours would have left them: a replay has something to mend in each."""
    Leg.objects.filter(participants__conference=conference).update(hangup_cause="nonsense", answered_at=None)
    Participant.objects.filter(conference=conference).update(left_at=None, role="nonsense")
    Conference.objects.filter(pk=conference.pk).update(name="nonsense")


@moves
@pytest.mark.parametrize("replayed", [False, True], ids=["as it is", "replayed"])
def test_what_is_moved_later_changes_nothing(
    ended: Conference, directory: Directory, people_who: Any, move: Callable[[Directory], None], replayed: bool
):
    before = people(ended)
    with reaching_live_calls():
        move(directory)
    if replayed:
        spoil(ended)
        call_command("replay_facts", verbosity=0)
        assert Conference.objects.get(pk=ended.pk).name != "nonsense"
    after = Conference.objects.get(pk=ended.pk)
    assert (after.queue, people(after)) == (directory.queue, before)
    assert seen(after, *people_who) == {"marta": True, "ben": False, "cleo": False}


@pytest.fixture
def people_who(marta: User, ben: User, cleo: User) -> tuple[User, ...]:
    return marta, ben, cleo


def test_a_live_call_follows_the_directory(story: Story, directory: Directory, marta: User, ben: User):
    """What may not change of an ended call may change of a live one."""
    _, call = story.call(ANA)
    with reaching_live_calls():
        everything_moves(directory)
    assert seen(call, marta, ben) == {"marta": False, "ben": True}


def test_an_ended_call_shows_its_team_of_that_time(ended: Conference, directory: Directory, marta: User):
    directory.queue.team = directory.sales
    directory.queue.save()
    call = call_for(audience_of(marta), Conference.objects.with_people().get(pk=ended.pk))
    assert (call.queue, call.team) == ("Helpdesk", "Support")


def test_a_participant_known_late_adds_a_team(story: Story, directory: Directory, ben: User):
    """The one event that told of Chen arrives after the call is over."""
    world, call = story.call(ANA)
    faults = story.simulator.faults.webhooks
    faults.delay_rate, faults.delay_seconds = 1.0, (30.0, 30.0)
    leg = story.simulator.dial(CHEN)
    story.simulator.join(world, leg)
    faults.delay_rate = 0.0
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    assert Conference.objects.get(pk=call.pk).state == "completed"
    assert seen(call, ben) == {"ben": False}
    story.pass_time(60)
    assert seen(call, ben) == {"ben": True}


def test_a_leg_continuing_elsewhere_leaves_the_ended_call_unchanged(
    story: Story, directory: Directory, marta: User, ben: User
):
    first, ended = story.call(LUIS)
    leg = first.leg(LUIS)
    second, live = story.call(ANA, customer="+14155550188")
    story.simulator.join(second, leg)
    story.deliver()
    story.simulator.world.conferences.end_by_command(first)
    story.pass_time()
    with reaching_live_calls():
        AgentAddress.objects.filter(address=LUIS).update(agent=directory.chen)
    assert seen(ended, marta, ben) == {"marta": True, "ben": False}
    assert seen(live, marta, ben) == {"marta": True, "ben": True}


def test_an_ended_call_of_no_team_stays_unassigned(story: Story, directory: Directory, marta: User, cleo: User):
    world, call = story.call("sip:new.one@agents.example", queue="+14155550177")
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    QueueNumber.objects.create(queue=directory.queue, number="+14155550177")
    with feed.writing():
        recognise_again(Leg.objects.all())
    assert seen(call, marta, cleo) == {"marta": False, "cleo": True}


def test_a_wrongly_ended_call_keeps_those_who_joined_later(story: Story, directory: Directory, ben: User):
    """A read-back found nothing; an event told otherwise; Chen joined; then it really ended."""
    world, call = story.call(ANA)
    story.pass_time(5)
    gone = {"conference_id": call.conference_id, "status": "completed"}
    inbox.record(
        "readback.conference", gone, source=Fact.Source.READBACK, occurred_at=story.now() - timedelta(seconds=3)
    )
    assert Conference.objects.get(pk=call.pk).state == "completed"
    Fact.objects.filter(event_type="readback.conference").delete()
    call_command("replay_facts", verbosity=0)
    assert Conference.objects.get(pk=call.pk).is_live
    story.simulator.join(world, story.simulator.dial(CHEN))
    story.deliver()
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    assert Conference.objects.get(pk=call.pk).state == "completed"
    assert seen(call, ben) == {"ben": True}
