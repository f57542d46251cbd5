"""The calls of the past, and one moment of a call."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from conferences import clock
from conferences.history.search import Place, Wanted, ended_calls
from conferences.ingest.feed import latest
from conferences.models import Conference
from dashboard.forms.history_filter import HistoryFilter
from dashboard.presenters import fragments
from dashboard.presenters.audience import audience_of
from dashboard.presenters.timeline import page
from dashboard.presenters.timeline.past_calls import events_deleted, past_call
from dashboard.views.supervisor_request import SupervisorRequest

PER_PAGE = 50


@require_GET
def history(request: SupervisorRequest) -> HttpResponse:
    """The ended calls that this user may see, the latest ended first."""
    number = latest()
    audience = audience_of(request.user)
    form = HistoryFilter(request.GET, request.user)
    after = Place.read(request.GET.get("after", ""))
    wanted = ended_calls(request.user, form.wanted, clock.now(), after)
    found = list(wanted.with_people()[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    context = {
        "form": form,
        "calls": [past_call(audience, one) for one in shown],
        "older": _place(shown[-1]) if len(found) > PER_PAGE else "",
        "is_first": after is None,
        "is_narrowed": form.wanted != Wanted(),
    }
    # The page is about no call; its socket keeps the reader's own supervision up to date.
    live = {"socket": f"/ws/board/?since={number}&conference=none", "feed": number}
    bar = fragments.panel_context(request.user, audience)
    return render(request, "dashboard/history/history.html", context | live | {"bar": bar})


def _place(conference: Conference) -> str:
    return str(Place(conference.ended_at, conference.pk)) if conference.ended_at else ""


@require_GET
def timeline(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """A call's timeline anew, as a part of its page: asked for when the page is told that something happened."""
    found = get_object_or_404(Conference.objects.visible_to(request.user).with_people(), pk=pk)
    if gone := events_deleted(found):
        return render(request, "dashboard/call/_events_deleted.html", gone)
    shown = page.timeline(audience_of(request.user), found, request.GET.dict())
    return render(request, "dashboard/call/_timeline.html", {"call": found, "timeline": shown})


@require_GET
def moment(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Who heard whom at the moment that the address asks for, as a part of the call's page."""
    found = get_object_or_404(Conference.objects.visible_to(request.user).with_people(), pk=pk)
    if gone := events_deleted(found):
        return render(request, "dashboard/call/_events_deleted.html", gone)
    shown = page.moment(audience_of(request.user), found, request.GET.dict())
    return render(request, "dashboard/call/_moment.html", {"moment": shown})
