"""Pushes to the screens on walls: counted at most once a second, for all of them together, and only when it may differ.

Beside the pushes to supervisors' pages, which a wall must never make wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from conferences import clock
from conferences.ingest import feed
from conferences.liveness import boundaries, provider_silence
from conferences.liveness.boundaries import Boundary
from conferences.logins import wall
from conferences.models import Conference
from dashboard.version import VERSION
from dashboard.wallboard.board import boards

EVERY: Final = 1.0  # second
HEARTBEAT: Final = 5.0
MOST_WAITING: Final = 10  # frames; a screen that takes none of them is gone
MOST_PAGES: Final = 20  # of one screen, in one process
KEPT_OPEN, NOT_ADMITTED, TOO_SLOW = 1000, 4401, 1013

Bounded = Callable[[Boundary, Callable[[], Awaitable[None]]], Awaitable[object]]


@dataclass(eq=False, slots=True)
class Watcher:
    """A socket's end: whose screen it is, by which token, and what it was last sent."""

    screen: int
    digest: str
    frames: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    close_code: int = KEPT_OPEN
    drawn: str = ""

    def offer(self, frame: str) -> bool:
        """Have a frame sent; False when too many wait already."""
        if self.frames.full():
            return False
        self.frames.put_nowait(frame)
        return True

    def dismiss(self, code: int) -> None:
        """Have the socket closed with `code`, before anything that still waits."""
        self.close_code = code
        while not self.frames.empty():
            self.frames.get_nowait()
        self.frames.put_nowait(None)


class Walls:
    """The screens whose pages are open at this process. Everything runs on one event loop, what reads in a thread."""

    def __init__(self, in_thread: Callable[[Callable[[], Any]], Awaitable[Any]], start: Callable[[], None]) -> None:
        self._in_thread, self._start = in_thread, start
        self._watchers: set[Watcher] = set()
        self._number, self._beat = -1, float("-inf")

    async def join(self, watcher: Watcher) -> None:
        """Bring a page up to date and keep it so. Raises DatabaseError when that cannot be read now."""
        self._start()
        self._give(watcher, await self._in_thread(lambda: _read([watcher], counted=True)))
        if watcher.close_code == KEPT_OPEN:
            self._watchers.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Forget a page that is closed."""
        self._watchers.discard(watcher)

    def has_room(self, watcher: Watcher) -> bool:
        """Whether its screen may have another page open."""
        return sum(one.screen == watcher.screen for one in self._watchers) < MOST_PAGES

    def shown(self, watcher: Watcher, number: int) -> None:
        """Take no notice: how long a wall takes to draw is not measured."""

    @property
    def count(self) -> int:
        """How many pages are open."""
        return len(self._watchers)

    def close_all(self, code: int) -> None:
        """Have every page's socket closed with this code."""
        for watcher in list(self._watchers):
            self._close(watcher, code)

    async def run(self, bounded: Bounded) -> None:
        """Push for ever; what is raised is noted by `bounded`, and it goes on."""
        while True:
            await asyncio.sleep(EVERY)
            await bounded(boundaries.WALLS, self.push)

    async def push(self) -> None:
        """Tell every page what is new, and at times that nothing is; close those whose token is good no more."""
        if not (watchers := list(self._watchers)):
            return
        is_beat = time.monotonic() - self._beat >= HEARTBEAT
        number = await self._in_thread(feed.latest)
        read = await self._in_thread(lambda: _read(watchers, counted=is_beat or number != self._number))
        self._number = number
        if is_beat:
            self._beat = time.monotonic()
        for watcher in watchers:
            self._give(watcher, read, is_beat=is_beat)

    def _give(self, watcher: Watcher, read: Read, *, is_beat: bool = True) -> None:
        if read.digests.get(watcher.screen) != watcher.digest:
            self._close(watcher, NOT_ADMITTED)
            return
        drawn = read.drawn.get(watcher.screen, watcher.drawn)
        if not is_beat and drawn == watcher.drawn:
            return
        told = read.told if drawn == watcher.drawn else {**read.told, "content": drawn}
        watcher.drawn = drawn
        if not watcher.offer(orjson.dumps(told).decode()):
            self._close(watcher, TOO_SLOW)

    def _close(self, watcher: Watcher, code: int) -> None:
        self._watchers.discard(watcher)
        watcher.dismiss(code)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for some screens: whose tokens are good, what each shows if that was counted, and for all alike."""

    digests: dict[int, str]
    drawn: Mapping[int, str]
    told: dict[str, object]


def _read(watchers: list[Watcher], *, counted: bool) -> Read:
    screens = wall.open_screens({one.screen for one in watchers})
    now = clock.now()
    drawn = {pk: board.drawn() for pk, board in boards(screens, now).items()} if counted and screens else {}
    word = provider_silence.last_word()
    told: dict[str, object] = {
        "now": now.isoformat(),
        "word": word.isoformat() if word else None,
        "live": Conference.objects.live().exists(),
        "version": VERSION,
    }
    return Read({one.pk: one.digest for one in screens}, drawn, told)
