"""An agent asks for help: a supervisor answers from the row or the page of the call, or notes that it is seen to."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import retarget

from conferences.errors import NotAllowed, NotPossible
from conferences.models import Conference, HelpRequest
from conferences.supervision.requests.helping import answering
from conferences.wording.translated import translated
from dashboard.forms.supervise import SuperviseForm
from dashboard.presenters import fragments
from dashboard.views import calls
from dashboard.views.supervisor_request import SupervisorRequest, client_ip


@require_POST
def answer(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Whisper to whoever asked; where policy wants a reason of hers first, the form asks for it."""
    asked, notice = _asked(request, pk), ""
    session_key = request.session.session_key or ""
    try:
        answering.answer(request.user, asked, ip=client_ip(request), session_key=session_key)
    except NotPossible as error:
        if error.field == "reason":
            return _form(request, asked)
        notice = translated(error.sentence)
    if request.htmx:
        return render(request, fragments.PANEL, fragments.panel_context(request.user) | {"notice": notice})
    if notice:
        messages.warning(request, notice)
    return redirect("conference", pk=asked.conference_id)


@require_POST
def close(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Note that a request is seen to; the row, which is pushed, no longer shows it."""
    asked = _asked(request, pk)
    try:
        answering.close(request.user, asked, ip=client_ip(request))
    except NotAllowed as error:
        raise PermissionDenied(translated(error.sentence)) from None
    return HttpResponse(status=204) if request.htmx else redirect("conference", pk=asked.conference_id)


def _form(request: SupervisorRequest, asked: HelpRequest) -> HttpResponse:
    if not request.htmx:
        return redirect(f"{reverse('supervise', kwargs={'pk': asked.conference_id})}?role=whisper")
    found = Conference.objects.with_people().get(pk=asked.conference_id)
    if (offered := calls.hop_offered(request, found, 0)) is not None:
        offered.headers["HX-Reswap"] = "innerHTML"
        return retarget(offered, "#dialog")
    form = SuperviseForm(found, request.user, initial={"role": "whisper"})
    shown = render(request, "dashboard/supervise/_supervise_form.html", calls.form_context(request, found, form))
    shown.headers["HX-Reswap"] = "innerHTML"
    return retarget(shown, "#dialog")


def _asked(request: SupervisorRequest, pk: UUID) -> HelpRequest:
    """A request of a call that this user may see; one that is over too, which answering says of it."""
    visible = Conference.objects.visible_to(request.user)
    return get_object_or_404(HelpRequest.objects.loaded().select_related("conference"), pk=pk, conference__in=visible)
