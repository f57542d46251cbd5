"""Counts the requests that the webhook's door turns away; the only writer of their table."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from django.db import Error as DatabaseTrouble
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from conferences.models import Fact, WebhookRefusal
from conferences.telnyx.events import OLD_FORMAT

log = logging.getLogger(__name__)

# Anybody may knock as often as he likes; the table is written once in so many seconds all the same.
WRITE_EVERY: Final = 1.0
LATELY: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=7)

Reason = WebhookRefusal.Reason


class Tally:
    """Counts in memory what is not written yet. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[Reason] = Counter()
        self._written = float("-inf")

    def add(self, reason: Reason) -> None:
        """Count one, and write what has gathered unless that was done a moment ago."""
        if self.note(reason):
            self.write()

    def note(self, reason: Reason) -> bool:
        """Count one in memory; return whether what has gathered is to be written now, by whoever may wait for that."""
        with self._lock:
            self._waiting[reason] += 1
            if time.monotonic() - self._written < WRITE_EVERY:
                return False
            self._written = time.monotonic()
            return True

    def write(self) -> None:
        """Write what has gathered. A database that does not take it keeps nobody waiting: it is written later."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        try:
            for reason, count in waiting.items():
                _add(reason, count)
        except DatabaseTrouble:
            log.warning("Refused webhooks could not be counted: %s", dict(waiting))
            with self._lock:
                self._waiting += waiting

    def waiting(self) -> Counter[Reason]:
        """Return what has gathered and is not written yet: what comes within a second of the last writing."""
        with self._lock:
            return Counter(self._waiting)


tally = Tally()


def lately(now: datetime) -> list[str]:
    """Return what was turned away, or signed but of no use, within the last hour or so: a phrase each, newest first.

    Such as "12 signed bodies in the old v1 format, the newest at 10:42:07 UTC". What this process has not written yet
    is counted in; nothing is written for being asked.
    """
    told = [(newest, f"{_requests(count)} {reason.label}") for reason, count, newest in _refused(now)]
    told += [(newest, f"{count} signed {_bodies(count)} {reason}") for reason, count, newest in _dead(now)]
    return [f"{words}, the newest at {at:%H:%M:%S} UTC" for at, words in sorted(told, reverse=True)]


def _refused(now: datetime) -> list[tuple[Reason, int, datetime]]:
    counts = tally.waiting()
    newest = dict.fromkeys(counts, now)
    for one in WebhookRefusal.objects.filter(newest_at__gt=now - LATELY):
        reason = Reason(one.reason)
        counts[reason] += one.count
        newest[reason] = max(newest.get(reason, one.newest_at), one.newest_at)
    return [(reason, count, newest[reason]) for reason, count in counts.items()]


def in_old_format(now: datetime) -> int:
    """Return how many signed bodies of webhook API version 1 came within the last hour: none of them can be used."""
    return _dead_letters(now).filter(reason=OLD_FORMAT).count()


def _dead(now: datetime) -> list[tuple[str, int, datetime]]:
    newest: dict[str, datetime] = {}
    counts: Counter[str] = Counter()
    for reason, received_at in _dead_letters(now).values_list("reason", "received_at"):
        counts[reason] += 1
        newest[reason] = max(received_at, newest.get(reason, received_at))
    return [(reason, count, newest[reason]) for reason, count in counts.items()]


def _dead_letters(now: datetime) -> QuerySet[Fact]:
    return Fact.objects.filter(outcome=Fact.Outcome.DEAD, received_at__gt=now - LATELY)


def _add(reason: Reason, count: int) -> None:
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        row, is_new = WebhookRefusal.objects.get_or_create(reason=reason, hour=hour, defaults={"newest_at": now})
        WebhookRefusal.objects.filter(pk=row.pk).update(count=F("count") + count, newest_at=now)
        if is_new:
            WebhookRefusal.objects.filter(hour__lt=now - KEPT).delete()


def _requests(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"


def _bodies(count: int) -> str:
    return "body" if count == 1 else "bodies"
