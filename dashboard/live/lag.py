"""How far the screens are behind, from samples that browsers acknowledged: provider to us, and us to the screen.

And when the provider was last heard.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from conferences.liveness import provider_silence, pulse
from conferences.models import Conference

WINDOW: Final = 300.0  # seconds that a sample counts
MOST_SAMPLES: Final = 2000
MOST_PENDING: Final = 500
LATE: Final = 2.0  # seconds from stored to shown, p95, past which a page says that it is late


@dataclass(frozen=True, slots=True)
class Stamps:
    """When the latest change in a frame happened at the provider, reached us, and was stored."""

    provider_time: datetime
    received_at: datetime
    persisted_at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds: from the provider's time to its arrival here, from there to the disk, from there to the screen."""

    provider: float
    storing: float
    showing: float


class LagMeter:
    """Collects the samples of this process. Runs on the hub's event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._pending: dict[int, Stamps] = {}
        self._samples: deque[tuple[float, Sample]] = deque(maxlen=MOST_SAMPLES)

    def sent(self, number: int, stamps: Stamps) -> None:
        """Remember what was sent under a feed number, for the browsers that will say they show it."""
        self._pending[number] = stamps
        while len(self._pending) > MOST_PENDING:
            del self._pending[next(iter(self._pending))]

    def shown(self, number: int, now: datetime) -> None:
        """A browser shows what was sent under that number. Numbers never sent, or long ago, are ignored."""
        stamps = self._pending.get(number)
        if stamps is not None:
            self._samples.append((time.monotonic(), sample(stamps, now)))

    def summary(self) -> dict[str, Any]:
        """Return seconds at the 50th and 95th percentile over the last minutes, of each step too; {} without samples.

        Late is judged by our own part of the way alone.
        """
        while self._samples and self._samples[0][0] < time.monotonic() - WINDOW:
            self._samples.popleft()
        taken = [one for _, one in self._samples]
        if not taken:
            return {}
        ours = [one.storing + one.showing for one in taken]
        whole = [one.provider + one.storing + one.showing for one in taken]
        return {
            "n": len(taken),
            "p50": percentile(whole, 50),
            "p95": percentile(whole, 95),
            "steps": {
                step.name: [percentile([getattr(one, step.name) for one in taken], share) for share in (50, 95)]
                for step in fields(Sample)
            },
            "late": percentile(ours, 95) > LATE,
        }


def sample(stamps: Stamps, shown_at: datetime) -> Sample:
    """Clocks differ, so no step counts as shorter than nothing."""
    return Sample(
        provider=max(0.0, (stamps.received_at - stamps.provider_time).total_seconds()),
        storing=max(0.0, (stamps.persisted_at - stamps.received_at).total_seconds()),
        showing=max(0.0, (shown_at - stamps.persisted_at).total_seconds()),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile, in milliseconds' precision."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)], 3)


def last_heard() -> dict[str, str]:
    """Return, while calls are live, when the provider last told anything ("word"), and when it was last read ("read").

    A time that never was is left out: nothing can be said of it.
    """
    if not Conference.objects.live().exists():
        return {}
    told = {"word": provider_silence.last_word(), "read": pulse.last(pulse.RECONCILER)}
    return {name: at.isoformat() for name, at in told.items() if at is not None}
