"""POST /webhooks/telnyx/ as a view: for servers that do not go through `application`, one delivery at a time."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conferences import metrics
from conferences.ingest.batches import receive_all
from conferences.ingest.webhooks.checking import LARGEST_BODY, UNREADABLE, Answer, answer_to, check, count
from conferences.ingest.webhooks.refused_requests import tally


@csrf_exempt
@login_not_required
@require_POST
def telnyx(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the event is on disk, also for one that is unusable: sending it again would not help.

    400: not signed by the provider just now. 413: too large. 503: not stored, send it again.
    """
    with metrics.ACK.time():
        answer = count(_take(request))
    if answer.reason is not None:
        tally.add(answer.reason)
    return HttpResponse(answer.sentence, status=answer.status, content_type="text/plain")


def _take(request: HttpRequest) -> Answer:
    try:
        body = request.read(LARGEST_BODY + 1)  # not as many as Content-Length claims: it may be absent, odd or a lie
    except UnreadablePostError:
        return UNREADABLE
    checked = check(body, request.headers)
    return checked if isinstance(checked, Answer) else answer_to(receive_all([checked])[0])
