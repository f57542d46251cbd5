"""Whether this process is alive, ready, and what it counts."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from conferences.feed import latest


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_GET
@permission_required("conferences.view_fact", raise_exception=True)
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while webhooks could not be stored; says which part is amiss."""
    parts = {
        "database": _database(),
        "public_key": bool(settings.TELNYX_PUBLIC_KEY),
        "api_key": bool(settings.TELNYX_API_KEY),
    }
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@require_GET
@permission_required("conferences.view_fact", raise_exception=True)
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _database() -> bool:
    try:
        latest()
    except DatabaseError:
        return False
    return True
