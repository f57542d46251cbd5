"""The audit page: one row for each action, what was asked and what came of it side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conferences.addresses import mask_numbers
from conferences.ingest.feed import latest
from conferences.models import AuditEntry, Conference, Supervision
from conferences.policy import may_see_numbers
from dashboard.forms.audit_filter import ACTIONS, RESULTS, WAITING, AuditFilter
from dashboard.presenters import fragments

PER_PAGE = 50


class AuditorRequest(HttpRequest):
    """A request of a user who may read the audit."""

    user: User


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. `result` is a key of RESULTS, `label` its words; None, empty: the provider said none."""

    result: str
    label: str
    at: datetime | None = None
    http_status: int | None = None
    sends: int | None = None
    code: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing somebody did or tried, in words, and its outcomes in order; never none."""

    at: datetime
    who: str
    ip: str
    name: str
    role: str
    targets: tuple[str, ...]
    conference: str
    conference_id: str
    call_control_id: str
    command_id: str
    said: str
    outcomes: tuple[Outcome, ...]
    call: UUID | None = None  # where the reader may see it, as it was then


@require_GET
@permission_required("conferences.view_auditentry", raise_exception=True)
def audit(request: AuditorRequest) -> HttpResponse:
    """The newest actions first, denied attempts among them; numbers masked for those who may not see them."""
    number = latest()
    numbers = may_see_numbers(request.user)
    asked = AuditFilter(request.GET, numbers=numbers)
    page = Paginator(asked.narrow(_actions()), PER_PAGE).get_page(request.GET.get("page"))
    told = str if numbers else mask_numbers
    calls = {entry.conference_id for entry in page if entry.conference_id is not None}
    seen = set(Conference.objects.visible_to(request.user).filter(pk__in=calls).values_list("pk", flat=True))
    actions = [
        replace(_action(entry, told), call=entry.conference_id if entry.conference_id in seen else None)
        for entry in page
    ]
    context = {"form": asked, "page": page, "actions": actions, "gaps": asked.gaps()}
    # The page is about no call; its socket keeps the reader's own supervision up to date.
    live = {"socket": f"/ws/board/?since={number}&conference=none", "feed": number}
    return render(
        request, "dashboard/audit/audit.html", context | live | {"bar": fragments.panel_context(request.user)}
    )


def _actions() -> QuerySet[AuditEntry]:
    """What was asked for, and what was denied before it could be: every entry that is not the outcome of another."""
    told = AuditEntry.objects.select_related("detail")
    return told.filter(intent=None).prefetch_related(Prefetch("outcomes", told.order_by("pk"))).order_by("-pk")


def _action(entry: AuditEntry, told: Callable[[str], str]) -> Action:
    outcomes = [entry] if entry.phase == AuditEntry.Phase.OUTCOME else list(entry.outcomes.all())
    last = outcomes[-1] if outcomes else entry
    return Action(
        at=entry.at,
        who=entry.actor_name,
        ip=entry.source_ip or "",
        name=ACTIONS.get(entry.action, entry.action),
        role=dict(Supervision.Role.choices).get(entry.role, entry.role),
        targets=tuple(str(target.get("name", "")) for target in entry.targets),
        conference=told(entry.conference_name),
        conference_id=entry.telnyx_conference_id,
        call_control_id=last.call_control_id or entry.call_control_id,
        command_id=entry.command_id,
        said=told(entry.claim),
        outcomes=tuple(_outcome(one, told) for one in outcomes) or (Outcome(WAITING, RESULTS[WAITING]),),
    )


def _outcome(entry: AuditEntry, told: Callable[[str], str]) -> Outcome:
    return Outcome(
        result=entry.result,
        label=RESULTS.get(entry.result, entry.result),
        at=entry.at,
        http_status=entry.http_status,
        sends=entry.sends,
        code=entry.provider_code,
        text=told(entry.provider_text),
        note=told(entry.note),
    )
