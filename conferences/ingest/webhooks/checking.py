"""Tells a webhook that is to be stored from whatever else is posted; the same under every server."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from conferences import clock, metrics, tracing
from conferences.ingest.batches import Delivery, Outcome
from conferences.ingest.inbox import Receipt
from conferences.ingest.webhooks.refused_requests import Reason
from conferences.liveness import boundaries
from conferences.provider import public_keys
from conferences.telnyx.signature import TIMESTAMP_HEADER, InvalidSignature, verify

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What whoever posted is told, and under which reason it is counted that it was turned away."""

    status: int
    sentence: str
    reason: Reason | None = None


STORED: Final = Answer(200, "ok")
NOT_STORED: Final = Answer(503, "Not stored; please send it again.")
UNREADABLE: Final = Answer(400, "Not accepted.", Reason.UNREADABLE)
TOO_LARGE: Final = Answer(413, "The body is too large.", Reason.TOO_LARGE)


def check(body: bytes, headers: Mapping[str, str]) -> Delivery | Answer:
    """Return what is to be stored or, for what the provider has not signed just now, the answer to it.

    Of a body larger than `LARGEST_BODY` no more than one byte beyond that need be given.
    """
    try:
        keys = public_keys(settings.TELNYX_PUBLIC_KEY)
    except ValueError as error:
        log.error("No webhook can be verified: TELNYX_PUBLIC_KEY is unusable. %s", error)  # noqa: TRY400 - it says all
        return NOT_STORED
    if len(body) > LARGEST_BODY:
        return TOO_LARGE
    try:
        key_index = verify(body, headers, keys, time.time())
    except InvalidSignature as error:
        return Answer(400, "Not accepted.", Reason(error.flaw.value))
    clock.suppose(time.time() - int(headers[TIMESTAMP_HEADER]))
    return Delivery(body, clock.now(), key_index, tracing.current_request())


def answer_to(outcome: Outcome) -> Answer:
    """Return what to answer once it is known what became of a delivery: 200 only for what is on disk.

    503 for the rest: the provider sends again on 5xx and on no answer, not on other 4xx (Telnyx docs: Voice API
    webhooks).
    """
    if not isinstance(outcome, Receipt):
        log.error("A webhook could not be stored", exc_info=outcome)
        boundaries.STORING.note(outcome)
        return NOT_STORED
    boundaries.STORING.went_well()
    metrics.WEBHOOKS.labels(outcome.value).inc()
    return STORED


def count(answer: Answer) -> Answer:
    """Count an answer that turns away."""
    if answer is not STORED:
        metrics.WEBHOOKS.labels(f"http_{answer.status}").inc()
    return answer


for _outcome in (*(receipt.value for receipt in Receipt), "http_400", "http_413", "http_503"):
    metrics.WEBHOOKS.labels(_outcome)
