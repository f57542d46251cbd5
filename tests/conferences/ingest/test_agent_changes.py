"""What shows on an agent's row moves the feed, in a conference or not, and nothing else does."""

from __future__ import annotations

import pytest

from conferences.admin.live import reaching_live_calls
from conferences.ingest.feed import latest
from conferences.ingest.ringing_legs import called_for, ringing_for
from conferences.models import Agent, AgentAddress, AgentChange, Conference, Leg
from conferences.simulator.world.legs import DialOptions
from tests.support.story import ANA, CUSTOMER, LUIS, SUPPORT_NUMBER, Directory, Story

pytestmark = pytest.mark.usefixtures("directory")


def changed(since: int) -> set[str]:
    """The agents on whose row something new shows."""
    return {str(one.agent) for one in AgentChange.objects.select_related("agent").filter(feed__gt=since)}


@pytest.fixture
def rings(story: Story) -> Leg:
    """Ana's phone rings, for nobody knows whom."""
    story.simulator.phones.set(ANA, "rings_out")
    story.simulator.dial(ANA, answered=False)
    story.deliver()
    return Leg.objects.get()


def test_a_phone_that_rings_outside_every_call_is_news(rings: Leg):
    assert changed(0) == {"Ana Ruiz"}
    assert rings.state == "initiated"
    assert latest() == 1


def test_answer_and_hangup_outside_every_call_are_news(story: Story, rings: Leg):
    theirs = story.leg(ANA)
    for step in (story.simulator.world.legs.far_end_answers, story.simulator.far_end_hangs_up):
        since = latest()
        step(theirs)
        story.deliver()
        assert changed(since) == {"Ana Ruiz"}


def test_a_leg_of_no_agent_changes_no_agent(story: Story, rings: Leg):
    """The feed moves: it is seen where those are whom nobody could place."""
    since = latest()
    story.simulator.incoming_call(CUSTOMER, SUPPORT_NUMBER)
    story.deliver()
    assert (changed(since), latest()) == (set(), since + 1)


def test_a_leg_changing_its_agent_is_news_of_both(rings: Leg):
    since = latest()
    with reaching_live_calls():
        AgentAddress.objects.filter(address=ANA).update(agent=Agent.objects.get(name="Luis Ortega"))
    assert changed(since) == {"Ana Ruiz", "Luis Ortega"}


def test_a_phone_that_becomes_shared_is_news_of_both(rings: Leg):
    since = latest()
    with reaching_live_calls():
        AgentAddress.objects.create(address=ANA, agent=Agent.objects.get(name="Luis Ortega"))
    assert changed(since) == {"Ana Ruiz", "Luis Ortega"}


@pytest.mark.parametrize("what", ["renamed", "moved", "new", "gone"])
def test_the_directory_is_news_of_those_it_changes(directory: Directory, what: str):
    with reaching_live_calls():
        if what == "renamed":
            Agent.objects.filter(pk=directory.ana.pk).update(name="Ana Gil")
        elif what == "moved":
            Agent.objects.filter(pk=directory.ana.pk).update(team=directory.sales)
        elif what == "new":
            Agent.objects.create(name="Mia Berg", team=directory.support)
        else:
            directory.ana.addresses.all().delete()
            directory.ana.delete()
    expected = {"renamed": {"Ana Gil"}, "moved": {"Ana Ruiz"}, "new": {"Mia Berg"}, "gone": set()}
    assert changed(0) == expected[what]


def test_a_phone_ringing_for_a_call_is_its_news(story: Story):
    world, call = story.call(ANA)
    customer = world.leg(CUSTOMER)
    story.simulator.phones.set(LUIS, "rings_out")
    options = DialOptions(link_to=customer)
    story.simulator.world.legs.dial(next(iter(story.simulator.state.apps.values())), SUPPORT_NUMBER, LUIS, options)
    before = call.feed
    story.deliver()
    call.refresh_from_db()
    leg = Leg.objects.get(agent__name="Luis Ortega")
    assert (call.feed > before, called_for([leg])) == (True, [call])
    loaded = Conference.objects.with_people().get()
    assert ringing_for([loaded]) == {call.pk: [leg]}
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    before = call.feed
    story.deliver()
    call.refresh_from_db()
    assert (call.feed > before, ringing_for([Conference.objects.with_people().get()])) == (True, {})


def test_a_phone_ringing_for_no_known_call_changes_none(story: Story):
    _, call = story.call(ANA)
    story.simulator.phones.set(LUIS, "rings_out")
    story.simulator.dial(LUIS, answered=False)
    story.deliver()
    before = call.feed
    call.refresh_from_db()
    assert call.feed == before
    assert ringing_for([Conference.objects.with_people().get()]) == {}
