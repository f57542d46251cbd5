"""One thread that stores what has come in meanwhile, all at once: the more there is to do, the less each costs."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from django.db import OperationalError, connection

from conferences import metrics
from conferences.ingest.batches import Delivery, Outcome, receive_all
from conferences.liveness import boundaries

log = logging.getLogger(__name__)

# Fewer are stored at a time than the database's lock may be kept from others for; more wait than ever come in its time.
MOST_AT_ONCE: Final = 64
MOST_WAITING: Final = 4_000
# The next ones are not begun sooner after these: what comes meanwhile shares their cost. One alone never waits.
GATHER: Final = 0.02


class Full(Exception):
    """So much waits that what comes now had better be sent again."""


class Writer:
    """Stores deliveries in the order in which they were handed over. `store` is called on an event loop."""

    def __init__(self, receive: Callable[[Sequence[Delivery]], list[Outcome]] = receive_all) -> None:
        self._receive = receive
        self._waiting: deque[tuple[Delivery, asyncio.Future[Outcome]]] = deque()
        self._chores: deque[Callable[[], object]] = deque()
        self._woken = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_over = False

    async def store(self, delivery: Delivery) -> Outcome:
        """Return what became of it once it is on disk, or what the database raised. Raises Full."""
        if len(self._waiting) >= MOST_WAITING:
            raise Full
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        self._wake()
        return await future

    @property
    def depth(self) -> int:
        """How many wait to be stored."""
        return len(self._waiting)

    def give_way(self, longest: float) -> float:
        """Wait while deliveries are being stored, for `longest` seconds at most; return for how many it was.

        For whoever works beside it and may come later: one interpreter does both, and a delivery that is acknowledged
        late is sent again.
        """
        if self._is_idle.is_set() or longest <= 0:
            return 0.0
        began = time.monotonic()
        self._is_idle.wait(longest)
        return time.monotonic() - began

    def do(self, chore: Callable[[], object]) -> None:
        """Have something short written beside the deliveries."""
        self._chores.append(chore)
        self._wake()

    def stop(self) -> None:
        """Store what waits, and end the thread; a later delivery begins another."""
        self._is_over = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._is_over = None, False

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # It ends with the process, in the middle of what it does if need be: that was not acknowledged.
                self._thread = threading.Thread(target=self._write, name="webhooks", daemon=True)
                self._thread.start()
        self._woken.set()

    def _write(self) -> None:
        while not (self._is_over and not self._waiting):
            self._woken.wait()
            self._woken.clear()
            began = time.monotonic()
            while self._chores:
                boundaries.ONE_TASK.run(self._chores.popleft())
            self._is_idle.clear()
            while self._waiting:
                self._store(self._taken())
            self._is_idle.set()
            if connection.errors_occurred or connection.vendor != "sqlite":
                connection.close()  # to its pool, where there is one
            time.sleep(max(0.0, GATHER - (time.monotonic() - began)))
        connection.close()

    def _taken(self) -> list[tuple[Delivery, asyncio.Future[Outcome]]]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]

    def _store(self, taken: list[tuple[Delivery, asyncio.Future[Outcome]]]) -> None:
        outcomes: list[Outcome]
        metrics.BATCH.observe(len(taken))
        try:
            outcomes = self._receive([delivery for delivery, _ in taken])
        except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
            boundaries.FACTS.note(error)
            outcomes = [OperationalError("The writer failed.") for _ in taken]
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Outcome], Outcome]]] = {}
        for (_, future), outcome in zip(taken, outcomes, strict=True):
            by_loop.setdefault(future.get_loop(), []).append((future, outcome))
        for loop, told in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, told)


def _tell(told: list[tuple[asyncio.Future[Outcome], Outcome]]) -> None:
    for future, outcome in told:
        if not future.done():  # whoever posted may be gone
            future.set_result(outcome)


writer = Writer()
