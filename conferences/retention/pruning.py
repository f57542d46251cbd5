"""Deletes what has been kept for its time, so slowly that whoever writes meanwhile does not have to wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from django.db import connection

from conferences.audit import keeping
from conferences.liveness import pulse
from conferences.retention.kinds import KINDS, Kind

PAUSE: Final = 0.05  # seconds between two transactions, at least; never shorter than the one before took


def count(kinds: Iterable[Kind] = KINDS) -> dict[str, int]:
    """Return how many rows of each kind are older than its time."""
    return {kind.name: kind.count(kind.before) for kind in kinds}


def prune(
    kinds: Iterable[Kind] = KINDS, *, pause: float = PAUSE, progress: Callable[[str, int], object] = lambda *_: None
) -> dict[str, int]:
    """Delete what is older than its time, put that on record, and return how many rows of each kind went.

    At most half of the time is spent writing. `progress` is called with a kind's name and how many went so far.
    Raises DatabaseError; what was deleted until then stays so, and the next time goes on from there.
    """
    overwrite()
    done: dict[str, int] = {}
    try:
        for kind in kinds:
            done[kind.name] = 0
            began = time.monotonic()
            for number in kind.delete(kind.before):
                done[kind.name] += number
                progress(kind.name, done[kind.name])
                time.sleep(max(pause, time.monotonic() - began) if pause else 0)
                began = time.monotonic()
    finally:
        if done:
            keeping.pruned(done)
    settle()
    if len(done) == len(KINDS):
        pulse.done(pulse.PRUNING)
    return done


def overwrite() -> None:
    """SQLite leaves what is deleted in its file until something else is written there, unless it is told otherwise."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def settle() -> None:
    """Take over into SQLite's file what its write-ahead log still holds as it was."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
