"""An agent who dials out of a browser is on the parked leg, not the one called; and the center has its own machine."""

from __future__ import annotations

import pytest

from conferences.models import Agent, AgentAddress, Conference, Leg, SystemAddress, Team
from conferences.policy import whisper_legs
from conferences.simulator import Simulator
from conferences.simulator.people import sample_people, scenarios
from tests.support.story import ANA, CUSTOMER, DESK, Story, browser

CALLER_ID = "+14155550100"


def call_out(story: Story, shown: str | None):
    """Ana calls a customer from her browser; the center takes both into a conference."""
    leg = story.simulator.dial_out(ANA, CUSTOMER, shown=shown)
    world = story.simulator.world.conferences.create(leg, "Out 1")
    called = story.simulator.dial(CUSTOMER)
    story.simulator.join(world, called)
    story.pass_time()
    return world, leg, called


@pytest.mark.parametrize("shown", [None, CALLER_ID, "+14155550142"])
def test_its_events_are_those_of_an_endpoint(shown):
    simulator = Simulator(webhook_url="http://127.0.0.1:9/")
    leg = simulator.dial_out(ANA, CUSTOMER, shown=shown)
    told = next(one for one in simulator.events if one.type == "call.initiated").payload
    names = ("direction", "state", "from", "to", "from_sip_uri", "calling_party_type")
    assert [told[name] for name in names] == [
        "outgoing", "parked", shown or ANA, CUSTOMER, ANA.removeprefix("sip:"), "sip",
    ]  # fmt: skip
    assert (leg.far_end, leg.state) == (ANA, "answered")


@pytest.mark.parametrize("shown", [None, CALLER_ID, "+14155550142"])
def test_agent_and_customer_are_told_apart(story: Story, directory, shown):
    _, leg, called = call_out(story, shown)
    found = {one.call_control_id: (one.kind, str(one.agent or "")) for one in Leg.objects.all()}
    assert found == {leg.call_control_id: ("agent", "Ana Ruiz"), called.call_control_id: ("customer", "")}
    conference = Conference.objects.with_people().get()
    assert [one.leg.call_control_id for one in whisper_legs(conference)] == [leg.call_control_id]


def test_she_is_whispered_to_and_the_customer_is_not(story: Story, marta, directory):
    world, leg, _ = call_out(story, CALLER_ID)
    story.supervise(marta, Conference.objects.get(), role="whisper", to=(ANA,))
    assert story.hear(world, story.leg(DESK)) == {leg.call_control_id}


def test_her_hanging_up_is_the_callers(story: Story, directory):
    _, leg, _ = call_out(story, CALLER_ID)
    story.simulator.far_end_hangs_up(leg)
    story.pass_time()
    assert Leg.objects.get(call_control_id=leg.call_control_id).hangup_source == "caller"


def test_a_supervisors_parked_leg_is_her_own(story: Story, marta):
    story.simulator.dial_out(DESK, CUSTOMER, shown=CALLER_ID)
    story.call(ANA)
    page = browser(marta).get(f"/conferences/{Conference.objects.get().pk}/supervise/").content.decode()
    assert "On a call already" in page


def test_a_stranger_who_shows_her_address_is_nobody(story: Story, directory):
    leg = story.simulator.incoming_call(ANA, "+14155550101")
    story.simulator.world.legs.answer(leg)
    story.simulator.world.conferences.create(leg, "In 1")
    story.pass_time()
    assert Leg.objects.get().kind == "customer"


def test_the_demo_has_outbound_agents_and_a_machine(story: Story, db):
    """A quarter of an hour of a rush, of which every leg is known for what it is."""
    for role in sample_people.AGENTS:
        team, _ = Team.objects.get_or_create(name=role.team)
        AgentAddress.objects.create(agent=Agent.objects.create(name=role.name, team=team), address=role.address)
    for system in sample_people.SYSTEMS:
        SystemAddress.objects.create(name=system.name, address=system.address)
    scenarios.begin(story.simulator, "rush", seed=7, mixed=True)
    for _ in range(60):
        story.pass_time(5)
    legs = Leg.objects.all()
    out = [one for one in legs if one.is_dialled_out]
    assert {(one.kind, bool(one.agent)) for one in out} == {("agent", True)}
    assert legs.filter(kind="system", system__name="Billing assistant").exists()
    agents = {role.address.removeprefix("sip:") for role in sample_people.AGENTS}
    at_agents = [(one.far_address.removeprefix("sip:") in agents) for one in legs]
    assert at_agents == [one.kind == "agent" for one in legs]
    assert len(at_agents) > 10
