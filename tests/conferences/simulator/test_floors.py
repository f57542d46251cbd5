"""Floors of any size: everybody reachable at an address of their own, in the directory as in the story."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from conferences.models import Agent, AgentAddress, Queue
from conferences.simulator import Simulator
from conferences.simulator.people import floors
from conferences.simulator.people.floors import IN_A_TEAM, SAMPLE, floor_of
from conferences.simulator.people.scenarios import begin


@pytest.mark.parametrize("agents", [15, 16, 60, 120, 121, 1000, 10_000])
def test_everybody_has_one_name_and_address(agents):
    floor = floor_of(agents)
    assert len(floor.agents) == agents
    assert len({one.name for one in floor.agents}) == len({one.address for one in floor.agents}) == agents
    numbers = [number for queue in floor.queues for number in queue.numbers]
    assert len(numbers) == len({*numbers})
    assert {queue.team for queue in floor.queues} == {*floor.teams} == {one.team for one in floor.agents}
    assert max(map(len, floor.by_team.values())) <= IN_A_TEAM + 1
    assert floor.agents[: len(SAMPLE.agents)] == SAMPLE.agents


@pytest.mark.parametrize("agents", [-1, 0, 14, floors.MOST + 1])
def test_a_floor_has_its_bounds(agents):
    with pytest.raises(ValueError, match="A floor has from 15"):
        floor_of(agents)


@pytest.mark.django_db
def test_the_directory_has_them_however_often(settings):
    settings.TELNYX_BASE_URL = "http://127.0.0.1:8001/v2"
    for agents in (15, 60, 60):
        call_command("sample_directory", "--agents", str(agents))
    floor = floor_of(60)
    people = {(one.agent.name, one.agent.team.name) for one in AgentAddress.objects.select_related("agent__team")}
    assert people == {(one.name, one.team) for one in floor.agents}
    assert (Agent.objects.count(), Queue.objects.count()) == (60, len(floor.queues))
    with pytest.raises(CommandError, match="A floor has"):
        call_command("sample_directory", "--agents", "3")


def test_more_agents_take_more_calls_at_once():
    simulator = Simulator(post=lambda *_: 200)
    begin(simulator, "calm-morning", floor=floor_of(600))
    simulator.advance(60)
    assert sum(one.is_active for one in simulator.state.conferences.values()) > 100
