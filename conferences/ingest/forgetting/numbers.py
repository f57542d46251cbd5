"""Numbers and addresses of calls that are over, and in the names of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from conferences.addresses import mask_numbers
from conferences.ingest import feed
from conferences.ingest.forgetting.over import AT_ONCE, OVER_AT
from conferences.models import Conference, Leg

_ADDRESSES: Final = (
    "from_address", "to_address", "from_canonical", "to_canonical", "from_sip_uri", "client_state",
)  # fmt: skip


def numbers(before: datetime) -> Iterator[int]:
    """Empty the addresses of legs and mask numbers in the names of calls that were over before that time.

    Only where the facts are gone, which have them too. Yields how many rows of each batch were changed.
    """
    yield from _in_batches(with_addresses(before), lambda rows: empty(row.pk for row in rows))
    yield from _in_batches(_with_names(before), mask)


def count_numbers(before: datetime) -> int:
    """Return how many rows `numbers` would change."""
    named = _with_names(before).values_list("name", "drift")
    told = sum((mask_numbers(name), "") != (name, drift) for name, drift in named.iterator())
    return with_addresses(before).count() + told


def with_addresses(before: datetime) -> QuerySet[Leg]:
    """Return the legs whose addresses `numbers` would empty."""
    old = Leg.objects.filter(state=Leg.State.ENDED, facts_deleted_at__isnull=False)
    ended = old.filter(Q(ended_at__lt=before) | Q(ended_at=None, facts_deleted_at__lt=before))
    return ended.exclude(**dict.fromkeys(_ADDRESSES, ""))


def _with_names(before: datetime) -> QuerySet[Conference]:
    old = Conference.objects.alias(over_at=OVER_AT).filter(over_at__lt=before, facts_deleted_at__isnull=False)
    return old.filter(Q(name__regex=r"\d") | ~Q(drift=""))


def empty(legs: Iterable[int]) -> int:
    """Empty the addresses of these legs, by primary key; return how many there were."""
    return Leg.objects.filter(pk__in=list(legs)).update(**dict.fromkeys(_ADDRESSES, ""))


def mask(calls: Iterable[Conference]) -> int:
    """Mask numbers in the names of these calls; return in how many."""
    changed = 0
    for call in calls:
        if (mask_numbers(call.name), "") != (call.name, call.drift):
            changed += 1
            Conference.objects.filter(pk=call.pk).update(name=mask_numbers(call.name), drift="", doubts={})
    return changed


def _in_batches(found: QuerySet[Any], change: Callable[[list[Any]], int]) -> Iterator[int]:
    after: Any = None
    while True:
        with feed.writing():
            rest = found if after is None else found.filter(pk__gt=after)
            batch = list(rest.order_by("pk")[:AT_ONCE])
            if not batch:
                return
            after = batch[-1].pk
            changed = change(batch)
        yield changed
