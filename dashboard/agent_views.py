"""The page of agents: everybody of the user's teams, with what they are on."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.feed import latest
from conferences.models import Agent
from dashboard.agents import WORDS, row_for
from dashboard.audiences import audience_of
from dashboard.live_page import live_page
from dashboard.roster import roster
from dashboard.viewers import AGENTS


@require_GET
def agents(request: HttpRequest) -> HttpResponse:
    user, number = cast("User", request.user), latest()
    audience = audience_of(user)
    found = roster(Agent.objects.filter(team__in=audience.teams))
    context = {
        "rows": [row_for(audience, found, one) for one in found.agents],
        "words": WORDS,
        "audience": audience,
    }
    return render(request, "dashboard/agents.html", context | live_page(user, number, {"view": AGENTS}))
