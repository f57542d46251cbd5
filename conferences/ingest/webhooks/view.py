"""POST /webhooks/telnyx/: verify, store, answer; nothing slow, nothing that waits for provider or screen."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as NotStored
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conferences import clock, metrics
from conferences.ingest import inbox
from conferences.ingest.webhooks.refused_requests import Reason, tally
from conferences.provider import public_keys
from conferences.telnyx.signature import TIMESTAMP_HEADER, InvalidSignature, verify

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024


@csrf_exempt
@login_not_required
@require_POST
def telnyx(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the event is on disk, also for one that is unusable: sending it again would not help.

    400: not signed by the provider just now. 413: too large. 503: not stored, send it again (the provider retries on
    5xx and on no answer, not on other 4xx; Telnyx docs: Voice API webhooks).
    """
    try:
        keys = public_keys(settings.TELNYX_PUBLIC_KEY)
    except ValueError as error:
        log.error("No webhook can be verified: TELNYX_PUBLIC_KEY is unusable. %s", error)  # noqa: TRY400 - it says all
        return _refuse(503, "Not stored; please send it again.")
    try:
        body = request.read(LARGEST_BODY + 1)  # not as many as Content-Length claims: it may be absent, odd or a lie
        if len(body) > LARGEST_BODY:
            tally.add(Reason.TOO_LARGE)
            return _refuse(413, "The body is too large.")
        key_index = verify(body, request.headers, keys, time.time())
        clock.suppose(time.time() - int(request.headers[TIMESTAMP_HEADER]))
        receipt = inbox.receive(body, received_at=clock.now(), key_index=key_index)
    except InvalidSignature as error:
        tally.add(Reason(error.flaw.value))
        return _refuse(400, "Not accepted.")
    except UnreadablePostError:
        tally.add(Reason.UNREADABLE)
        return _refuse(400, "Not accepted.")
    except NotStored:
        log.exception("A webhook could not be stored")
        return _refuse(503, "Not stored; please send it again.")
    metrics.WEBHOOKS.labels(receipt.value).inc()
    return HttpResponse("ok", content_type="text/plain")


def _refuse(status: int, sentence: str) -> HttpResponse:
    metrics.WEBHOOKS.labels(f"http_{status}").inc()
    return HttpResponse(sentence, status=status, content_type="text/plain")
