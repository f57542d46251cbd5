"""Deletes what was told of calls that are long over: first the facts, later numbers and addresses.

Whose facts are gone is noted on its row, which no fold changes any more: made of a part of them it would be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from conferences import clock
from conferences.addresses import mask_numbers
from conferences.ingest import feed
from conferences.models import Conference, Fact, Leg, Participant, Reading

AT_ONCE: Final = 200  # rows in one transaction, for which webhooks wait

_ADDRESSES: Final = (
    "from_address", "to_address", "from_canonical", "to_canonical", "from_sip_uri", "client_state",
)  # fmt: skip
_OVER_AT: Final = Coalesce("ended_at", "last_event_at")


def facts(before: datetime) -> Iterator[int]:
    """Delete facts told before that time, some at a time; yield how many of each batch.

    Those of a call that went on then, or of a leg that was up, stay as long as it is not over since.
    """
    after = 0
    while True:
        with feed.writing():
            told = Fact.objects.filter(pk__gt=after, received_at__lt=before).order_by("pk")
            batch = list(told.values_list("pk", "conference_id", "call_control_id")[:AT_ONCE])
            if not batch:
                return
            after = batch[-1][0]
            deleted = _delete(batch, before)
        yield deleted


def count_facts(before: datetime) -> int:
    """Return how many facts `facts` would delete."""
    calls = _going_on(before).values("conference_id")
    legs = _up(before).values("call_control_id")
    told = Fact.objects.filter(received_at__lt=before)
    return told.exclude(conference_id__in=calls).exclude(call_control_id__in=legs).count()


def numbers(before: datetime) -> Iterator[int]:
    """Empty the addresses of legs and mask numbers in the names of calls that were over before that time.

    Only where the facts are gone, which have them too. Yields how many rows of each batch were changed.
    """
    yield from _in_batches(with_addresses(before), lambda rows: _empty(row.pk for row in rows))
    yield from _in_batches(_with_names(before), _mask)


def count_numbers(before: datetime) -> int:
    """Return how many rows `numbers` would change."""
    named = _with_names(before).values_list("name", "drift")
    told = sum((mask_numbers(name), "") != (name, drift) for name, drift in named.iterator())
    return with_addresses(before).count() + told


def erase(legs: Iterable[int]) -> int:
    """Empty the addresses of these legs whatever their age, and delete the facts about them and the calls they were in.

    By primary key; only legs that are not up. Returns how many facts went.
    """
    with feed.writing():
        found = Leg.objects.filter(pk__in=list(legs), state=Leg.State.ENDED)
        keys = list(found.values_list("pk", "call_control_id"))
        inside = Participant.objects.filter(leg__in=[pk for pk, _ in keys])
        calls = list(
            Conference.objects.filter(state=Conference.State.COMPLETED, participants__in=inside)
            .values_list("conference_id", flat=True)
            .distinct()
        )
        about = Q(conference_id__in=calls) | Q(call_control_id__in=[key for _, key in keys])
        doomed = list(Fact.objects.filter(about).values_list("pk", flat=True))
        _forget(doomed, {*calls}, {key for _, key in keys})
        _empty(pk for pk, _ in keys)
        _mask(Conference.objects.filter(conference_id__in=calls))
    return len(doomed)


def _delete(batch: list[tuple[int, str, str]], before: datetime) -> int:
    calls, legs = {call for _, call, _ in batch if call}, {leg for *_, leg in batch if leg}
    kept = {*_going_on(before).filter(conference_id__in=calls).values_list("conference_id", flat=True)}
    up = {*_up(before).filter(call_control_id__in=legs).values_list("call_control_id", flat=True)}
    doomed = [(pk, call, leg) for pk, call, leg in batch if call not in kept and leg not in up]
    _forget([pk for pk, *_ in doomed], {call for _, call, _ in doomed}, {leg for *_, leg in doomed})
    return len(doomed)


def _forget(doomed: list[int], calls: set[str], legs: set[str]) -> None:
    Fact.objects.filter(pk__in=doomed).delete()
    now = {"facts_deleted_at": clock.now()}
    gone = Conference.objects.filter(conference_id__in=calls, facts_deleted_at=None)
    Reading.objects.filter(participant__conference__in=gone).delete()
    gone.update(**now)
    Leg.objects.filter(call_control_id__in=legs, facts_deleted_at=None).update(**now)


def _going_on(before: datetime) -> QuerySet[Conference]:
    """The calls that were not over then."""
    found = Conference.objects.alias(over_at=_OVER_AT)
    return found.filter(~Q(state=Conference.State.COMPLETED) | Q(over_at__gte=before))


def _up(before: datetime) -> QuerySet[Leg]:
    """The legs that were up then, or in a call that was not over."""
    inside = Participant.objects.filter(leg=OuterRef("pk"), conference__in=_going_on(before))
    return Leg.objects.filter(~Q(state=Leg.State.ENDED) | Q(ended_at__gte=before) | Q(Exists(inside)))


def with_addresses(before: datetime) -> QuerySet[Leg]:
    """Return the legs whose addresses `numbers` would empty."""
    old = Leg.objects.filter(state=Leg.State.ENDED, facts_deleted_at__isnull=False)
    ended = old.filter(Q(ended_at__lt=before) | Q(ended_at=None, facts_deleted_at__lt=before))
    return ended.exclude(**dict.fromkeys(_ADDRESSES, ""))


def _with_names(before: datetime) -> QuerySet[Conference]:
    old = Conference.objects.alias(over_at=_OVER_AT).filter(over_at__lt=before, facts_deleted_at__isnull=False)
    return old.filter(Q(name__regex=r"\d") | ~Q(drift=""))


def _empty(legs: Iterable[int]) -> int:
    return Leg.objects.filter(pk__in=list(legs)).update(**dict.fromkeys(_ADDRESSES, ""))


def _mask(calls: Iterable[Conference]) -> int:
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
