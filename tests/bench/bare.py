"""The floor: the least that a Django view does for a webhook, which is to verify, parse and insert one row."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from conferences.fold import order
from conferences.models import Fact
from conferences.provider import public_keys
from conferences.telnyx.events import parse
from conferences.telnyx.signature import InvalidSignature, verify


def receive(request: HttpRequest) -> HttpResponse:
    now = time.time()
    try:
        verify(request.body, request.headers, public_keys(settings.TELNYX_PUBLIC_KEY), now)
    except InvalidSignature:
        return HttpResponse(status=400, headers={"Content-Length": "0"})
    received_at = datetime.fromtimestamp(now, UTC)
    event = parse(request.body, received_at)
    Fact.objects.create(
        event_id=event.id,
        event_type=event.type,
        source=Fact.Source.WEBHOOK,
        outcome=Fact.Outcome.IGNORED,  # the product is not to project it
        occurred_at=event.occurred_at,
        received_at=received_at,
        order=order(event),
        conference_id=event.conference_id or "",
        call_control_id=event.call_control_id or "",
        body=request.body,
    )
    return HttpResponse("ok", headers={"Content-Length": "2"})


urlpatterns = [path("webhooks/telnyx/", receive), path("healthz", lambda _: HttpResponse("ok"))]
