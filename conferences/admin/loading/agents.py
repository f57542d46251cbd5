"""Which agent a line is about: agents are found by name, and several may have the same one."""

from __future__ import annotations

from collections import defaultdict

from conferences.admin.loading.known import Known
from conferences.admin.loading.steps import Step
from conferences.models import Agent


def match_agents(steps: list[Step], known: Known) -> None:
    """Give each line its agent, each agent to one line at most; none to a new agent's line.

    First whoever is just as the line says; then of those left the one of that name, of several the one in that team,
    or with one of those addresses. Where that is not one agent, the line is wrong.
    """
    named: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        named[step.name].append(step)
    for name, lines in named.items():
        left = list(known.agents.get(name, ()))
        for step in lines:
            step.row = next((one for one in left if _is_just_so(step, one, known)), None)
            left = [one for one in left if one is not step.row]
        for step in lines:
            if step.row is None:
                left = _match(step, left, known)
        _refuse_twice(lines)


def _match(step: Step, left: list[Agent], known: Known) -> list[Agent]:
    """Give the line the one agent it can mean; return who is left then."""
    same_team = [one for one in left if one.team.name == step.team]
    same_phone = [one for one in left if _addresses(step) & _known_addresses(one, known)]
    for found in (left, same_team, same_phone):
        if len(found) == 1:
            step.row = found[0]
            return [one for one in left if one is not step.row]
    if left:
        step.wrong.append(f"Several agents are called {step.name}; write the team, or an address that only one has.")
    return left


def _refuse_twice(lines: list[Step]) -> None:
    """Two lines for one name in one team are rather one agent's; two agents there already are just so each."""
    first: dict[str, Step] = {}
    for step in lines:
        earlier = first.setdefault(step.team, step)
        if earlier is not step and step.row is None and not step.wrong:
            said = f"Line {earlier.number} is about the agent {step.name} too; write all addresses in one line."
            step.wrong.append(said)


def _is_just_so(step: Step, agent: Agent, known: Known) -> bool:
    if step.team not in ("", agent.team.name):
        return False
    return step.phones is None or _addresses(step) == _known_addresses(agent, known)


def _addresses(step: Step) -> set[str]:
    return {phone.address for phone in step.phones or ()}


def _known_addresses(agent: Agent, known: Known) -> set[str]:
    return {row.address for row in known.addresses.get(agent.pk, ())}
