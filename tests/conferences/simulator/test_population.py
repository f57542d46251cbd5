"""Centers of any size: everybody reachable at an address of their own, in the directory as in the story."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from conferences.models import Agent, AgentAddress, Queue
from conferences.simulator import Simulator
from conferences.simulator.people import population
from conferences.simulator.people.population import IN_A_TEAM, SAMPLE, population_of
from conferences.simulator.people.scenarios import begin


@pytest.mark.parametrize("agents", [15, 16, 60, 120, 121, 1000, 10_000])
def test_everybody_has_one_name_and_address(agents):
    population = population_of(agents)
    assert len(population.agents) == agents
    assert len({one.name for one in population.agents}) == len({one.address for one in population.agents}) == agents
    numbers = [number for queue in population.queues for number in queue.numbers]
    assert len(numbers) == len({*numbers})
    assert {queue.team for queue in population.queues} == {*population.teams} == {one.team for one in population.agents}
    assert max(map(len, population.by_team.values())) <= IN_A_TEAM + 1
    assert population.agents[: len(SAMPLE.agents)] == SAMPLE.agents


@pytest.mark.parametrize("agents", [-1, 0, 14, population.MOST + 1])
def test_a_floor_has_its_bounds(agents):
    with pytest.raises(ValueError, match="There are from 15"):
        population_of(agents)


@pytest.mark.django_db
def test_the_directory_has_them_however_often(settings):
    settings.TELNYX_BASE_URL = "http://127.0.0.1:8001/v2"
    for agents in (15, 60, 60):
        call_command("sample_directory", "--agents", str(agents))
    population = population_of(60)
    people = {(one.agent.name, one.agent.team.name) for one in AgentAddress.objects.select_related("agent__team")}
    assert people == {(one.name, one.team) for one in population.agents}
    assert (Agent.objects.count(), Queue.objects.count()) == (60, len(population.queues))
    with pytest.raises(CommandError, match="There are from"):
        call_command("sample_directory", "--agents", "3")


def test_more_agents_take_more_calls_at_once():
    simulator = Simulator(post=lambda *_: 200)
    begin(simulator, "calm-morning", population=population_of(600))
    simulator.advance(60)
    assert sum(one.is_active for one in simulator.state.conferences.values()) > 100
