"""Runs database work for sockets in threads, and gives the connection back as a request would have."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

from conferences.ingest.webhooks.writer import writer

T = TypeVar("T")

# Seconds for which a piece of work waits in all while webhooks are being stored: pages come later, but they come.
LONGEST_WAIT: Final = 0.1


async def in_thread(work: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T:
    """Run `work` outside the event loop. A connection kept by a thread that waits would be lost to the pool."""
    return await sync_to_async(_closing(work), thread_sensitive=False, executor=pool)()


def _closing(work: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        try:
            with connection.execute_wrapper(_GivesWay()):
                return work()
        finally:
            close_old_connections()

    return run


class _GivesWay:
    """Before each query of one piece of work, lets webhooks be stored first."""

    def __init__(self) -> None:
        self._left = LONGEST_WAIT

    def __call__(self, execute: Callable[..., T], *query: Any) -> T:
        self._left -= writer.give_way(self._left)
        return execute(*query)
