"""The feed: one number per change, in commit order; the only writer of the counter and of the numbers it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from conferences import clock, signals, tracing
from conferences.liveness.turns import turn_to_write
from conferences.models import AgentChange, Conference, Feed, Leg

STAMPS: Final = ("feed", "persisted_at", "provider_time")


@dataclass(slots=True)
class _Held:
    """The counter while this thread's transaction has it locked: nobody else can take a number meanwhile."""

    number: int


_held: ContextVar[_Held | None] = ContextVar("held", default=None)


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction that changes what is known of calls. Such transactions run one after another.

    The lock is taken first: two events of one conference never fold side by side, and a feed number is never visible
    before a lower one. On SQLite the transaction itself is that lock (BEGIN IMMEDIATE), for which the writers of this
    process take turns. One inside another is a part of it, and so is what it took.
    """
    with turn_to_write(), transaction.atomic():
        outer = _held.get()
        if outer is not None:
            yield
            return
        number = _lock()
        if number is None:
            # The very first change: there is no row to lock yet, and another process may be about to make it too.
            Feed.objects.bulk_create([Feed(pk=1)], ignore_conflicts=True)
            number = _lock()
        token = _held.set(held := _Held(number or 0))
        try:
            yield
            if held.number != number and not transaction.get_rollback():
                Feed.objects.filter(pk=1).update(number=held.number)
                transaction.on_commit(_announce, robust=True)
        finally:
            _held.reset(token)


def _lock() -> int | None:
    return Feed.objects.select_for_update().filter(pk=1).values_list("number", flat=True).first()


def take(count: int) -> range:
    """Take the next feed numbers, that many of them, and have it announced once they can be read. Call while `writing`.

    Whoever takes them writes them on what they are for. Raises LookupError for whoever does not hold the counter.
    """
    held = _held.get()
    if held is None:
        raise LookupError("A feed number is taken only while writing().")
    held.number += count
    taken = range(held.number - count + 1, held.number + 1)
    tracing.note_taken(taken)
    return taken


def bump(conference: Conference) -> None:
    """Give the conference the next feed number: a screen shows something new of it. Call while `writing`."""
    bump_all([conference])


def bump_all(conferences: Iterable[Conference]) -> None:
    """Give each of these conferences a feed number of its own, in this order. Call while `writing`."""
    for conference in number(conferences):
        stamps = {name: getattr(conference, name) for name in STAMPS}
        Conference.objects.filter(pk=conference.pk).update(**stamps)


def number(conferences: Iterable[Conference]) -> list[Conference]:
    """Do the same on these objects alone, for whoever writes them anyway: their fields `STAMPS`. Return them."""
    conferences = list(conferences)
    for conference, taken in zip(conferences, take(len(conferences)), strict=True):
        conference.feed, conference.persisted_at = taken, clock.now()
        # Only a fact of the provider's has a time there to measure from; whoever projects one notes it afterwards.
        conference.provider_time = None
    return conferences


def bump_agents(agents: Iterable[int], *, has_moved: bool = False) -> None:
    """Give these agents, by primary key, the next feed number: a leg of theirs changed. Call while `writing`.

    A leg that is in no conference has no conference's number to be seen by. `has_moved`: the transaction has given a
    conference a number already, which will do for them too.
    """
    agents = sorted({*agents})
    if not agents:
        return
    if not has_moved:
        take(1)
    changes = [AgentChange(agent_id=agent, feed=latest()) for agent in agents]
    AgentChange.objects.bulk_create(changes, update_conflicts=True, unique_fields=["agent"], update_fields=["feed"])


def bump_callers(legs: Iterable[int], *, has_moved: bool = False) -> None:
    """Give these callers' legs, by primary key, the next feed number. Call while `writing`. `has_moved`: as above."""
    legs = {*legs}
    if not legs:
        return
    if not has_moved:
        take(1)
    Leg.objects.filter(pk__in=legs).update(feed=latest())


def move() -> None:
    """Take the next feed number for what is neither a conference's nor an agent's. Call while `writing`."""
    take(1)


def latest() -> int:
    """Return the number of the last change, 0 before the first; while `writing` of the last that was taken."""
    if (held := _held.get()) is not None:
        return held.number
    return Feed.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def _announce() -> None:
    signals.feed_moved.send(sender=None)
