"""Pages and actions: fetch what this user may see, validate, one call, one render."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, retarget

from conferences import clock, policy, reconciliation
from conferences.audit import access
from conferences.errors import NotPossible
from conferences.ingest.feed import latest
from conferences.ingest.ringing_legs import with_ringing
from conferences.models import Conference, Supervision, Supervisor
from conferences.models.listening.scope import queues_in
from conferences.supervision import requests
from dashboard.forms.join_options import options_sent
from dashboard.forms.supervise import HopForm, SuperviseForm
from dashboard.live import frames
from dashboard.live.connect import viewer_of
from dashboard.live.origins import is_allowed
from dashboard.login.reauthentication import before_barge
from dashboard.presenters import fragments, own_bar
from dashboard.presenters.audience import Audience, audience_of
from dashboard.presenters.board.attention import in_order
from dashboard.presenters.board.board_filter import STATES, BoardFilter
from dashboard.presenters.board.board_view import CHOICES, BoardView
from dashboard.presenters.call import Call
from dashboard.presenters.rows.call_cache import call_cache
from dashboard.presenters.rows.caller import Caller
from dashboard.presenters.rows.caller_rows import callers
from dashboard.presenters.seen import call_for
from dashboard.presenters.timeline import past_calls as past
from dashboard.presenters.timeline.page import timeline
from dashboard.views import saved_views
from dashboard.views.live_page import live_page
from dashboard.views.supervisor_request import SupervisorRequest, client_ip


@require_GET
def board(request: SupervisorRequest) -> HttpResponse:
    if not request.GET and (query := saved_views.default_query(request.user)):
        return redirect(f"{reverse('board')}?{query}")
    number = latest()
    audience = audience_of(request.user)
    chosen = BoardFilter.read(request.GET)
    arranged, queues = (
        BoardView.read(request.GET),
        list(queues_in(audience.scope)),
    )
    calls, broken = call_cache.calls(audience, frames.visible(audience))
    everybody: list[Call | Caller] = [*calls, *callers(audience)]
    shown = in_order(one for one in everybody if chosen.matches(one))
    context = {
        "calls": shown,
        "broken": [fragments.row_id(pk) for pk in broken],
        "filter": chosen,
        "queues": queues,
        "queue_names": {one.name for one in queues},
        "query_without_queue": urlencode({**chosen.query(), **arranged.query(), "queue": "", "all": "1"}),
        "states": STATES,
        "view": arranged,
        "view_choices": CHOICES,
        **saved_views.context(request.user, request.GET.dict()),
        "audience": audience,
        "last_event_at": Conference.objects.visible_to(request.user)
        .order_by("-feed")
        .values_list("last_event_at", flat=True)
        .first(),
    }
    return render(request, "dashboard/board/board.html", context | _page(request, number, audience=audience))


@require_GET
def board_of(request: SupervisorRequest, pk: int) -> HttpResponse:
    """A supervisor's board as she sees it at this moment, for whoever administers supervisors and may see a board.

    It is on record. Nothing of it can be joined, and no number is shown that its reader may not see.
    """
    if not request.user.has_perms(("conferences.administer_directory", "conferences.view_board")):
        raise PermissionDenied
    supervisor = get_object_or_404(Supervisor.objects.select_related("user"), pk=pk)
    access.read(request.user, "board", supervisor.user.get_username())
    hers = audience_of(supervisor.user)
    audience = replace(hers, roles=(), may_end=False, numbers=hers.numbers and policy.may_see_numbers(request.user))
    calls, broken = call_cache.calls(audience, frames.visible(audience))
    context = {
        "calls": in_order([*calls, *callers(audience)]),
        "broken": [fragments.row_id(one) for one in broken],
        "audience": audience,
        "supervisor": supervisor,
        "moment": clock.now(),
        "bar": fragments.panel_context(request.user),
    }
    return render(request, "dashboard/board/board_of.html", context)


@require_GET
def feed(request: SupervisorRequest) -> HttpResponse:
    """What changed, for a page that no socket reaches; and whether its own address is the reason for that."""
    viewer = viewer_of(request.user, request.session.session_key or "", request.GET.dict())
    answer = HttpResponse(frames.polled(viewer), content_type="application/json")
    answer.headers["Earshot-Origin"] = "allowed" if is_allowed(request.GET.get("origin", "")) else "refused"
    return answer


@require_GET
def conference(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    number = latest()
    found = _conference(request, pk)
    audience = audience_of(request.user)
    call = call_for(audience, found)
    context = past.events_deleted(found) or {"timeline": timeline(audience, found, request.GET.dict())}
    context |= fragments.detail_context(call) | _page(request, number, pk, audience)
    return render(request, "dashboard/call/call.html", context)


@require_http_methods(["GET", "POST"])
def supervise(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """The form that begins a supervision; posting it makes the phone ring."""
    number = latest()
    found = _conference(request, pk)
    if request.method == "POST":
        form = SuperviseForm(found, request.user, request.POST)
        if (asked := before_barge(request, request.POST.get("role", ""))) is not None:
            return asked
        if _begin(request, found, form):
            return _go_on(request, pk)
    elif (offered := hop_offered(request, found, number)) is not None:
        return offered
    else:
        role = request.GET.get("role", "")
        first = {"role": role if role in policy.PERMISSIONS else "monitor", "phone": request.GET.get("phone", "")}
        form = SuperviseForm(found, request.user, initial=first)
    context = form_context(request, found, form)
    if request.htmx:
        return render(request, "dashboard/supervise/_supervise_form.html", context)
    return render(request, "dashboard/supervise/supervise.html", context | _page(request, number, conference=pk))


def form_context(request: SupervisorRequest, found: Conference, form: SuperviseForm) -> dict[str, Any]:
    """What the form that begins a supervision shows of the call."""
    call = call_for(audience_of(request.user), found)
    preview = call.preview(form["role"].value() or "", form.ticked, form.options_shown)
    return {"form": form, "call": call, "choices": call.choices(form.ticked), "form_preview": preview}


def hop_offered(request: SupervisorRequest, found: Conference, number: int) -> HttpResponse | None:
    """What is asked of one whose phone is up for another call: only whether she goes over; None for all others."""
    mine, audience = requests.current(request.user), audience_of(request.user)
    if mine is None or own_bar.line(mine, audience) is None or (mine.conference_id == found.pk and not mine.is_between):
        return None
    call = call_for(audience, found)
    context = {"call": call, "hop_preview": call.preview(Supervision.Role.MONITOR, ()), "form": HopForm(found)}
    if request.htmx:
        return render(request, "dashboard/supervise/_hop_form.html", context)
    return render(request, "dashboard/supervise/hop.html", context | _page(request, number, conference=found.pk))


@require_GET
def hearing(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Who hears whom: now or, for a form that names a role, once that is so."""
    call = call_for(audience_of(request.user), _conference(request, pk))
    role = request.GET.get("role", "")
    if role in Supervision.Role.values:
        preview = call.preview(role, request.GET.getlist("targets"), options_sent(request.GET, call.policy))
        context = {"call": call, "preview": preview}
        return render(request, "dashboard/supervise/_hearing_preview.html", context)
    mine = requests.current(request.user)
    if mine is None or mine.conference_id != pk or mine.ended_at is not None:
        mine = None
    return render(request, "dashboard/call/_hearing_dialog.html", {"call": call, "mine": mine})


