"""The page of what belongs to no team."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.ingest.feed import latest
from dashboard.live import frames
from dashboard.live.viewer import UNASSIGNED
from dashboard.presenters import fragments
from dashboard.presenters.audience import audience_of
from dashboard.presenters.rows.call_cache import call_cache
from dashboard.presenters.unassigned import outside_context
from dashboard.views.live_page import live_page


@require_GET
@permission_required("conferences.view_unassigned", raise_exception=True)
def unassigned(request: HttpRequest) -> HttpResponse:
    """Live calls recognised for no team, and live legs in no conference that are no agent's."""
    user, number = cast("User", request.user), latest()
    audience = audience_of(user)
    calls, broken = call_cache.calls(audience, frames.visible(audience))
    rows = [fragments.row_id(pk) for pk in broken]
    context = {
        "calls": [one for one in calls if one.is_unassigned],
        "broken": rows,
        "audience": audience,
        **outside_context(audience),
    }
    words = {"view": UNASSIGNED, "unassigned": "1"}
    return render(request, "dashboard/unassigned/unassigned.html", context | live_page(user, number, words, audience))
