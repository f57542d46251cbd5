"""Adds stays up: by agent, by supervisor, and by team; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from conferences.reports.listened import Listened


@dataclass(frozen=True, slots=True)
class Run:
    """How often in a row, among the stays added up, it was the same agent who was listened to."""

    times: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """The stays of one agent, supervisor or team. Seconds in `modes`; `calls`: taken in all, listened to or not."""

    key: int
    name: str
    stays: int
    heard_calls: int  # of `calls`, those listened to
    calls: int
    modes: Mapping[str, int]
    silent: int
    told: int
    not_told: int
    run: Run
    people: int  # agents who were listened to

    @property
    def seconds(self) -> int:
        return sum(self.modes.values())

    @property
    def share(self) -> float | None:
        """The part of all calls taken that was listened to, 0 to 1; None without any."""
        return min(1.0, self.heard_calls / self.calls) if self.calls else None


def by_agent(stays: Sequence[Listened], names: Mapping[int, str], calls: Mapping[int, int]) -> list[Sum]:
    """Return a sum for each of these agents, the most listened to first; for one to whom nobody listened, too."""
    found = [
        add_up(key, name, [one for one in stays if key in one.agents], calls=calls.get(key, 0), agents={key})
        for key, name in names.items()
    ]
    return sorted(found, key=lambda one: (-one.seconds, one.name))


def by_supervisor(stays: Sequence[Listened]) -> list[Sum]:
    """Return a sum for each supervisor who listened, who did so longest first."""
    return _grouped(stays, lambda one: {one.user: one.who})


def by_team(
    stays: Sequence[Listened], names: Mapping[int, str], teams: Mapping[int, int], calls: Mapping[int, int]
) -> list[Sum]:
    """Return a sum for each team by name. `teams`: of which each agent is; a stay counts for each team in its call."""
    found = []
    for key, name in names.items():
        mine = [one for one in stays if any(teams.get(agent) == key for agent in one.agents)]
        taken = sum(count for agent, count in calls.items() if teams.get(agent) == key)
        found.append(add_up(key, name, mine, calls=taken, agents={one for one, team in teams.items() if team == key}))
    return found


def add_up(key: int, name: str, stays: Sequence[Listened], *, calls: int = 0, agents: set[int] | None = None) -> Sum:
    """Return the sum of some stays, in order of their time; of these agents alone, where they are given."""
    modes: dict[str, int] = {}
    for one in stays:
        for role, seconds in one.modes.items():
            modes[role] = modes.get(role, 0) + seconds
    pairs = {(one.call, agent) for one in stays for agent in one.agents if agents is None or agent in agents}
    people = {agent for _, agent in pairs}
    return Sum(
        key=key,
        name=name,
        stays=len(stays),
        heard_calls=len(pairs),  # one with two of a team's agents in it was taken by both
        calls=calls,
        modes=modes,
        silent=sum(one.is_silent for one in stays),
        told=sum(one.told is True for one in stays),
        not_told=sum(one.told is False for one in stays),
        run=longest_run(stays, people),
        people=len(people),
    )


def longest_run(stays: Iterable[Listened], agents: Iterable[int]) -> Run:
    """Return the agent, among these, who was listened to most often in a row."""
    longest, going, wanted = Run(), dict[int, int](), {*agents}
    for one in stays:
        going = {agent: going.get(agent, 0) + 1 for agent in one.agents if agent in wanted}
        for agent, times in going.items():
            if times > longest.times:
                longest = Run(times, one.agents[agent])
    return longest


def seconds_by_day(stays: Iterable[Listened], days: Sequence[str], day_of: Callable[[Listened], str]) -> list[int]:
    """Return how many seconds of listening began on each of these days."""
    found = dict.fromkeys(days, 0)
    for one in stays:
        if (day := day_of(one)) in found:
            found[day] += one.seconds
    return list(found.values())


def _grouped(stays: Iterable[Listened], keys: Callable[[Listened], Mapping[int, str]]) -> list[Sum]:
    groups: dict[int, list[Listened]] = {}
    names: dict[int, str] = {}
    for one in stays:
        for key, name in keys(one).items():
            groups.setdefault(key, []).append(one)
            names[key] = name or names.get(key, "")
    found = [add_up(key, names[key], mine) for key, mine in groups.items()]
    return sorted(found, key=lambda one: (-one.seconds, one.name))
