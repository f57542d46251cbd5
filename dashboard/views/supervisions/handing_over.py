"""Handing a call over to a colleague: whom it may be offered to, the offer, and the colleague's answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from conferences.errors import NotPossible
from conferences.ingest.feed import latest
from conferences.models import HandOver, Supervision
from conferences.supervision.requests.handing_over import accepting, offering
from conferences.wording.translated import translated
from dashboard.presenters import fragments
from dashboard.views.live_page import live_page
from dashboard.views.supervisor_request import SupervisorRequest, client_ip


@require_http_methods(["GET", "POST"])
def hand_over(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Show whom the call may be offered to; posted with `to`, offer it, and without, take back what is offered."""
    number = latest()
    running = Supervision.objects.running().select_related("conference__queue", "user")
    mine = get_object_or_404(running, pk=pk, user=request.user)
    if request.method == "GET":
        context = {"supervision": mine, "colleagues": offering.colleagues(mine)}
        if request.htmx:
            return render(request, "dashboard/supervision/_hand_over_form.html", context)
        page = live_page(request.user, number, {"conference": str(mine.conference_id)})
        return render(request, "dashboard/supervision/hand_over.html", context | page)
    notice, to = "", request.POST.get("to", "")
    try:
        if to:
            colleague = get_object_or_404(User, pk=to if to.isascii() and to.isdigit() and len(to) < 19 else 0)
            offering.offer(mine, colleague, ip=client_ip(request))
        else:
            offering.take_back(mine, ip=client_ip(request))
    except NotPossible as error:
        notice = translated(error.sentence)
    return _bar(request, mine.conference_id, notice)


@require_POST
def take_over(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Accept what a colleague has offered, or with `do` decline it."""
    offer, notice = get_object_or_404(HandOver.objects.loaded(), pk=pk, to=request.user), ""
    try:
        if request.POST.get("do") == "decline":
            accepting.decline(offer, ip=client_ip(request))
        else:
            accepting.accept(offer, ip=client_ip(request), session_key=request.session.session_key or "")
    except NotPossible as error:
        notice = translated(error.sentence)
    return _bar(request, offer.conference_id, notice)


def _bar(request: SupervisorRequest, conference: UUID, notice: str) -> HttpResponse:
    if request.htmx:
        return render(request, fragments.PANEL, fragments.panel_context(request.user) | {"notice": notice})
    if notice:
        messages.warning(request, notice)
    return redirect("conference", pk=conference)
