"""Runs database work for sockets in threads, and gives the connection back as a request would have."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

T = TypeVar("T")


async def in_thread(work: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T:
    """Run `work` outside the event loop. A connection kept by a thread that waits would be lost to the pool."""
    return await sync_to_async(_closing(work), thread_sensitive=False, executor=pool)()


def _closing(work: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        try:
            return work()
        finally:
            close_old_connections()

    return run
