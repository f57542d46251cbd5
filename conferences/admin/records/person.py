"""A person at a glance: where an agent or a supervisor is, what was, and what each may do and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from conferences.admin.loading.rights import may_load
from conferences.models import Agent, Leg, Participant, Supervision, Supervisor
from conferences.policy import PERMISSIONS

LAST: Final = 10
_RIGHTS: Final = {
    **{str(role.label): right for role, right in PERMISSIONS.items()},
    "Joining otherwise than a queue's policy says": "conferences.override_join_policy",
    "Customers' numbers in full": "conferences.view_customer_number",
    "Calls of no team": "conferences.view_unassigned",
    "Ending others' supervision": "conferences.end_supervision",
    "Reading the audit": "conferences.view_auditentry",
}


@require_GET
def agent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an agent: legs that are up, last calls, and to who may read the audit, who listened."""
    user = _reader(request)
    found = get_object_or_404(Agent.objects.select_related("team").prefetch_related("addresses"), pk=pk)
    participants = Participant.objects.filter(leg__agent=found).select_related("conference__queue").order_by("-pk")
    listened = Supervision.objects.filter(conference__participants__leg__agent=found).exclude(joined_at=None)
    return _page(
        request,
        found,
        {
            "addresses": found.addresses.all(),
            "links": {"Past calls": f"{reverse('history')}?agent={found.pk}"},
            "asked": urlencode({"agent": found.name}),
            "legs": Leg.objects.up().filter(agent=found).order_by("-pk") if _may(user, "view_leg") else None,
            "participants": participants[:LAST] if _may(user, "view_conference") else None,
            "supervisions": _last(listened) if _may(user, "view_auditentry") else None,
        },
    )


@require_GET
def supervisor(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a supervisor: devices, each right with where it comes from, and to who may read the audit, what was done."""
    user = _reader(request)
    rows = Supervisor.objects.select_related("user").prefetch_related("devices", "teams", "user__groups__permissions")
    found = get_object_or_404(rows, pk=pk)
    return _page(
        request,
        found,
        {
            "addresses": found.devices.all(),
            "links": _her_board(user, found),
            "asked": urlencode({"supervisor": str(found)}),
            "teams": found.teams.all(),
            "rights": [(name, [*_origins(found.user, right)]) for name, right in _RIGHTS.items()],
            "supervisions": _last(Supervision.objects.filter(user=found.user))
            if _may(user, "view_auditentry")
            else None,
        },
    )


def _her_board(user: User, found: Supervisor) -> dict[str, str]:
    """The board as she sees it, for whoever may see one."""
    return {"The board as she sees it": reverse("board_of", args=[found.pk])} if _may(user, "view_board") else {}


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_load(request.user):
        raise PermissionDenied("You may not look after people.")
    return request.user


def _may(user: User, codename: str) -> bool:
    return user.has_perm(f"conferences.{codename}")


def _last(rows: Any) -> Any:
    return rows.select_related("user", "conference").distinct().order_by("-created_at")[:LAST]


def _origins(user: User, right: str) -> Iterator[str]:
    """Yield where a person has a right from; nothing for one that she lacks."""
    if not user.is_active:
        return
    if user.is_superuser:
        yield "superuser"
    app, codename = right.split(".")
    if user.user_permissions.filter(content_type__app_label=app, codename=codename).exists():
        yield "given to this user"
    groups = Group.objects.filter(user=user, permissions__content_type__app_label=app, permissions__codename=codename)
    yield from (f"group {group.name}" for group in groups.order_by("name"))


def _page(request: HttpRequest, person: Agent | Supervisor, context: dict[str, Any]) -> HttpResponse:
    opts = person._meta  # noqa: SLF001 - what the admin's own templates take
    page = admin.site.each_context(request) | {"title": str(person), "person": person, "opts": opts}
    return TemplateResponse(request, "admin/person/person.html", page | context)
