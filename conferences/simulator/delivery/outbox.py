"""Webhooks waiting to be posted, in the order the faults left them in."""

from __future__ import annotations

import heapq
import itertools
import threading
from dataclasses import dataclass, field
from datetime import datetime

from conferences.simulator.world import Event
from conferences.simulator.world.clock import Clock, later

IDLE_SECONDS = 0.05


@dataclass
class Attempt:
    """One POST: when, where to, and the status that came back (0 for no answer)."""

    url: str
    started_at: datetime
    finished_at: datetime
    status: int
    headers: dict[str, str]

    @property
    def delivered(self) -> bool:
        """Whether it was acknowledged."""
        return 200 <= self.status < 300


@dataclass
class Delivery:
    """One event on its way to one receiver; status is None while attempts remain."""

    id: str
    event: Event
    started_at: datetime
    status: str | None = None
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(order=True)
class Job:
    """One POST to be made: the `number`th attempt at a URL, `shift` places further back than its turn."""

    due: datetime
    order: int
    shift: float = field(compare=False)
    delivery: Delivery = field(compare=False)
    url: str = field(compare=False)
    number: int = field(compare=False)


class Outbox:
    """Jobs not yet due, and those due in their places. Safe for several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._later: list[Job] = []
        self._due: list[tuple[float, Job]] = []
        self._order = itertools.count()
        self._places = itertools.count()
        self._changed = threading.Condition()
        self._in_flight = 0

    def put(self, delivery: Delivery, url: str, *, seconds: float = 0.0, shift: float = 0.0, number: int = 1) -> None:
        """Post a delivery so many seconds from now."""
        with self._changed:
            job = Job(later(self._clock(), seconds), next(self._order), shift, delivery, url, number)
            heapq.heappush(self._later, job)
            self._changed.notify()

    def take(self) -> Job | None:
        """Take the next job that is due, in flight until done(); None if there is none."""
        with self._changed:
            while self._later and self._later[0].due <= self._clock():
                job = heapq.heappop(self._later)
                heapq.heappush(self._due, (next(self._places) + job.shift, job))
            if not self._due:
                return None
            self._in_flight += 1
            return heapq.heappop(self._due)[1]

    def done(self) -> None:
        """Note that a job that was taken is finished."""
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def __len__(self) -> int:
        """How many jobs wait or are in flight."""
        with self._changed:
            return len(self._later) + len(self._due) + self._in_flight

    def wait(self) -> None:
        """Sleep until something may be due, a moment at most."""
        with self._changed:
            seconds = IDLE_SECONDS
            if self._later and not self._due:
                seconds = min(seconds, max(0.001, (self._later[0].due - self._clock()).total_seconds()))
            self._changed.wait(timeout=seconds)

    def wake(self) -> None:
        """End every wait()."""
        with self._changed:
            self._changed.notify_all()

    def wait_until_empty(self, timeout: float) -> bool:
        """Wait until nothing waits or is in flight; whether that came about within so many seconds."""
        with self._changed:
            return bool(self._changed.wait_for(lambda: self._idle() and not self._later, timeout))

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait likewise, but what is due only later may go on waiting."""
        with self._changed:
            return bool(self._changed.wait_for(self._idle, timeout))

    def _idle(self) -> bool:
        due = self._due or (self._later and self._later[0].due <= self._clock())
        return not due and not self._in_flight
