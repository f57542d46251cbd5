"""Signs of life across processes: a program beside the server says that it comes round, others read how long ago."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from conferences.liveness.boundaries import Boundary
from conferences.models import Pulse

EVERY: Final = 5.0  # seconds; oftener is not written
DEAD_AFTER: Final = timedelta(seconds=60)
RECONCILER: Final = "reconciler"
PRUNING: Final = "prune"  # comes round once a night

_written: dict[str, float] = {}
_WRITING: Final = Boundary("Signs of life")


def beat(name: str, boundary: Boundary) -> None:
    """Note that the program `name` has come round, with what `boundary` says is amiss. Never raises."""
    if time.monotonic() - _written.get(name, float("-inf")) >= EVERY:
        _written[name] = time.monotonic()
        _WRITING.run(lambda: _write(name, boundary.trouble))


def done(name: str) -> None:
    """Note that a program that runs now and then has come to its end, whenever it last did. Never raises."""
    _WRITING.run(lambda: _write(name, ""))


def _write(name: str, trouble: str) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now(), "trouble": trouble})


def last(name: str) -> datetime | None:
    """Return when a program last came round; None if it never has."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def age(name: str, now: datetime) -> timedelta | None:
    """Return how long ago a program last came round; None if it never has."""
    at = last(name)
    return None if at is None else max(now - at, timedelta(0))


def trouble(name: str) -> str:
    """Return what a program said was amiss when it last came round; empty for none."""
    return Pulse.objects.filter(name=name).values_list("trouble", flat=True).first() or ""
