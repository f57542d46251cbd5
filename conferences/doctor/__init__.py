"""Examines an installation: settings, stores, directory and provider; says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db.models import Max
from django.urls import reverse

from conferences import clock, provider
from conferences.doctor import application, clocks, deliveries, keeping, keys, mail, people, stores, testcalls
from conferences.doctor.findings import Finding, Level, warning
from conferences.ingest.webhooks import refused_requests
from conferences.models import BackfillCursor, Fact
from conferences.telnyx.errors import TelnyxError

__all__ = ["Finding", "Level", "at_a_glance", "examine"]

LATELY = timedelta(hours=24)
DELAYS = 200


@dataclass(frozen=True, slots=True)
class _Heard:
    """What our own records tell of webhooks: when the last came, and how many seconds the latest took."""

    last: datetime | None
    delays: tuple[float, ...]
    looked_until: datetime | None
    turned_away: list[str]
    in_old_format: int


def examine() -> Iterator[Finding]:
    """Yield what is found, as it is found; the provider's part takes some twenty seconds when it does not answer.

    Changes nothing, but for a message of its own through the channel layer. What is away is a finding, no failure.
    """
    yield keys.public_key()
    yield keys.caller_id()
    yield from stores.database()
    try:
        heard: _Heard | None = _heard()
        yield from people.examine()
        yield testcalls.examine()
        yield mail.server()
    except DatabaseTrouble:
        heard = None
        fix = "Mend what is said of the database first."
        yield warning("Directory", "Not looked at, as the database cannot be read.", fix)
    yield keeping.audit_key()
    if heard is not None:
        yield keeping.pruned(clock.now())
    yield stores.channel_layer()
    yield stores.static_files()
    yield from _provider(heard)
    if heard is not None:
        yield from _told(heard)
        yield clocks.against_webhooks(heard.delays)


def at_a_glance() -> Iterator[Finding]:
    """Yield what our own settings and rows tell, in a few queries; neither the provider nor a store is asked."""
    yield keys.public_key()
    yield keys.caller_id()
    yield from people.examine()
    yield testcalls.examine()
    yield from _told(_heard())


def _told(heard: _Heard) -> Iterator[Finding]:
    yield deliveries.arrived(heard.last, clock.now())
    yield deliveries.turned_away(heard.turned_away, heard.in_old_format)
    yield deliveries.looked_through(heard.looked_until, clock.now())
    yield deliveries.parked(Fact.objects.filter(outcome=Fact.Outcome.PARKED).count())


def _provider(heard: _Heard | None) -> Iterator[Finding]:
    found = keys.api_key()
    yield found
    if found.level is not Level.OK:
        yield warning("Application", "Not looked at, as the provider does not answer us.", "Mend that first.")
        return
    problem, record = keys.application()
    if problem is not None:
        yield problem
    else:
        last = heard.last if heard else None
        yield from application.examine(record, _door(last))
        yield _deliveries(str(record.get("webhook_event_url") or ""), last)
    yield clocks.against_provider(provider.client().health.clock_ahead)


def _door(last_heard: datetime | None) -> application.WebhookEndpoint:
    return application.WebhookEndpoint(
        path=reverse("telnyx_webhook"),
        hosts=tuple(settings.ALLOWED_HOSTS),
        origins=tuple(settings.ORIGINS),
        from_afar=not application.is_local(settings.TELNYX_BASE_URL),
        is_used=last_heard is not None and clock.now() - last_heard < LATELY,
    )


def _deliveries(url: str, last_heard: datetime | None) -> Finding:
    failed = provider.client().webhook_deliveries(clock.now() - deliveries.LOOK_BACK)
    try:
        return deliveries.examine(failed, url, last_heard)
    except TelnyxError as trouble:
        return keys.trouble("Deliveries", trouble)


def _heard() -> _Heard:
    webhooks = Fact.objects.filter(source=Fact.Source.WEBHOOK)
    first_tries = webhooks.filter(attempt=1, received_at__gte=clock.now() - LATELY).order_by("-id")[:DELAYS]
    times = first_tries.values_list("occurred_at", "received_at")
    delays = tuple((received_at - occurred_at).total_seconds() for occurred_at, received_at in times)
    looked_until = BackfillCursor.objects.values_list("until", flat=True).first()
    now = clock.now()
    last = webhooks.aggregate(last=Max("received_at"))["last"]
    return _Heard(last, delays, looked_until, refused_requests.lately(now), refused_requests.in_old_format(now))
