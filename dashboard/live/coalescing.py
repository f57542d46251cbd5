"""Work that is done once for all who ask for it at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Coalescer(Generic[Q, A]):
    """Answers one batch after the other; those who ask while one is worked on are the next. Runs on one event loop.

    Each batch is followed by as long a rest: what takes turns with it gets on, and the next batch grows.
    """

    def __init__(self, work: Callable[[list[Q]], Awaitable[Mapping[Q, A]]]) -> None:
        self._work = work
        self._asked: list[Q] = []
        self._next: asyncio.Task[Mapping[Q, A]] | None = None
        self._under_way: asyncio.Task[Mapping[Q, A]] | None = None
        self._rests_until = 0.0

    async def ask(self, question: Q) -> A:
        """Return the answer to this question. Raises what the work raised for the whole batch."""
        self._forget_other_loops()
        self._asked.append(question)
        if self._next is None:
            self._next = asyncio.create_task(self._answer(self._under_way))
        answers = await asyncio.shield(self._next)
        return answers[question]

    async def _answer(self, earlier: asyncio.Task[Mapping[Q, A]] | None) -> Mapping[Q, A]:
        if earlier is not None:
            await asyncio.wait([earlier])
        await asyncio.sleep(self._rests_until - time.monotonic())
        asked, self._asked, self._under_way, self._next = self._asked, [], self._next, None
        began = time.monotonic()
        try:
            return await self._work(asked)
        finally:
            self._rests_until = 2 * time.monotonic() - began

    def _forget_other_loops(self) -> None:
        """Of a loop that is gone nothing will be answered any more."""
        last = self._next or self._under_way
        if last is not None and last.get_loop() is not asyncio.get_running_loop():
            self._asked, self._next, self._under_way = [], None, None
