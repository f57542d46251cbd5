"""Where browsers report what a page's Content-Security-Policy kept from running: counted, and told of now and then."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from structlog.stdlib import get_logger

from conferences import metrics

log = get_logger(__name__)

LARGEST: Final = 16_384
TOLD_EVERY: Final = 10.0  # seconds: anybody may report anything, and shall not fill the log
OTHER: Final = "other"

_told_at = -TOLD_EVERY
_lock = Lock()


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Count a report by the directive that was violated. Nothing of it is stored, and its addresses are not told."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse("The report is larger than 16 KB.", status=413, content_type="text/plain")
    directive = _directive(body)
    metrics.POLICY_REPORTS.labels(directive).inc()
    if _is_time():
        log.warning("policy violated", directive=directive)
    return HttpResponse(status=204)


def _directive(body: bytes) -> str:
    try:
        report = orjson.loads(body)["csp-report"]
        named = str(report.get("effective-directive") or report["violated-directive"]).partition(" ")[0]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return OTHER
    return named if named in metrics.POLICY_DIRECTIVES else OTHER


def _is_time() -> bool:
    global _told_at  # noqa: PLW0603 - one for the process
    with _lock:
        if time.monotonic() - _told_at < TOLD_EVERY:
            return False
        _told_at = time.monotonic()
        return True
