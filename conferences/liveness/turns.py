"""Lets the writers of this process take turns at the database's one lock for all that is known of calls.

SQLite has whoever waits for its lock ask again after pauses that grow to a tenth of a second, so that the first may be
the last: webhooks were seen to wait half a second behind read-backs that had it for 20 ms each. PostgreSQL has them
stand in line, webhooks behind all read-backs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import connection

# Seconds after which a writer goes on without its turn, to wait for the database's own lock, which protects the rows.
LONGEST_WAIT: Final = 5.0

_may_come_later: ContextVar[bool] = ContextVar("may_come_later", default=False)


class Turns:
    """Whose turn it is: in the order in which they came, and every second time one that may come later."""

    def __init__(self, longest_wait: float = LONGEST_WAIT) -> None:
        self._longest_wait = longest_wait
        self._lock = threading.Lock()
        self._is_taken = False
        self._was_later = False
        self._waiting: dict[bool, deque[threading.Event]] = {False: deque(), True: deque()}

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold the turn while the block runs. Not to be held twice by one thread."""
        has_turn = self._wait(_may_come_later.get())
        try:
            yield
        finally:
            if has_turn:
                self._pass_on()

    def _wait(self, later: bool) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting[later].append(mine)
        if mine.wait(self._longest_wait):
            return True
        with self._lock:
            if mine.is_set():
                return True
            self._waiting[later].remove(mine)
            return False

    def _pass_on(self) -> None:
        with self._lock:
            is_later = bool(self._waiting[True]) and not (self._was_later and self._waiting[False])
            self._was_later = is_later
            if self._waiting[is_later]:
                self._waiting[is_later].popleft().set()
            else:
                self._is_taken = False


turns = Turns()


@contextmanager
def turn_to_write() -> Iterator[None]:
    """Take a turn. Whoever is in a transaction may have the database's lock already, and goes on."""
    if connection.in_atomic_block:
        yield
        return
    with turns.one():
        yield


def come_later(work: Callable[[], object]) -> None:
    """Do this, and let whoever does not come later write first, every second time."""
    token = _may_come_later.set(True)
    try:
        work()
    finally:
        _may_come_later.reset(token)
