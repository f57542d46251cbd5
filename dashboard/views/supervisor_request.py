"""A request of a supervisor, as every view of calls takes it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class SupervisorRequest(HttpRequest):
    """A request of a logged-in user (LoginRequiredMiddleware), perhaps by HTMX."""

    user: User
    htmx: HtmxDetails


def client_ip(request: HttpRequest) -> str | None:
    """Return the address that the request came from, or None when the server does not tell it."""
    return request.META.get("REMOTE_ADDR") or None
