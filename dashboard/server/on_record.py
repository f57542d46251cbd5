"""Tells the audit who asks, from where and in which login; and what was refused, or shown that not all may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.csrf import csrf_failure as plain_csrf_failure

from conferences.audit import access, acting
from conferences.policy import may_see_numbers

GetResponse = Callable[[HttpRequest], HttpResponse]

# Pages with customers' numbers, for those who see them in full, and what else not everybody may read.
WITH_NUMBERS: Final = frozenset({"board", "conference", "agents", "history", "unassigned"})
READ: Final = {
    "admin:conferences_fact_change": "fact",
    "admin:conferences_auditentry_changelist": "audit",
    "admin:conferences_auditentry_change": "audit",
    "audit": "audit",
    "reports": "reports",
    "report_of_agent": "report of an agent",
    "report_of_supervisor": "report of a supervisor",
}
_WHY: Final = {403: "no_right", 404: "not_there"}


def put_on_record(get_response: GetResponse) -> GetResponse:
    """Whatever is written to the audit meanwhile comes from this user, address and login."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        key = request.session.session_key or ""
        origin = acting.Origin(user, request.META.get("REMOTE_ADDR") or "", key)
        with acting.acting(origin):
            response = get_response(request)
            if user is not None and request.resolver_match is not None:
                _tell(request, response, user, origin)
        return response

    return middleware


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a forged form, or one whose page is too old, and have it put on record as that."""
    request.META["REFUSED_AS"] = "forgery"
    return plain_csrf_failure(request, reason=reason)


def _tell(request: HttpRequest, response: HttpResponse, user: User, origin: acting.Origin) -> None:
    match = request.resolver_match
    page = match.view_name if match else ""
    which = ", ".join(str(value) for value in (match.kwargs if match else {}).values())
    if response.status_code in _WHY and not origin.refused:
        why = request.META.get("REFUSED_AS", _WHY[response.status_code])
        access.refused(user, page, which=which, why=why, status=response.status_code)
    elif request.method == "GET" and response.status_code == 200:
        if page in READ:
            access.read(user, READ[page], which)
        elif page in WITH_NUMBERS and may_see_numbers(user):
            access.read(user, "numbers", which or page)
