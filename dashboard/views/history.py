"""The calls of the past, and one moment of a call."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from conferences.models import Conference
from dashboard.presenters.audience import audience_of
from dashboard.presenters.timeline.page import timeline
from dashboard.views.supervisor_request import SupervisorRequest


@require_GET
def moment(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Who heard whom at the moment that the address asks for, as a part of the call's page."""
    found = get_object_or_404(Conference.objects.visible_to(request.user).with_people(), pk=pk)
    shown = timeline(audience_of(request.user), found, request.GET.dict())
    return render(request, "dashboard/call/_moment.html", {"moment": shown.moment})
