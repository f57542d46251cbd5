"""The people who are at work: the sample center's fifteen, or as many more of the like as are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from conferences.simulator.people.sample_people import AGENTS, CUSTOMERS, QUEUES, TEAMS, AgentRole, QueueRole

IN_A_TEAM: Final = 40
MOST: Final = 100_000
FIRST_NAMES: Final = (
    "Adele", "Bruno", "Chiara", "Diego", "Emma", "Farid", "Gita", "Hugo", "Ines", "Jakob", "Kaya", "Lena", "Mateo",
    "Nadia", "Otis", "Paula", "Rafael", "Sofia", "Tariq", "Una", "Viktor", "Wanda", "Ximena", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES: Final = (
    "Abbott", "Berger", "Costa", "Duarte", "Eriksen", "Fuentes", "Garnier", "Hoang", "Ivanov", "Jensen", "Kovač",
    "Leclerc", "Moreau", "Navarro", "O’Brien", "Park", "Quintana", "Rossi", "Sato", "Tavares", "Ueda", "Vargas", "Webb",
)  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Everybody of a center: who works there, and who calls it."""

    teams: tuple[str, ...]
    queues: tuple[QueueRole, ...]
    agents: tuple[AgentRole, ...]
    customers: tuple[str, ...]

    @cached_property
    def by_team(self) -> dict[str, list[AgentRole]]:
        found: dict[str, list[AgentRole]] = {team: [] for team in self.teams}
        for agent in self.agents:
            found[agent.team].append(agent)
        return found


SAMPLE: Final = Population(TEAMS, QUEUES, AGENTS, CUSTOMERS)


def population_of(agents: int) -> Population:
    """Return one of that many agents, the sample's first among them: forty a team, and a queue for each new team.

    Raises ValueError for fewer than the sample has, or more than there are addresses for.
    """
    if not len(AGENTS) <= agents <= MOST:
        raise ValueError(f"There are from {len(AGENTS)} to {MOST} agents.")
    if agents == len(AGENTS):
        return SAMPLE
    rounds = -(-agents // (IN_A_TEAM * len(TEAMS)))
    named = [_team(name, turn) for turn in range(1, rounds + 1) for name in TEAMS]
    new = tuple(_agent(number, _place(number, named)) for number in range(len(AGENTS), agents))
    teams = (*TEAMS, *(team for team in named[len(TEAMS) :] if any(one.team == team for one in new)))
    queues = (_queue(team, number) for number, team in enumerate(teams) if team not in TEAMS)
    customers = (f"+346{number:08}" for number in range(10_000_000, 10_000_000 + 2 * agents))
    return Population(teams, (*QUEUES, *queues), (*AGENTS, *new), (*CUSTOMERS, *customers))


def _team(name: str, turn: int) -> str:
    return name if turn == 1 else f"{name} {turn}"


def _place(number: int, teams: Sequence[str]) -> str:
    """One team after another is filled, three at a time."""
    turn, rest = divmod(number, IN_A_TEAM * len(TEAMS))
    return teams[turn * len(TEAMS) + rest % len(TEAMS)]


def _agent(number: int, team: str) -> AgentRole:
    pairs = len(FIRST_NAMES) * len(LAST_NAMES)
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
    again = f" {number // pairs + 1}" if number >= pairs else ""
    return AgentRole(f"{first} {last}{again}", f"sip:agent{number:05}@agents.example", team)


def _queue(team: str, number: int) -> QueueRole:
    return QueueRole(team, team, (f"+3491{number:07}",))
