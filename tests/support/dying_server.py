"""The product's own server, which kills itself at one point of a webhook's way in: DIES_AT says which.

Nothing is replaced: what is done at that point is done, and then, or just before, there is no process any more.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from dashboard.asgi import application as product  # it sets Django up
from dashboard.live import frames

AT = os.environ["DIES_AT"]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_around(point: str, work: Callable[..., Any], is_time: Callable[..., bool]) -> Callable[..., Any]:
    """Do the work and die before it or after it, once it is time."""

    @wraps(work)
    def dying(*arguments: Any) -> Any:
        if f"before {point}" == AT and is_time():
            die()
        done = work(*arguments)
        if f"after {point}" == AT and is_time():
            die()
        return done

    return dying


def is_a_webhook() -> bool:
    return threading.current_thread().name == "webhooks"


def changes_since(number: int) -> Any:
    changes = read(number)
    if AT == "before push" and changes.number > number:
        die()
    return changes


async def application(scope: Any, receive: Any, send: Any) -> None:
    async def sending(message: Any) -> None:
        await send(message)
        if AT == "after answer" and message["type"] == "http.response.body" and scope.get("method") == "POST":
            await asyncio.sleep(0.1)  # it is on its way to the provider
            die()

    await product(scope, receive, sending)


read, frames.changes_since = frames.changes_since, changes_since
BaseDatabaseWrapper._commit = dies_around("commit", BaseDatabaseWrapper._commit, is_a_webhook)
