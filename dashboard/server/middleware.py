"""Small rules for every request: no copy is kept, an expired login leads back, no pattern is matched against rows.

And one line in the log for each by which a user means to change something.
"""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from structlog.stdlib import get_logger

log = get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


def login_for_htmx(get_response: GetResponse) -> GetResponse:
    """Send the whole page to the login when an HTMX request was redirected there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.headers.get("HX-Request") and response.status_code == 302:
            to = response.headers["Location"]
            if to.startswith(resolve_url("account_login")):
                return HttpResponseClientRedirect(_login_back_to(request))
        return response

    return middleware


def _login_back_to(request: HttpRequest) -> str:
    """The page she was on is where she wants to be again, not the fragment that was asked for."""
    page = HtmxDetails(request).current_url_abs_path
    login = resolve_url("account_login")
    return f"{login}?{urlencode({'next': page})}" if page else login


def refuse_patterns(get_response: GetResponse) -> GetResponse:
    """No regular expression is taken from an address: SQLite matches it with the whole server standing still."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any(part in ("regex", "iregex") for name in request.GET for part in name.split("__")):
            return HttpResponseBadRequest("Patterns (regex) cannot be searched for.", content_type="text/plain")
        return get_response(request)

    return middleware


def keep_no_copy(get_response: GetResponse) -> GetResponse:
    """Callers' numbers stay out of browser and proxy caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def tell_of_actions(get_response: GetResponse) -> GetResponse:
    """Write a line for each request of a user that may change something: its page, who, what came of it, how long.

    Never its address or its form, which may hold what people search for. Looking is not told of, it is most of all; nor
    what a stranger sends, who could fill the disk with it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = get_response(request)
        if request.user.is_authenticated and request.method not in ("GET", "HEAD", "OPTIONS"):
            page = request.resolver_match.view_name if request.resolver_match else ""
            seconds = round(time.monotonic() - began, 3)
            log.info("request", page=page, user=request.user.pk, status=response.status_code, seconds=seconds)
        return response

    return middleware
