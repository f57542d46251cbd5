"""One list of a call's people: its page shows it as it is, the form those who are in the call, agents first."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from conferences.ingest.ringing_legs import with_ringing
from conferences.models import Conference, SystemAddress
from conferences.simulator.world import Conference as World
from dashboard.presenters.audience import audience_of
from dashboard.presenters.call import Call
from dashboard.presenters.seen import call_for
from tests.dashboard.views.test_agents import ring
from tests.support.story import ANA, CUSTOMER, LUIS, MOBILE, Story

BOT = "sip:assistant@bots.example"


@pytest.fixture
def world(story: Story, directory: Any, marta: User) -> World:
    """A customer, a machine and Ana, whom Marta whispers to; Luis's phone rings, and Marta's other one is in it too."""
    SystemAddress.objects.create(name="the assistant", address=BOT)
    world, conference = story.call(ANA)
    story.simulator.join(world, story.simulator.dial(BOT))
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.join(world, story.simulator.dial(MOBILE))
    ring(story, LUIS, link_to=world.leg(CUSTOMER))
    return world


def seen(user: User) -> Call:
    return call_for(audience_of(user), with_ringing(list(Conference.objects.with_people()))[0])


def test_page_lists_supervisors_after_the_others(world: World, marta: User):
    listed = [(one.what, one.name, one.lead, one.is_followed) for one in seen(marta).everybody]
    assert sorted(listed[:3]) == [
        ("Agent · Support", "Ana Ruiz", "in for", True),
        ("Customer", "+1 415-555-0171", "in for", True),
        ("System", "the assistant", "in for", True),
    ]
    assert listed[3:] == [
        ("Agent", "Luis Ortega", "rings for", False),
        ("Supervisor", "Marta Gil whispers to Ana Ruiz", "in for", False),
        ("A supervisor’s phone", "Supervisor", "", False),
    ]


def test_form_lists_agents_first_and_selects_them_alone(story: Story, world: World, marta: User):
    call = seen(marta)
    choices = call.choices([one.key for one in call.everybody])
    assert [(one.name, one.as_choice, one.why_not, one.is_selectable) for one in choices] == [
        ("Ana Ruiz", "agent", "", True),
        ("+1 415-555-0171", "customer", "never whispered to", False),
        ("the assistant", "a machine", "never whispered to", False),
        ("Marta Gil whispers to Ana Ruiz", "supervisor", "", False),
        ("Supervisor", "supervisor", "", False),
    ]
    assert [one.key for one in choices if one.is_selectable] == [story.leg(ANA).call_control_id]


def test_whoever_was_in_a_call_is_no_choice(story: Story, world: World, marta: User):
    story.simulator.world.conferences.end_by_command(world)
    story.deliver()
    call = seen(marta)
    assert ([one.name for one in call.everybody if one.leg][:2], call.choices()) == (
        ["+1 415-555-0171", "Ana Ruiz"],
        (),
    )
