"""Stores each fact once and projects it in the same transaction; the only writer of facts."""

from __future__ import annotations

import enum
import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from conferences import clock, signals, tracing
from conferences.fold import WITHOUT_EFFECT, is_handled, is_ours, order
from conferences.ingest import feed
from conferences.ingest.projection import fold_again, project
from conferences.liveness import boundaries
from conferences.liveness.boundaries import cause_of, trace_of
from conferences.models import Fact
from conferences.telnyx.events import Event, Unusable, encode, parse
from conferences.telnyx.events.redaction import redact, redact_bytes


class Receipt(enum.Enum):
    """What became of a delivery; all of them mean that it is on disk and need not be sent again."""

    NEW = "new"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    DEAD = "dead"
    PARKED = "parked"


def receive(body: bytes, *, received_at: datetime, key_index: int | None = None) -> Receipt:
    """Store a verified webhook's bytes and bring the rows up to date, in one transaction.

    Bytes that carry no event are kept as a dead letter with the reason; what a mistake of ours keeps from counting is
    parked. Raises what the database raises: then nothing was stored and the provider is to send again.
    """
    try:
        event = parse(body, received_at)
        order(redact(event))  # what storing does with it may fail no more; the bytes are redacted there
    except Unusable as error:
        return _store_dead_letter(body, received_at, error.reason, key_index)
    except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
        boundaries.FACTS.note(error)
        return _store_dead_letter(body, received_at, cause_of(error), key_index, trace=trace_of(error))
    with tracing.feed_numbers() as numbers:
        receipt = _store(event, body, Fact.Source.WEBHOOK, received_at=received_at, key_index=key_index)
    is_known = receipt is Receipt.DUPLICATE
    tracing.stored([] if is_known else [event.id], numbers, known=[event.id] if is_known else [])
    return receipt


def record(event_type: str, payload: Mapping[str, Any], *, source: Fact.Source, occurred_at: datetime) -> Receipt:
    """Store a fact of our own: a read-back (`readback.*`) or an accepted command (`command.*`)."""
    event = Event(id=str(uuid.uuid4()), type=event_type, occurred_at=occurred_at, payload=payload)
    return _store(event, encode(event), source, received_at=clock.now())


def store_backfilled(event: Event) -> Receipt:
    """Store an event that the provider recorded and no webhook brought; one that is known by its id is left as it is.

    Trusted because we asked for it with our key, as a webhook is for its signature.
    """
    return _store(event, encode(event), Fact.Source.BACKFILL, received_at=clock.now())


def reapply_ignored() -> int:
    """Let facts count that were ignored when they came and whose type the fold has learnt since; return how many.

    Nothing shows them before their conferences and legs are folded again. Call while `feed.writing`.
    """
    ignored = Fact.objects.filter(outcome=Fact.Outcome.IGNORED)
    types = [one for one in set(ignored.values_list("event_type", flat=True)) if _has_effect(one, Fact.Source.WEBHOOK)]
    return ignored.filter(event_type__in=types).update(outcome=Fact.Outcome.APPLIED, reason="")


def fact_of(
    event: Event, body: bytes, source: Fact.Source, *, received_at: datetime, key_index: int | None = None
) -> Fact:
    """Return the fact that an event is to be stored as, unsaved, without what nobody may keep. `body` is its bytes."""
    told, event = event, redact(event)
    handled = _has_effect(event.type, source)
    return Fact(
        event_id=event.id,
        event_type=event.type,
        source=source,
        outcome=Fact.Outcome.APPLIED if handled else Fact.Outcome.IGNORED,
        reason="" if handled else "no effect" if event.type in WITHOUT_EFFECT else "unknown type",
        occurred_at=event.occurred_at,
        received_at=received_at,
        order=order(event),
        attempt=event.attempt,
        key_index=key_index,
        conference_id=event.conference_id or "",
        call_control_id=event.call_control_id or "",
        body=body if event is told else encode(event),
    )


