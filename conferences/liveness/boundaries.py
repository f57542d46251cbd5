"""Where what nobody foresaw stops: it is logged once per cause with how often, and the rest goes on.

The only broad excepts of the product are `Boundary.run` here, its asynchronous twin in the hub, and those where facts
come in: the inbox's, the batches', which then leave each fact to the inbox, and the writer's, which answers 503.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from conferences import metrics

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
# A loop that has not come round for so long is not alive, whatever keeps it.
STUCK: Final = 60.0
LATELY: Final = 300.0
MOST_CAUSES: Final = 200


def cause_of(error: BaseException) -> str:
    """Return what an exception is told apart by: its class, and where it was raised. Never its words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name} ({frames[-1].filename.rsplit('/', 2)[-1]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"


def trace_of(error: BaseException) -> str:
    """Return where our code stopped, without the words of the exception: they may hold customers' numbers."""
    return "".join([*traceback.format_list(traceback.extract_tb(error.__traceback__)), type(error).__name__])


@dataclass
class Boundary:
    """One kind of work in the background that is done again and again. Thread-safe."""

    name: str
    clock: Callable[[], float] = time.monotonic
    failures: int = 0  # in a row
    cause: str = ""  # of the last failure; empty once it went well
    last_cause: str = ""
    came_round_at: float | None = None
    failed_at: float | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, work: Callable[[], object]) -> bool:
        """Do the work; return whether it went well. Nothing it raises gets out, save what ends a process."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a boundary: see the module
            self.note(error)
            return False
        self.went_well()
        return True

    def went_well(self) -> None:
        with self._lock:
            self.failures, self.cause, self.came_round_at = 0, "", self.clock()

    def note(self, error: Exception) -> None:
        """Count a failure; log it the first time, and then whenever their number has doubled."""
        cause = cause_of(error)
        metrics.FAILURES.labels(self.name).inc()
        with self._lock:
            self.failures, self.cause, self.came_round_at = self.failures + 1, cause, self.clock()
            self.failed_at, self.last_cause = self.clock(), cause
            if cause in self.counts or len(self.counts) < MOST_CAUSES:
                self.counts[cause] += 1
            times = self.counts[cause] or 1
        if times & (times - 1) == 0:
            plural = "" if times == 1 else "s"
            log.error("%s failed (%s time%s): %s\n%s", self.name, times, plural, cause, trace_of(error))

    @property
    def pause(self) -> float:
        """How many seconds to wait before the next try: none while it goes well, longer with each failure in a row."""
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures - 1, 10)) if self.failures else 0.0

    @property
    def trouble(self) -> str:
        """What is amiss, in a sentence; empty while it is alive and well, or was not begun."""
        if self.came_round_at is not None and self.clock() - self.came_round_at > STUCK:
            return f"{self.name} has not come round for {self.clock() - self.came_round_at:.0f} s."
        return (
            f"{self.name} failed {self.failures} times in a row, last with {self.cause}." if self.failures > 1 else ""
        )


def is_failing(boundary: Boundary) -> bool:
    """Return whether it went wrong the last time, and that was not long ago: what is asked for seldom may be well."""
    return bool(boundary.failures) and boundary.failed_at is not None and boundary.clock() - boundary.failed_at < LATELY


def lately(boundary: Boundary) -> str:
    """Return how a kind of work failed within the last minutes, though it goes well again; empty if it did not."""
    ago = None if boundary.failed_at is None else boundary.clock() - boundary.failed_at
    if ago is None or ago > LATELY:
        return ""
    return f"{boundary.name} failed {ago:.0f} s ago with {boundary.last_cause}; others went well."


FACTS: Final = Boundary("Taking in a fact")
STORING: Final = Boundary("Storing webhooks")
BACKGROUND: Final = Boundary("Background tasks")
ONE_TASK: Final = Boundary("A background task")
ONE_LOOK: Final = Boundary("Looking after a supervision")
HUB: Final = Boundary("The board's pushes")
HEARTBEAT: Final = Boundary("The board's heartbeat")
WALLS: Final = Boundary("Screens on walls")
SHOWING: Final = Boundary("Showing a row")
CHANNEL_LAYER: Final = Boundary("The channel layer")
MAILING: Final = Boundary("Sending mail")
READING: Final = Boundary("Reading back")
ONE_READING: Final = Boundary("A read-back")
for _boundary in (
    FACTS, STORING, BACKGROUND, ONE_TASK, ONE_LOOK, HUB, HEARTBEAT, WALLS, SHOWING, CHANNEL_LAYER, MAILING, READING,
    ONE_READING,
):  # fmt: skip
    metrics.FAILURES.labels(_boundary.name)
