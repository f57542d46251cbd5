"""Many who do something at the same time, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

THREADS = 8


def at_once(actions: Sequence[Callable[[], Any]], threads: int = THREADS) -> list[Any]:
    """Do all of them, this many at a time and beginning together; what each returned."""
    ready = threading.Barrier(threads)

    def work(share: Sequence[Callable[[], Any]]) -> list[Any]:
        ready.wait(timeout=10)
        try:
            return [action() for action in share]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return [one for done in pool.map(work, [actions[number::threads] for number in range(threads)]) for one in done]
