"""The time by which calls are told: the provider's, as far as this process knows how far our own clock is off.

What webhooks tell bears the provider's time, and what we find out by asking bears ours: were the two minutes apart,
an old answer would override a new event, and a call just begun would read as minutes long. Leases, signs of life and
sessions, which only our own processes compare, go by our own clock.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

# A Date header tells whole seconds, and an answer takes its time: below this nothing is known to be off.
NOTICEABLE: Final = 2.0
KEPT: Final = 5

_seen: deque[float] = deque(maxlen=KEPT)
_supposed: deque[float] = deque(maxlen=KEPT)
_lock = threading.Lock()


def observe(seconds: float) -> None:
    """Take note that an answer of the provider's came so many seconds after the time it bears.

    That is how far our clock is ahead, a part of a second and the answer's way added.
    """
    with _lock:
        _seen.append(seconds)


def suppose(seconds: float) -> None:
    """Take note that a webhook came so many seconds after it was signed: the best there is before the first answer.

    It may have waited at our door, which an answer to our own question has not.
    """
    with _lock:
        _supposed.append(seconds)


def ahead() -> float:
    """Return by how many seconds our clock is ahead of the provider's; 0.0 while nothing is known to be off."""
    with _lock:
        least = min(_seen or _supposed, default=0.0)
    return least if abs(least) >= NOTICEABLE else 0.0


def now() -> datetime:
    """Return what time it is at the provider, aware."""
    return timezone.now() - timedelta(seconds=ahead())


def age_text(age: timedelta, *, most: int = 60) -> str:
    """Return an age in its largest unit: 4 s, 12 min, 3 h; of the smaller ones fewer than `most` are told.

    The pages' clock.js goes on counting it in the same words.
    """
    seconds = max(0, int(age.total_seconds()))
    if seconds < most:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 60 * most else f"{seconds // 3600} h"


def elapsed_text(time: timedelta) -> str:
    """Return how long something lasts as m:ss, or h:mm:ss from an hour on; never less than nothing.

    The pages' clock.js goes on counting it in the same form.
    """
    seconds = max(0, int(time.total_seconds()))
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class Moment:
    """A moment noted by our own clock and told by the provider's, as soon as an answer shows how far ours is off."""

    def __init__(self) -> None:
        self._ours = timezone.now()

    @property
    def at(self) -> datetime:
        """The moment by the provider's clock, aware, as far as is known by now."""
        return self._ours - timedelta(seconds=ahead())


def forget() -> None:
    """Forget what was observed."""
    with _lock:
        _seen.clear()
        _supposed.clear()