@require_POST
def recheck(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Ask the provider now, and take the mark of an earlier repair away."""
    found = _conference(request, pk)
    sentence = reconciliation.check_again(found)
    if request.htmx:  # what has changed is pushed
        return HttpResponse(sentence, status=503 if sentence else 204)
    if sentence:
        messages.warning(request, sentence)
    return redirect("conference", pk=pk)


def _begin(request: SupervisorRequest, found: Conference, form: SuperviseForm) -> bool:
    """Begin what the form asks for; else let it say all that is in the way, not what is missing alone."""
    try:
        if form.is_valid():
            requests.begin(request.user, found, _asked(request, form))
            return True
        if role := form.cleaned_data.get("role"):
            requests.check(request.user, found, role, form.cleaned_data["targets"], ip=client_ip(request))
    except NotPossible as error:
        form.refuse(error)
    return False


def _asked(request: SupervisorRequest, form: SuperviseForm) -> requests.Request:
    return requests.Request(
        role=form.cleaned_data["role"],
        token=form.cleaned_data["token"],
        targets=form.cleaned_data["targets"],
        device=form.device,
        leg=form.leg,
        options=form.options,
        ip=client_ip(request),
        session_key=request.session.session_key or "",
        reason=form.cleaned_data.get("reason", ""),
    )


def _page(
    request: SupervisorRequest, number: int, conference: UUID | None = None, audience: Audience | None = None
) -> dict[str, Any]:
    """What every live page needs: the number it was rendered at, its socket's address, and the user's supervision."""
    # Of the page's own address only what a filter knows: no link may make a board's socket that of another page.
    query = BoardFilter.read(request.GET).query() if conference is None else {"conference": str(conference)}
    return live_page(request.user, number, query, audience)


def _conference(request: SupervisorRequest, pk: UUID) -> Conference:
    return with_ringing([get_object_or_404(Conference.objects.visible_to(request.user).with_people(), pk=pk)])[0]


def _go_on(request: SupervisorRequest, pk: UUID) -> HttpResponse:
    """Let whoever asked from a live page stay on it: its bar shows how the supervision comes along."""
    call = reverse("conference", kwargs={"pk": pk})
    page = urlsplit(request.htmx.current_url_abs_path or "").path if request.htmx else ""
    if page in (reverse("board"), reverse("agents"), call):
        bar = render(request, fragments.PANEL, fragments.panel_context(request.user))
        bar.headers["HX-Reswap"] = "outerMorph"
        return retarget(bar, "#supervision")
    return HttpResponseClientRedirect(call) if request.htmx else redirect(call)
