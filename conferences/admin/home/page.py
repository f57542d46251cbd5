"""What the admin's first page shows beside its lists, and the page of a whole examination."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from conferences import clock
from conferences.addresses import masked, readable
from conferences.admin.home.steps import steps
from conferences.admin.loading.rights import may_load
from conferences.doctor import Finding, Level, at_a_glance, examine
from conferences.liveness import pulse
from conferences.liveness.provider_silence import last_word
from conferences.models import Conference, Fact, Leg, Supervision
from conferences.policy import may_see_numbers, may_see_unassigned
from conferences.unassigned.addresses import seen_since, today

UNKNOWN_SHOWN: Final = 5
_PLACES: Final = {
    "loading": ("admin:load_directory", ""),
    "agents": ("admin:conferences_agent_changelist", ""),
    "agents lacking": ("admin:conferences_agent_changelist", "?lacking=yes"),
    "queues lacking": ("admin:conferences_queue_changelist", "?lacking=yes"),
    "supervisors": ("admin:conferences_supervisor_changelist", ""),
    "unknown": ("admin:conferences_unknownaddress_changelist", ""),
    "test call": ("admin:test_call", ""),
    "parked": ("admin:conferences_fact_changelist", "?outcome__exact=parked"),
}


def pages(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return the pages of the admin that list no table, for who may open them: section, name, address."""
    if not isinstance(request.user, User) or not may_load(request.user):
        return []
    return [
        ("Directory", "Load from a file", reverse("admin:load_directory")),
        ("System", "Examination", reverse("admin:examination")),
        ("System", "Test call", reverse("admin:test_call")),
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the first page tells whoever may change the directory; nothing for others."""
    user = request.user
    if not isinstance(user, User) or not may_load(user):
        return {}
    setting_up = list(steps())
    return {
        "findings": [_told(one) for one in at_a_glance() if one.level is not Level.OK],
        "steps": setting_up,
        "is_set_up": all(one.is_done for one in setting_up),
        "figures": _figures(),
        "unknown": _unknown(user) if may_see_unassigned(user) else [],
    }


@require_GET
def examination(request: HttpRequest) -> HttpResponse:
    """Show everything that `manage.py doctor` finds; the provider is asked, which may take twenty seconds."""
    if not isinstance(request.user, User) or not may_load(request.user):
        raise PermissionDenied("You may not change the directory.")
    found = [_told(one) for one in examine()]
    page = admin.site.each_context(request) | {"title": "Examination", "findings": found}
    return TemplateResponse(request, "admin/home/examination.html", page)


def _told(finding: Finding) -> dict[str, Any]:
    name, query = _PLACES.get(finding.where, ("", ""))
    return {"finding": finding, "level": finding.level.name.lower(), "url": f"{reverse(name)}{query}" if name else ""}


def _figures() -> list[tuple[str, str]]:
    now = timezone.now()
    live = Conference.objects.live()
    return [
        ("Live calls", str(live.count())),
        ("Legs that are up", str(Leg.objects.up().count())),
        ("Supervising now", str(Supervision.objects.running().count())),
        ("Of no team", str(live.unassigned().count())),
        ("Last word from Telnyx", _ago(last_word(), now)),
        ("Last read-back", _ago(pulse.last(pulse.RECONCILER), now)),
        ("Facts parked", str(Fact.objects.filter(outcome=Fact.Outcome.PARKED).count())),
    ]


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{clock.age_text(max(now - moment, now - now), most=120)} ago" if moment else "none so far"


def _unknown(user: User) -> list[dict[str, Any]]:
    say = readable if may_see_numbers(user) else masked
    found = seen_since(today(timezone.now()))[:UNKNOWN_SHOWN]
    return [{"address": say(one.address), "times": one.times, "live": one.live} for one in found]
