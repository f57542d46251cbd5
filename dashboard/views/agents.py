"""The page of agents: everybody of the user's teams, with what they are on."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.ingest.feed import latest
from conferences.liveness import boundaries
from conferences.models import Agent
from dashboard.live.viewer import AGENTS
from dashboard.presenters.agent import WORDS, AgentRow, row_for, row_id
from dashboard.presenters.agent_rows import Roster, roster
from dashboard.presenters.audience import Audience, audience_of
from dashboard.views.live_page import live_page


@require_GET
def agents(request: HttpRequest) -> HttpResponse:
    user, number = cast("User", request.user), latest()
    audience = audience_of(user)
    found = roster(Agent.objects.filter(team__in=audience.teams))
    rows, broken = _rows(audience, found)
    context = {
        "rows": rows,
        "broken": [row_id(pk) for pk in broken],
        "words": WORDS,
        "audience": audience,
    }
    return render(request, "dashboard/agents/agents.html", context | live_page(user, number, {"view": AGENTS}))


def _rows(audience: Audience, found: Roster) -> tuple[list[AgentRow], list[int]]:
    """The agents as they are to be shown, and the keys of those who cannot be."""
    rows: list[AgentRow] = []
    for agent in found.agents:
        boundaries.SHOWING.run(partial(_add_row, rows, audience, found, agent))
    shown = {row.pk for row in rows}
    return rows, [one.pk for one in found.agents if one.pk not in shown]


def _add_row(rows: list[AgentRow], audience: Audience, found: Roster, agent: Agent) -> None:
    rows.append(row_for(audience, found, agent))