def _store(
    event: Event, body: bytes, source: Fact.Source, *, received_at: datetime, key_index: int | None = None
) -> Receipt:
    fact, event = fact_of(event, body, source, received_at=received_at, key_index=key_index), redact(event)
    handled = fact.outcome == Fact.Outcome.APPLIED
    with feed.writing():
        twin = Fact.objects.filter(event_id=event.id).first()
        if twin is not None:
            if source == Fact.Source.BACKFILL:
                return Receipt.DUPLICATE
            return _handle_duplicate(twin, event, bytes(fact.body), received_at=received_at, key_index=key_index)
        fact.save(force_insert=True)
        is_fresh = source == Fact.Source.WEBHOOK
        counts = not handled or _counts(fact, lambda: project([event], now=received_at, are_fresh=is_fresh))
        transaction.on_commit(announce, robust=True)
    if not counts:
        return Receipt.PARKED
    return Receipt.NEW if handled else Receipt.IGNORED


def _counts(fact: Fact, effect: Callable[[], object]) -> bool:
    """Let a stored fact take effect; when a mistake of ours prevents that, park it, and nothing else is lost by it."""
    try:
        with transaction.atomic():
            effect()
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
        boundaries.FACTS.note(error)
        fact.outcome, fact.reason, fact.trace = Fact.Outcome.PARKED, cause_of(error)[:255], trace_of(error)
        fact.save(update_fields=["outcome", "reason", "trace"])
        return False
    boundaries.FACTS.went_well()
    return True


def parked() -> QuerySet[Fact]:
    """Return the facts that a mistake of ours keeps from counting, oldest first."""
    return Fact.objects.filter(outcome=Fact.Outcome.PARKED).order_by("pk")


def take_up(fact: Fact) -> bool:
    """Try a parked fact again; return whether it counts now. One that fails again stays parked, with the new trace."""
    body = bytes(fact.body)
    if not fact.event_type:  # our code had stopped before it knew what this is
        return _take_up_bytes(fact, body)
    with feed.writing():
        fact.outcome, fact.reason, fact.trace = Fact.Outcome.APPLIED, "", ""
        fact.save(update_fields=["outcome", "reason", "trace"])
        ids = [fact.conference_id] if fact.conference_id else []
        legs = [fact.call_control_id] if fact.call_control_id else []
        counts = _counts(fact, lambda: fold_again(ids, legs))
        transaction.on_commit(announce, robust=True)
    return counts


def _take_up_bytes(fact: Fact, body: bytes) -> bool:
    with transaction.atomic():
        fact.delete()
        return receive(body, received_at=fact.received_at, key_index=fact.key_index) is not Receipt.PARKED


def _handle_duplicate(
    twin: Fact, event: Event, body: bytes, *, received_at: datetime, key_index: int | None
) -> Receipt:
    """The provider repeats itself; one id with two contents must not happen, and is kept for somebody to look at."""
    if not repeats(twin, event):
        return _store_dead_letter(body, received_at, f"the id of another event ({event.id})", key_index)
    return Receipt.DUPLICATE


def _has_effect(event_type: str, source: str) -> bool:
    told_by_provider = source in (Fact.Source.WEBHOOK, Fact.Source.BACKFILL)
    return is_handled(event_type) and not (told_by_provider and is_ours(event_type))


def repeats(twin: Fact, event: Event) -> bool:
    """Return whether an event says no other than a fact of the same id, as far as that can be read.

    Not by time: an event that tells none has that of its receipt, which each delivery has anew.
    """
    if twin.outcome in (Fact.Outcome.DEAD, Fact.Outcome.PARKED):
        return True
    return (twin.event.type, twin.event.payload) == (event.type, event.payload)


def _store_dead_letter(
    body: bytes, received_at: datetime, reason: str, key_index: int | None, *, trace: str = ""
) -> Receipt:
    digest = hashlib.sha256(body).hexdigest()
    body = redact_bytes(body)
    with feed.writing():  # nothing but this keeps two of one id apart that come in two months
        _, is_new = Fact.objects.get_or_create(
            event_id=digest,
            defaults={
                "source": Fact.Source.WEBHOOK,
                "outcome": Fact.Outcome.PARKED if trace else Fact.Outcome.DEAD,
                "reason": reason[:255],
                "trace": trace,
                "occurred_at": received_at,
                "received_at": received_at,
                "key_index": key_index,
                "body": body,
            },
        )
    tracing.stored([digest] if is_new else [], [], known=[] if is_new else [digest])
    if not is_new:
        return Receipt.DUPLICATE
    return Receipt.PARKED if trace else Receipt.DEAD


def announce() -> None:
    """Tell whoever waits for facts that there are new ones."""
    signals.work_arrived.send(sender=None)
