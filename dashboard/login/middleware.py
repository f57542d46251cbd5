"""What every request passes: whether its login is over, and why; and whether it is complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from conferences.audit import logins as audit
from conferences.logins import sessions
from conferences.models import Login
from dashboard.login.unfinished import Need, needed

GetResponse = Callable[[HttpRequest], HttpResponse]

WHY_COOKIE: Final = "why-logged-out"
# What pages ask for by themselves: it says nothing of anybody being there.
BY_ITSELF: Final = frozenset({"feed", "csp_report"})
# Where a login is completed, and left.
_PLACES: Final = {
    Need.PASSWORD: ("account_change_password",),
    Need.SET_UP: ("account", "account_change_password", "account_reauthenticate", "mfa_"),
    Need.FACTOR: ("mfa_reauthenticate",),
}
_ALWAYS: Final = ("account_logout", "account_login", "csp_report", "healthz")


def keep_limits(get_response: GetResponse) -> GetResponse:
    """End a login whose time is over, and let the login's page know why whoever comes back is asked again.

    That is kept in a cookie: it is often a page by itself that finds out first.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        login = sessions.find(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        why = sessions.end_of(login) if login is not None else None
        if login is not None and why is not None and request.user.is_authenticated:
            if sessions.end([login], why):
                audit.ended(login.user, why)
            logout(request)
        request.COOKIES[WHY_COOKIE] = why or request.COOKIES.get(WHY_COOKIE, "")
        response = get_response(request)
        if why is not None:
            tell_why(response, why)
        elif login is not None and request.user.is_authenticated and _is_her_own(request):
            sessions.note_request(login)
        return response

    return middleware


def finish_logins(get_response: GetResponse) -> GetResponse:
    """Lead a login that is not complete to where it is completed, whatever was asked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = _lead  # type: ignore[attr-defined]
    return middleware


def _lead(request: HttpRequest, *_: Any) -> HttpResponse | None:
    need = needed(request.user, request.session) if request.user.is_authenticated else None
    name = request.resolver_match.view_name if request.resolver_match else ""
    if need is None or name in _ALWAYS or name.startswith(_PLACES[need]):
        return None
    where = _where(need, request)
    return HttpResponseClientRedirect(where) if request.headers.get("HX-Request") else redirect(where)


def _where(need: Need, request: HttpRequest) -> str:
    if need is not Need.FACTOR:
        return reverse("account_change_password" if need is Need.PASSWORD else "account")
    wanted = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else "/"
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': wanted})}"


def _is_her_own(request: HttpRequest) -> bool:
    return request.resolver_match is None or request.resolver_match.view_name not in BY_ITSELF


def tell_why(response: HttpResponse, why: Login.End) -> None:
    """Let the login's page say why whoever comes to it is asked."""
    secure = settings.SESSION_COOKIE_SECURE
    path = reverse("account")
    response.set_cookie(WHY_COOKIE, why.value, max_age=600, path=path, secure=secure, httponly=True, samesite="Lax")
