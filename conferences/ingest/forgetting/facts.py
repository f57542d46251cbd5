"""Facts that were told long ago: whole months where the database has them apart, the others some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from conferences.ingest import feed
from conferences.ingest.forgetting import whole_months
from conferences.ingest.forgetting.over import AT_ONCE, doomed, going_on, note_gone, up
from conferences.models import Fact


def facts(before: datetime) -> Iterator[int]:
    """Delete facts told before that time, some or a whole month at a time; yield how many after each transaction.

    Those of a call that went on then, or of a leg that was up, stay as long as it is not over since.
    """
    yield from whole_months.let_go(before)
    after = 0
    while True:
        # Looked for before anybody has to wait: past the last of them it takes a look at all that are younger.
        told = Fact.objects.filter(pk__gt=after, received_at__lt=before).order_by("pk")
        batch = list(told.values_list("pk", "conference_id", "call_control_id")[:AT_ONCE])
        if not batch:
            return
        after = batch[-1][0]
        with feed.writing():
            deleted = _delete(batch, before)
        yield deleted


def count_facts(before: datetime) -> int:
    """Return how many facts `facts` would delete."""
    calls = going_on(before).values("conference_id")
    legs = up(before).values("call_control_id")
    told = Fact.objects.filter(received_at__lt=before)
    return told.exclude(conference_id__in=calls).exclude(call_control_id__in=legs).count()


def _delete(batch: list[tuple[int, str, str]], before: datetime) -> int:
    over = doomed(batch, before)
    forget([pk for pk, *_ in over], {call for _, call, _ in over}, {leg for *_, leg in over})
    return len(over)


def forget(facts: list[int], calls: set[str], legs: set[str]) -> None:
    """Delete these facts, by primary key, and note that on the calls and legs they tell of. Call while `writing`."""
    Fact.objects.filter(pk__in=facts).delete()
    note_gone(calls, legs)
