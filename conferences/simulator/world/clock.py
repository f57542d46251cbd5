"""Time for the simulated world: a clock that tests move by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


class VirtualClock:
    """A clock that stands still until it is moved forward."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        """The present moment, in UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Set the time; never backwards."""
        self._now = max(self._now, moment)


def system_clock() -> datetime:
    """Return the machine's own time, in UTC."""
    return datetime.now(UTC)


def later(moment: datetime, seconds: float) -> datetime:
    """Return the moment so many seconds after another."""
    return moment + timedelta(seconds=seconds)


def stamp(moment: datetime) -> str:
    """Write a moment in ISO 8601 with microseconds and Z, as Telnyx does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
