"""What pages that show agents are sent: the rows that changed, read when one first asks, rendered once per audience."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from conferences.models import Agent
from dashboard.presenters import fragments
from dashboard.presenters.agent import row_for, row_id
from dashboard.presenters.audience import Audience
from dashboard.presenters.rows import showing
from dashboard.presenters.rows.agent_calls import AgentCalls
from dashboard.presenters.rows.agent_rows import Roster, changed_since, roster


class AgentRows:
    """The agents on whose rows something new shows after a feed number."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._read: tuple[dict[int, int], Roster, AgentCalls] | None = None
        self._rendered: dict[tuple[Audience, int], str] = {}

    def since(self, audience: Audience, number: int) -> dict[str, str]:
        """Return the fragments for a page of this audience that was told of everything up to `number`, by row."""
        if self._read is None:
            feeds = changed_since(self._number)
            found = roster(Agent.objects.filter(pk__in=feeds))
            self._read = feeds, found, AgentCalls(found)
        feeds, found, calls = self._read
        seen = [one for one in found.agents if one.team_id in audience.teams and feeds[one.pk] > number]
        return {row_id(one.pk): self._render(audience, found, one, calls) for one in seen}

    def _render(self, audience: Audience, found: Roster, agent: Agent, calls: AgentCalls) -> str:
        key = (audience, agent.pk)
        if key not in self._rendered:
            seen = calls.seen_by(audience)
            row = showing.shown(row_id(agent.pk), lambda: fragments.agent(row_for(audience, found, agent, seen)))
            self._rendered[key] = str(fragments.partial(row_id(agent.pk), row))
        return self._rendered[key]


def listed(teams: Collection[int]) -> list[str]:
    """Return the rows that belong on a page of these teams' agents."""
    return [row_id(pk) for pk in Agent.objects.filter(team__in=teams).order_by("pk").values_list("pk", flat=True)]


def rosters(teams: Iterable[frozenset[int]]) -> dict[frozenset[int], list[str]]:
    """Return `listed` for each of these."""
    return {some: listed(some) for some in teams}
