"""Two small rules for every response: no copies are kept, and an expired login never lands inside a fragment."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

GetResponse = Callable[[HttpRequest], HttpResponse]


def login_for_htmx(get_response: GetResponse) -> GetResponse:
    """Send the whole page to the login when an HTMX request was redirected there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.headers.get("HX-Request") and response.status_code == 302:
            to = response.headers["Location"]
            if to.startswith(resolve_url("login")):
                return HttpResponseClientRedirect(resolve_url("login"))
        return response

    return middleware


def keep_no_copy(get_response: GetResponse) -> GetResponse:
    """Callers' numbers stay out of browser and proxy caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
