"""Whether this process is alive, ready, and what it counts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard.views.monitoring import exposition, readiness

View = Callable[[HttpRequest], HttpResponse]


def for_operators(view: View) -> View:
    """Let in probes that carry METRICS_TOKEN (`Authorization: Bearer …`) and users who may view facts.

    401 for anybody else who is not logged in, 403 for other users. An empty METRICS_TOKEN lets no probe in. Where a
    request comes from counts for nothing: behind a proxy on this machine all of them come from 127.0.0.1.
    """

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if _carries_token(request):
            return view(request)
        if not request.user.is_authenticated:
            sentence = "Send METRICS_TOKEN as a bearer token, or log in."
            return HttpResponse(sentence, "text/plain", 401, headers={"WWW-Authenticate": 'Bearer realm="Earshot"'})
        if not request.user.has_perm("conferences.view_fact"):
            raise PermissionDenied
        return view(request)

    return guarded


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 for as long as the process answers at all; open to anybody, tells nothing and asks nothing."""
    return HttpResponse("ok", content_type="text/plain")


@for_operators
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of each part of `readiness` whether it is fit, as `ok` or in a sentence; 503 unless all are."""
    parts = readiness.parts()
    return JsonResponse(parts, status=200 if all(map(readiness.is_fit, parts.values())) else 503)


@for_operators
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """What this process has counted since it started, and how things are now, as Prometheus reads it."""
    exposition.refresh()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _carries_token(request: HttpRequest) -> bool:
    token = str(getattr(settings, "METRICS_TOKEN", ""))
    sent = request.headers.get("Authorization", "")
    return bool(token) and secrets.compare_digest(sent.encode(), f"Bearer {token}".encode())
