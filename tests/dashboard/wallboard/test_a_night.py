"""After a night of the simulator at speed a screen's figures are those of the provider's own world.

NIGHT=480 plays eight hours; without it a shorter one is played.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from conferences.liveness import boundaries
from conferences.logins import wall
from conferences.models import Agent, AgentAddress, Queue, QueueNumber, Team, WallScreen
from conferences.simulator import Simulator
from conferences.simulator.people.population import SAMPLE
from conferences.simulator.people.scenarios import begin
from conferences.simulator.world import Leg
from dashboard.wallboard.board import boards
from tests.support.story import Story

pytestmark = pytest.mark.slow
MINUTES = int(os.environ.get("NIGHT", "4"))
QUEUE_OF = {number: queue.name for queue in SAMPLE.queues for number in queue.numbers}
AGENTS = {agent.address: agent.team for agent in SAMPLE.agents}
Figures = dict[str, tuple[int, int, int]]


class Tally:
    """Counts in the provider's world, which knows nothing of ours; `answered`: the callers who ever met an agent."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.answered: set[str] = set()
        self.gone: dict[str, str] = {}  # caller's leg → queue

    def look(self) -> Figures:
        waiting, talking = Counter[str](), Counter[str]()
        for leg in [one for one in self.simulator.state.legs.values() if one.direction == "incoming"]:
            queue, with_agent = QUEUE_OF[leg.to], self._meets_an_agent(leg)
            if leg.state == "ended":
                self.gone[leg.call_control_id] = queue
            elif with_agent:
                talking[queue] += 1
            else:
                waiting[queue] += 1
        abandoned = Counter(queue for leg, queue in self.gone.items() if leg not in self.answered)
        return {one: (waiting[one], talking[one], abandoned[one]) for one in QUEUE_OF.values()}

    def _meets_an_agent(self, caller: Leg) -> bool:
        for conference in self.simulator.state.conferences.values():
            stays = [stay for stay in conference.stays if stay.leg is caller]
            if not stays:
                continue
            if any(stay.leg.far_end in AGENTS for stay in conference.stays):
                self.answered.add(caller.call_control_id)
            return caller.state != "ended" and any(one.leg.far_end in AGENTS for one in conference.participants)
        return False


def test_figures_after_a_night_are_the_worlds(story: Story, cleo: User):
    for team in SAMPLE.teams:
        Team.objects.get_or_create(name=team)
    teams = {team.name: team for team in Team.objects.all()}
    for queue in SAMPLE.queues:
        row = Queue.objects.create(name=queue.name, team=teams[queue.team])
        for number in queue.numbers:
            QueueNumber.objects.create(queue=row, number=number)
    for agent in SAMPLE.agents:
        AgentAddress.objects.create(
            agent=Agent.objects.create(name=agent.name, team=teams[agent.team]), address=agent.address
        )
    screen = WallScreen(name="Hall", slug="hall")
    wall.give(screen, "wall_of_the_hall", cleo)
    screen.teams.set(teams.values())
    begin(story.simulator, "rush", seed=5, mixed=True)
    tally, differing, most = Tally(story.simulator), [], 0
    for _ in range(MINUTES * 2):
        for _ in range(3):
            story.pass_time(10)
            expected = tally.look()
        board = boards([screen], timezone.now())[screen.pk]
        shown = {one.name: (one.counted.waiting, one.counted.talking, one.counted.abandoned) for one in board.rows}
        in_world = Counter(
            team
            for address, team in AGENTS.items()
            if not any(one.far_end == address and one.state != "ended" for one in story.simulator.state.legs.values())
        )
        without = {one.name: {str(doing): n for doing, _, n in one.states}["no_call"] for one in board.teams}
        differing += [(shown, expected)] if shown != expected else []
        differing += [(without, in_world)] if without != {team: in_world[team] for team in without} else []
        most = max(most, sum(waiting for waiting, _, _ in expected.values()))
    assert differing == []
    assert (most > 5, sum(one[2] for one in expected.values()) > 0, boundaries.WALLS.failures) == (True, True, 0)
