"""The page of alerts: what one is alerted to and by which means, and the last twenty; and the raising of one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from conferences.ingest.feed import latest
from conferences.models import Conference
from conferences.wording.alerts import alert_name
from dashboard.alerts import choices, raising
from dashboard.forms.alerts import AlertsForm
from dashboard.presenters.audience import audience_of
from dashboard.presenters.call import Call
from dashboard.presenters.rows.caller import row_id
from dashboard.presenters.seen import call_for
from dashboard.views.live_page import live_page
from dashboard.views.supervisor_request import SupervisorRequest

ROW: Final = row_id("")
_DENIED: Final = _(
    "You should have heard two tones. Notifications from here are not allowed; your browser’s settings can change that."
)


@require_http_methods(["GET", "POST"])
def alerts(request: SupervisorRequest) -> HttpResponse:
    """Show what the user is alerted to and the last alerts; posted, keep what she chooses."""
    number = latest()
    form = AlertsForm(request.POST) if request.method == "POST" else AlertsForm.of(choices.choice_of(request.user))
    if form.is_bound and form.is_valid():
        form.save(request.user)
        return redirect("alerts")
    page = live_page(request.user, number, {"conference": "none"})
    choice = choices.choice_of(request.user)
    context = {"form": form, "alerts": _listed(request.user), "is_quiet": choices.is_quiet(choice)}
    return render(request, "dashboard/alerts/alerts.html", context | page | {"says_denied": _DENIED})


@require_POST
def raise_alert(request: SupervisorRequest) -> HttpResponse:
    """Raise the alert that a page found due; to each call and reason once, whichever page of hers asks first."""
    raised, asked = None, request.POST
    try:
        if asked.get("queue"):
            raised = raising.raise_for_queue(request.user, int(asked["queue"][:18]))
        else:
            raised = _raise_for(request.user, asked.get("call", ""), asked.get("kind", ""), asked.get("occasion", ""))
    except ValueError:
        return HttpResponse(status=400)
    if raised is None:
        return HttpResponse(status=204)
    told = {"title": raised.title, "body": raised.body, "means": raised.means}
    return JsonResponse(told | ({"call": str(raised.call)} if raised.call else {}))


def _raise_for(user: User, call: str, kind: str, which: str) -> raising.Raised | None:
    """Raise one to a call by our id, or to a caller by her row. Raises ValueError for what is neither."""
    if call.startswith(ROW):
        return raising.raise_for_caller(user, int(call.removeprefix(ROW)[:18]), kind)
    return raising.raise_for_call(user, UUID(call), kind, which)


def _listed(user: User) -> list[dict[str, Any]]:
    """The last alerts, those about calls that the user may still see."""
    found, audience = raising.last(user), audience_of(user)
    seen = Conference.objects.visible_to(user).with_people().filter(pk__in={one.conference_id for one in found})
    calls: dict[UUID | None, Call] = {one.pk: call_for(audience, one) for one in seen}
    return [
        {"at": one.raised_at, "name": alert_name(one.kind), "call": calls.get(one.conference_id), "queue": one.queue}
        for one in found
        if one.queue_id or one.conference_id in calls
    ]
