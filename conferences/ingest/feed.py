"""The feed: one number per change, in commit order; the only writer of the counter and of the numbers it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from conferences import clock, signals
from conferences.models import AgentChange, Conference, Feed


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction that changes what is known of calls. Such transactions run one after another.

    The lock is taken first: two events of one conference never fold side by side, and a feed number is never visible
    before a lower one. On SQLite the transaction itself is that lock (BEGIN IMMEDIATE).
    """
    with transaction.atomic():
        if not _lock():
            # The very first change: there is no row to lock yet, and another process may be about to make it too.
            Feed.objects.bulk_create([Feed(pk=1)], ignore_conflicts=True)
            _lock()
        yield


def _lock() -> list[Feed]:
    return list(Feed.objects.select_for_update().filter(pk=1))


def bump(conference: Conference) -> None:
    """Give the conference the next feed number: a screen shows something new of it. Call while `writing`."""
    Feed.objects.filter(pk=1).update(number=F("number") + 1)
    conference.feed, conference.persisted_at = latest(), clock.now()
    # Only a fact of the provider's has a time there to measure from; whoever projects one notes it afterwards.
    stamps = {"persisted_at": conference.persisted_at, "provider_time": None}
    Conference.objects.filter(pk=conference.pk).update(feed=conference.feed, **stamps)
    transaction.on_commit(_announce, robust=True)


def bump_agents(agents: Iterable[int], *, has_moved: bool = False) -> None:
    """Give these agents, by primary key, the next feed number: a leg of theirs changed. Call while `writing`.

    A leg that is in no conference has no conference's number to be seen by. `has_moved`: the transaction has given a
    conference a number already, which will do for them too.
    """
    agents = sorted({*agents})
    if not agents:
        return
    if not has_moved:
        Feed.objects.filter(pk=1).update(number=F("number") + 1)
    changes = [AgentChange(agent_id=agent, feed=latest()) for agent in agents]
    AgentChange.objects.bulk_create(changes, update_conflicts=True, unique_fields=["agent"], update_fields=["feed"])
    transaction.on_commit(_announce, robust=True)


def move() -> None:
    """Take the next feed number for what is neither a conference's nor an agent's. Call while `writing`."""
    Feed.objects.filter(pk=1).update(number=F("number") + 1)
    transaction.on_commit(_announce, robust=True)


def latest() -> int:
    """Return the number of the last change, 0 before the first."""
    return Feed.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def _announce() -> None:
    signals.feed_moved.send(sender=None)
