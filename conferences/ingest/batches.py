"""Stores several webhooks at once: one transaction, one wait for the disk, each row read and written once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, OperationalError, transaction

from conferences import clock, tracing
from conferences.fold import order
from conferences.ingest import feed, inbox
from conferences.ingest.inbox import Receipt
from conferences.ingest.projection import project
from conferences.liveness import boundaries
from conferences.liveness.boundaries import cause_of
from conferences.models import Fact
from conferences.telnyx.events import Event, encode, parse
from conferences.telnyx.events.redaction import redact

log = logging.getLogger(__name__)

Outcome = Receipt | DatabaseError


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook: its raw bytes, when they came and by which request, and which configured key signed them."""

    body: bytes
    received_at: datetime
    key_index: int | None = None
    request: str = ""


def receive_all(deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Do for each of these what `inbox.receive` does, and return what became of each, in their order.

    What keeps one of them from counting is no other's loss: then they are stored one by one. Instead of a receipt
    there is what the database raised, for each that is not stored.
    """
    events = _first_of_each(deliveries) if len(deliveries) > 1 else {}
    done: Mapping[int, Receipt] = {}
    try:
        done = _store(events, deliveries) if events else {}
    except OperationalError as error:  # locked or away: asking again for each would only keep them waiting
        return [error for _ in deliveries]
    except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
        log.warning("%s webhooks are stored one by one: %s", len(deliveries), cause_of(error))
    return [done[place] if place in done else _receive(one) for place, one in enumerate(deliveries)]


def record_all(
    event_type: str, payloads: Sequence[Mapping[str, Any]], *, source: Fact.Source, occurred_at: datetime
) -> None:
    """Do for each of these what `inbox.record` does, in one transaction. Raises what the database raises.

    What keeps one of them from counting is no other's loss: then they are stored one by one.
    """
    if len(payloads) > 1:
        events = [Event(str(uuid.uuid4()), event_type, occurred_at, payload) for payload in payloads]
        facts = [inbox.fact_of(one, encode(one), source, received_at=clock.now()) for one in events]
        try:
            with feed.writing():
                Fact.objects.bulk_create(facts)
                project([redact(one) for one in events], now=facts[0].received_at, are_fresh=False)
                transaction.on_commit(inbox.announce, robust=True)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
            log.warning("%s facts of our own are stored one by one: %s", len(facts), cause_of(error))
        else:
            boundaries.FACTS.went_well()
            return
    for payload in payloads:
        inbox.record(event_type, payload, source=source, occurred_at=occurred_at)


def _receive(delivery: Delivery) -> Outcome:
    try:
        with tracing.during(delivery.request):
            return inbox.receive(delivery.body, received_at=delivery.received_at, key_index=delivery.key_index)
    except DatabaseError as error:
        return error


def _first_of_each(deliveries: Iterable[Delivery]) -> dict[int, Event]:
    """The events by their places, each id once; what cannot be read is left for `inbox.receive` to judge."""
    events: dict[int, Event] = {}
    ids: set[str] = set()
    for place, delivery in enumerate(deliveries):
        try:
            event = parse(delivery.body, delivery.received_at)
            order(redact(event))
        except Exception:  # noqa: BLE001, S112 - a boundary, where one of them is received by itself
            continue
        if event.id not in ids:
            events[place] = event
            ids.add(event.id)
    return events


def _store(events: Mapping[int, Event], deliveries: Sequence[Delivery]) -> dict[int, Receipt]:
    """Store those that are new and bring the rows up to date; return their receipts by their places."""
    facts = {place: _fact(event, deliveries[place]) for place, event in events.items()}
    with tracing.feed_numbers() as numbers, feed.writing():
        ids = [fact.event_id for fact in facts.values()]
        twins = {twin.event_id: twin for twin in Fact.objects.filter(event_id__in=ids)}
        new = {place: fact for place, fact in facts.items() if fact.event_id not in twins}
        Fact.objects.bulk_create(new.values())
        effective = [redact(events[place]) for place, fact in new.items() if _counts(fact)]
        if effective:
            project(effective, now=max(deliveries[place].received_at for place in new), are_fresh=True)
        transaction.on_commit(inbox.announce, robust=True)
    boundaries.FACTS.went_well()
    known = {place: twins[fact.event_id] for place, fact in facts.items() if fact.event_id in twins}
    again = [place for place, twin in known.items() if inbox.repeats(twin, redact(events[place]))]
    tracing.stored(
        [fact.event_id for fact in new.values()],
        numbers,
        known=[twin.event_id for twin in known.values()],
        requests=[deliveries[place].request for place in facts],
    )
    told = {place: Receipt.NEW if _counts(fact) else Receipt.IGNORED for place, fact in new.items()}
    return told | dict.fromkeys(again, Receipt.DUPLICATE)


def _fact(event: Event, delivery: Delivery) -> Fact:
    source, received_at = Fact.Source.WEBHOOK, delivery.received_at
    return inbox.fact_of(event, delivery.body, source, received_at=received_at, key_index=delivery.key_index)


def _counts(fact: Fact) -> bool:
    return fact.outcome == Fact.Outcome.APPLIED
