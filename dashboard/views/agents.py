"""The page of agents: everybody of the user's teams, with what they are on."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from conferences.errors import NotPossible
from conferences.ingest.feed import latest
from conferences.liveness import boundaries
from conferences.models import Agent
from conferences.models.directory import with_team
from conferences.supervision.requests import following
from conferences.wording.translated import translated
from dashboard.live.viewer import AGENTS
from dashboard.presenters import fragments
from dashboard.presenters.agent import WORDS, WRAPPING_UP, AgentRow, Calls, row_for, row_id
from dashboard.presenters.audience import Audience, audience_of
from dashboard.presenters.board.agent_order import GROUPS, SORTS, STATES, AgentOrder
from dashboard.presenters.rows.agent_calls import AgentCalls
from dashboard.presenters.rows.agent_rows import Roster, roster
from dashboard.views.live_page import live_page
from dashboard.views.supervisor_request import SupervisorRequest, client_ip


@require_GET
def agents(request: HttpRequest) -> HttpResponse:
    user, number = cast("User", request.user), latest()
    audience = audience_of(user)
    found = roster(Agent.objects.filter(team__in=audience.teams))
    rows, broken = _rows(audience, found)
    order = AgentOrder.read(request.GET.dict())
    context = {
        "rows": rows,
        "groups": order.arranged(rows),
        "order": order,
        "sorts": SORTS,
        "groupings": GROUPS,
        "states": STATES,
        "broken": [row_id(pk) for pk in broken],
        # That one wraps a call up is known from the center's own systems alone.
        "words": [one for one in WORDS if one != WRAPPING_UP or settings.API_TOKEN],
        "audience": audience,
    }
    return render(
        request, "dashboard/agents/agents.html", context | live_page(user, number, {"view": AGENTS}, audience)
    )


@require_POST
def follow(request: SupervisorRequest, pk: int) -> HttpResponse:
    """Ask to be called when this agent's next call starts."""
    agent = get_object_or_404(with_team(), pk=pk, team__supervisors__user=request.user)
    notice = ""
    try:
        session_key = request.session.session_key or ""
        reason = request.POST.get("reason", "")
        following.follow(request.user, agent, reason=reason, ip=client_ip(request), session_key=session_key)
    except NotPossible as error:
        notice = translated(error.sentence)
    return _bar(request, notice)


@require_POST
def unfollow(request: SupervisorRequest) -> HttpResponse:
    """Wait for no agent's next call any more."""
    following.cancel(request.user, ip=client_ip(request))
    return _bar(request)


def _bar(request: SupervisorRequest, notice: str = "") -> HttpResponse:
    if not request.htmx:
        if notice:
            messages.warning(request, notice)
        return redirect("agents")
    return render(request, fragments.PANEL, fragments.panel_context(request.user) | {"notice": notice})


def _rows(audience: Audience, found: Roster) -> tuple[list[AgentRow], list[int]]:
    """The agents as they are to be shown, and the keys of those who cannot be."""
    rows: list[AgentRow] = []
    calls = AgentCalls(found).seen_by(audience)
    for agent in found.agents:
        boundaries.SHOWING.run(partial(_add_row, rows, audience, found, agent, calls))
    shown = {row.pk for row in rows}
    return rows, [one.pk for one in found.agents if one.pk not in shown]


def _add_row(rows: list[AgentRow], audience: Audience, found: Roster, agent: Agent, calls: Calls) -> None:
    rows.append(row_for(audience, found, agent, calls))
