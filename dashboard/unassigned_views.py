"""The page of what belongs to no team."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.feed import latest
from dashboard import fragments, frames
from dashboard.audiences import audience_of
from dashboard.live_page import live_page
from dashboard.showing import calls_for
from dashboard.unassigned import outside_context
from dashboard.viewers import UNASSIGNED


@require_GET
@permission_required("conferences.view_unassigned", raise_exception=True)
def unassigned(request: HttpRequest) -> HttpResponse:
    """Live calls recognised for no team, and live legs in no conference that are no agent's."""
    user, number = cast("User", request.user), latest()
    audience = audience_of(user)
    calls, broken = calls_for(audience, frames.visible(audience))
    rows = [fragments.row_id(pk) for pk in broken]
    context = {
        "calls": [one for one in calls if one.is_unassigned],
        "broken": rows,
        "audience": audience,
        **outside_context(audience),
    }
    words = {"view": UNASSIGNED, "unassigned": "1"}
    return render(request, "dashboard/unassigned.html", context | live_page(user, number, words))
