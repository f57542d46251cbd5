"""The audit page: stays to begin with, and every action for whoever asks for that."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.ingest.feed import latest
from dashboard.presenters import fragments
from dashboard.views.audit.actions import listed
from dashboard.views.audit.stays import stays
from dashboard.views.supervisor_request import SupervisorRequest

EVERYTHING = "everything"


@require_GET
@permission_required("conferences.view_auditentry", raise_exception=True)
def audit(request: SupervisorRequest) -> HttpResponse:
    """Who listened to whom, or all that was done and tried; numbers masked for those who may not see them."""
    number = latest()
    is_all = request.GET.get("show") == EVERYTHING
    shown = listed(request, request.user) if is_all else stays(request, request.user)
    # The page is about no call; its socket keeps the reader's own supervision up to date.
    live = {"socket": f"/ws/board/?since={number}&conference=none", "feed": number}
    context = {"everything": is_all, "bar": fragments.panel_context(request.user)}
    return render(request, f"dashboard/audit/{'audit' if is_all else 'stays'}.html", shown | live | context)
