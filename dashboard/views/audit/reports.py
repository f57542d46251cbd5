"""Reports on listening: by team, supervisor and agent, of one person, and of one's own day; each as CSV too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from conferences.audit import access
from conferences.ingest.feed import latest
from conferences.models import Agent, Supervision, Team, full_name
from conferences.reports import figures, listened
from conferences.reports.figures import Sum
from conferences.reports.listened import MOST, Found, Listened, calls_of, load
from dashboard.forms.report_days import ReportDays
from dashboard.views.audit.actions import is_scoped, seen_of, teams_of, within_calls
from dashboard.views.audit.report_rows import columns, rows, stay_rows, stays_sheet, sums_sheet
from dashboard.views.audit.stays import length
from dashboard.views.live_page import live_page
from dashboard.views.supervisor_request import SupervisorRequest

KINDS: Final = {"team": _("Teams"), "supervisor": _("Supervisors"), "agent": _("Agents")}
_MAY_READ: Final = permission_required("conferences.view_auditentry", raise_exception=True)


@require_GET
@_MAY_READ
def reports(request: SupervisorRequest) -> HttpResponse:
    """Sums by team, by supervisor or by agent."""
    by = request.GET.get("by", "")
    by = by if by in KINDS else "team"
    days = ReportDays(request.GET)
    found = load(_readable(request.user), *days.within)
    sums = _sums(by, request.user, found.stays, days)
    if _wants_sheet(request, f"listening-by-{by}"):
        return sums_sheet(f"listening-by-{by}", sums)
    agents = sum(one.stays == 0 for one in sums) if by == "agent" else 0
    context = {"by": by, "kinds": KINDS, "form": days, "rows": rows(sums), "nobody_listened_to": agents}
    return _page(request, "dashboard/reports/reports.html", context, found)


@require_GET
@_MAY_READ
def of_agent(request: SupervisorRequest, pk: int) -> HttpResponse:
    """Who listened to one agent: for her to read, as the law may have it."""
    agent = get_object_or_404(Agent.objects.filter(team__in=teams_of(request.user)), pk=pk)
    days = ReportDays(request.GET)
    found = load(listened.of_agent(_readable(request.user), pk), *days.within)
    found = replace(found, stays=[one for one in found.stays if pk in one.agents])
    calls = calls_of([pk], *days.within).get(pk, 0)
    total = figures.add_up(pk, agent.name, found.stays, calls=calls, agents={pk})
    title = gettext("Listening to %(name)s") % {"name": agent.name}
    return _person(request, days, found, {"kind": "agent", "title": title, "total": rows([total])[0]})


@require_GET
@_MAY_READ
def of_supervisor(request: SupervisorRequest, pk: int) -> HttpResponse:
    """To whom one supervisor listened."""
    mine = _readable(request.user).filter(user=pk)
    user = get_object_or_404(User, pk=pk)
    days = ReportDays(request.GET)
    found = load(mine, *days.within)
    if is_scoped(request.user) and not mine.exists():
        raise Http404
    total = figures.add_up(pk, full_name(user), found.stays)
    title = gettext("Listening by %(name)s") % {"name": full_name(user)}
    return _person(request, days, found, {"kind": "supervisor", "title": title, "total": rows([total])[0]})


@require_GET
def mine(request: SupervisorRequest) -> HttpResponse:
    """What the reader herself listened to: today, to begin with."""
    days = ReportDays(request.GET, usual=1)
    found = load(Supervision.objects.filter(user=request.user), *days.within)
    total = figures.add_up(request.user.pk, full_name(request.user), found.stays)
    context = {"kind": "mine", "title": gettext("My listening"), "total": rows([total])[0]}
    return _person(request, days, found, context)


def _person(request: SupervisorRequest, days: ReportDays, found: Found, context: dict[str, Any]) -> HttpResponse:
    name = f"listening-{context['kind']}"
    if _wants_sheet(request, name, is_own=context["kind"] == "mine"):
        return stays_sheet(name, found.stays)
    pieces, most = columns(found.stays, days.days)
    seen = seen_of((one.call for one in found.stays), request.user)
    context |= {
        "form": days,
        "stays": stay_rows(found.stays, seen),
        "columns": pieces,
        "most": length(most),
        "days": days.days,
        "last_day": days.days[-1],
    }
    return _page(request, "dashboard/reports/person.html", context, found)


def _page(request: SupervisorRequest, template: str, context: dict[str, Any], found: Found) -> HttpResponse:
    may_export = context.get("kind") == "mine" or request.user.has_perm("conferences.export_audit")
    # The page is about no call; its socket keeps the reader's own supervision up to date.
    context |= live_page(request.user, latest(), {"conference": "none"})
    context["days_asked"] = context["form"].query
    return render(request, template, context | {"may_export": may_export, "is_cut": found.is_cut, "at_most": MOST})


def _wants_sheet(request: SupervisorRequest, name: str, *, is_own: bool = False) -> bool:
    """Whether CSV is asked for; that is an export of the audit, and on record, unless it is about oneself."""
    if "csv" not in request.GET:
        return False
    if not is_own:
        if not request.user.has_perm("conferences.export_audit"):
            raise PermissionDenied
        access.read(request.user, "report as CSV", name)
    return True


def _readable(user: User) -> QuerySet[Supervision]:
    return Supervision.objects.filter(within_calls(user))


def _sums(by: str, user: User, stays: list[Listened], days: ReportDays) -> list[Sum]:
    if by == "supervisor":
        return figures.by_supervisor(stays)
    agents = list(Agent.objects.filter(team__in=teams_of(user)))
    calls = calls_of([one.pk for one in agents], *days.within)
    if by == "agent":
        return figures.by_agent(stays, {one.pk: one.name for one in agents}, calls)
    teams = {team.pk: team.name for team in Team.objects.filter(pk__in={one.team_id for one in agents})}
    return figures.by_team(stays, teams, {one.pk: one.team_id for one in agents}, calls)
