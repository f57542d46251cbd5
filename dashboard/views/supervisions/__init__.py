"""What a supervisor asks for while she supervises, and what a colleague may ask for: one call, one render."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from conferences.errors import NotAllowed, NotPossible
from conferences.models import Conference, Supervision
from conferences.supervision import requests
from conferences.supervision.requests import hopping, sensitive
from conferences.wording.translated import translated
from dashboard.forms.supervise import RoleForm
from dashboard.login.reauthentication import before_barge
from dashboard.presenters import fragments
from dashboard.views.supervisor_request import SupervisorRequest, client_ip


@require_POST
def change(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    mine = _mine(request, pk)
    found = Conference.objects.with_people().get(pk=mine.conference_id)
    form = RoleForm(found, request.user, request.POST, running=mine)
    if not form.is_valid():
        return _panel(request, mine, form.sentence)
    if (again := before_barge(request, form.cleaned_data["role"])) is not None:
        return again
    if form.wants_confirmation:
        context = fragments.panel_context(request.user) | {
            "notice": gettext("Press Barge once more to be heard by everyone.")
        }
        if request.htmx:
            return render(request, fragments.PANEL, context)
        return render(request, "dashboard/supervision/confirm_barge.html", context | {"bar": context})
    asked = {"role": form.cleaned_data["role"], "targets": form.cleaned_data["targets"], "ip": client_ip(request)}
    return _panel(request, mine, _why_not(partial(requests.change, mine, **asked)))


@require_POST
def stay(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Stay in a call in which nobody else is any more."""
    mine = _mine(request, pk)
    return _panel(request, mine, _why_not(partial(requests.stay, mine)))


@require_POST
def lift(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Take her own leg off hold, or unmute it."""
    mine = _mine(request, pk)
    what = "hold" if request.POST.get("what") == "hold" else "mute"
    return _panel(request, mine, _why_not(partial(requests.lift, mine, what, ip=client_ip(request))))


@require_POST
def leave(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Leave, or cancel while the phone still rings: the call goes on, our leg is hung up."""
    mine = _mine(request, pk)
    requests.leave(mine)
    return _panel(request, mine)


@require_POST
def hop(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Go over to this call, as monitor, on the phone leg of the one she is in."""
    found = get_object_or_404(Conference.objects.visible_to(request.user), pk=pk)
    session_key = request.session.session_key or ""
    ask = partial(hopping.hop, request.user, found, ip=client_ip(request), session_key=session_key)
    notice = _why_not(partial(ask, reason=request.POST.get("reason", "")))
    mine = requests.current(request.user)
    if request.htmx and mine is not None:
        return _panel(request, mine, notice)
    if notice:
        messages.warning(request, notice)
    call = reverse("conference", kwargs={"pk": pk})
    return HttpResponseClientRedirect(call) if request.htmx else redirect(call)


@require_POST
def end(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """End somebody else's supervision of a call that this user may see."""
    visible = Conference.objects.visible_to(request.user)
    running = Supervision.objects.select_related("conference", "user").filter(conference__in=visible)
    theirs = get_object_or_404(running, pk=pk)
    try:
        requests.end(theirs, request.user, ip=client_ip(request))
    except NotPossible as error:
        raise PermissionDenied(translated(error.sentence)) from None
    return HttpResponse(status=204) if request.htmx else redirect("conference", pk=theirs.conference_id)


@require_POST
def sensitive_section(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Have nobody listen to this call for a while, or end that before its time."""
    found = get_object_or_404(Conference.objects.visible_to(request.user), pk=pk)
    ask = sensitive.end if request.POST.get("do") == "end" else sensitive.begin
    try:
        ask(found, request.user, ip=client_ip(request))
    except NotAllowed as error:
        raise PermissionDenied(translated(error.sentence)) from None
    except NotPossible as error:
        messages.warning(request, translated(error.sentence))
    return HttpResponse(status=204) if request.htmx else redirect("conference", pk=pk)


@require_POST
def dismiss(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    mine = _mine(request, pk)
    requests.dismiss(mine)
    return _panel(request, mine)


def _why_not(ask: Callable[[], None]) -> str:
    """Ask for something; return why it is not possible, or nothing."""
    try:
        ask()
    except NotPossible as error:
        return translated(error.sentence)
    return ""


def _panel(request: SupervisorRequest, mine: Supervision, notice: str = "") -> HttpResponse:
    if not request.htmx:
        return redirect("conference", pk=mine.conference_id)
    context = fragments.panel_context(request.user) | {"notice": notice}
    return render(request, fragments.PANEL, context)


def _mine(request: SupervisorRequest, pk: UUID) -> Supervision:
    return get_object_or_404(Supervision.objects.select_related("conference", "user"), pk=pk, user=request.user)
