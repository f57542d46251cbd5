"""Whole months of facts that are over, let go at a stroke: on PostgreSQL, where each has a partition of its own.

First it is noted on all calls and legs of the month that their facts are gone, some at a time; then the partition is
dropped, for which webhooks wait no longer than for any other transaction. Where somebody is in the way, as a copy of
the database is while it is made, the month is left to be deleted some rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import OperationalError, ProgrammingError

from conferences.ingest import feed
from conferences.ingest.forgetting.over import AT_ONCE, doomed, note_gone
from conferences.liveness import fact_months
from conferences.liveness.fact_months import MOST_MOVED, Month

TRIES: Final = 20  # whoever deletes rests between two of them


def names(before: datetime) -> list[str]:
    """Return the names of the months that are whole before that time and have a partition still."""
    return [str(one) for one in _over(before)]


def let_go(before: datetime) -> Iterator[int]:
    """Delete such months, but for facts of what was not over then; yield how many facts after each transaction."""
    for month in _over(before):
        try:
            yield from _let_go(month, before)
        except ProgrammingError:  # of a table that is not there: somebody else has let it go
            if month in fact_months.months():
                raise


def _over(before: datetime) -> list[Month]:
    return [one for one in fact_months.months() if one.end <= before]


def _let_go(month: Month, before: datetime) -> Iterator[int]:
    newest, told, kept = fact_months.newest_of(month), 0, list[int]()
    pairs = ((facts, call, leg) for call, leg, facts in fact_months.told_in(month))
    while some := list(islice(pairs, AT_ONCE)):
        told += sum(len(facts) for facts, *_ in some)
        kept += _note(some, before)
        yield 0
    if len(kept) > MOST_MOVED:
        return
    for _ in range(TRIES):
        if (is_gone := _drop(month, newest, kept)) is not None:
            yield told - len(kept) if is_gone else 0
            return
        yield 0


def _note(pairs: Sequence[tuple[list[int], str, str]], before: datetime) -> list[int]:
    """Note that the facts of these calls and legs go; return those that stay."""
    with feed.writing():
        over = doomed(pairs, before)
        note_gone({call for _, call, _ in over}, {leg for *_, leg in over})
    gone = {(call, leg) for _, call, leg in over}
    return [one for facts, call, leg in pairs if (call, leg) not in gone for one in facts]


def _drop(month: Month, newest: int, kept: Sequence[int]) -> bool | None:
    """Drop it; return whether it is gone, and None where somebody was in the way."""
    try:
        with feed.writing():
            return fact_months.let_go(month, newest, kept)
    except OperationalError as error:
        if not fact_months.is_in_use(error):
            raise
        return None
