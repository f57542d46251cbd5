"""One per process: a nudge or a tick, read the feed, render once per audience, hand to the sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from structlog.stdlib import get_logger

from conferences import clock
from conferences.ingest.webhooks.writer import writer
from conferences.liveness import boundaries
from conferences.liveness.boundaries import Boundary
from dashboard.live import frames, heartbeats, logins, nudges
from dashboard.live.coalescing import Coalescer
from dashboard.live.lag import LagMeter, Stamps, last_heard
from dashboard.live.threads import in_thread
from dashboard.live.viewer import AGENTS, TooSlow, Viewer
from dashboard.presenters.rows import changed_agents
from dashboard.wallboard.pushing import Walls

log = get_logger(__name__)
T = TypeVar("T")

TICK: Final = 0.5  # without any nudge a change is seen after this long, in seconds
HEARTBEAT: Final = 5.0
LONGEST_REST: Final = 0.5
IN_A_TURN: Final = 8  # pages sent to, one after another
MANY_WAITING: Final = 4  # webhooks
MOST_PAGES: Final = 20  # open at once by one user, in one process
CHECK_LOGINS: Final = 4.0


class Hub:
    """Holds the viewers of this process and tells them what changed. Everything but `nudge` runs on one event loop."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._newcomers = Coalescer(self._catch_up)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._lag = LagMeter()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="hub")
        self.walls = Walls(self._in_thread, self._start)

    async def join(self, viewer: Viewer) -> None:
        """Bring a new viewer's page up to date and keep it so. Raises DatabaseError when that cannot be read now.

        What changes meanwhile is sent after it: the viewer is told from the number on that its first frame brought.
        """
        self._start()
        viewer.since, frame = await self._newcomers.ask(viewer)
        viewer.offer(frame)
        self._viewers.add(viewer)
        self._woken.set()

    async def _catch_up(self, newcomers: list[Viewer]) -> dict[Viewer, tuple[int, str]]:
        """Read once for all who wait: after an outage everybody comes at once."""
        number, made = await self._in_thread(lambda: frames.catch_up(newcomers))
        return {viewer: (number, frame) for viewer, frame in made.items()}

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def has_room(self, viewer: Viewer) -> bool:
        """Whether its user may open another page: one person's pages must not crowd out the others'."""
        return sum(one.user_pk == viewer.user_pk for one in self._viewers) < MOST_PAGES

    def is_full(self, session_key: str) -> bool:
        """Whether a login has as many pages open as one person may: seen before anything is looked up for it."""
        return sum(one.session_key == session_key for one in self._viewers) >= MOST_PAGES

    def shown(self, viewer: Viewer, number: int) -> None:
        """A browser says that it shows what it was sent under that feed number; the rest does not count."""
        if number in viewer.unshown:
            viewer.unshown.remove(number)
            self._lag.shown(number, clock.now())

    @property
    def count(self) -> int:
        """How many pages are open at this process, screens on walls among them."""
        return len(self._viewers) + self.walls.count

    @property
    def since(self) -> int | None:
        """The feed number that every page of this process has been told; None without a page."""
        return min((viewer.since for viewer in self._viewers), default=None)

    @property
    def lag(self) -> dict[str, float]:
        """Seconds from the provider to the screen, as half and 19 of 20 of the samples have it; {} without samples."""
        told = self._lag.summary()
        return {share: told[share] for share in ("p50", "p95") if share in told}

    def nudge(self) -> None:
        """Say, from any thread, that the feed has moved. Nothing waits and nothing fails: the tick finds it too."""
        if self._loop is not None and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(nudges.tell_all(), self._loop)

    def close_all(self, code: int) -> None:
        """Have every page's socket closed with this code."""
        for viewer in list(self._viewers):
            self._close(viewer, code)
        self.walls.close_all(code)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._loop = None

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop and self._tasks and not any(task.done() for task in self._tasks):
            return
        self._loop, self._woken = loop, asyncio.Event()
        for task in self._tasks:
            if not task.get_loop().is_closed():
                task.cancel()
        loops = (nudges.listen(self._woken.set), self._run(), self._watch_logins(), self.walls.run(self._bounded))
        self._tasks = [loop.create_task(one) for one in loops]

    async def _run(self) -> None:
        beat = time.monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._woken.wait()
            self._woken.clear()
            now = time.monotonic()
            # A page that is told of no change is told so by the missing heartbeat.
            if not await self._bounded(boundaries.HUB, self._push_changes):
                await asyncio.sleep(boundaries.HUB.pause)
                continue
            await self._rest(now)
            if now - beat > HEARTBEAT:
                beat = now
                await self._bounded(boundaries.HEARTBEAT, self._send_heartbeat)

    async def _watch_logins(self) -> None:
        """Beside the pushes: to look up hundreds of logins takes longer than any of these may wait."""
        while True:
            await asyncio.sleep(CHECK_LOGINS)
            await self._bounded(boundaries.HEARTBEAT, self._check_logins)

    async def _rest(self, began: float) -> None:
        """After a push thrice as long a rest while webhooks wait to be taken in; what changes meanwhile goes together.

        One interpreter takes them in and pushes: a webhook that waits too long is sent again, a push only comes later.
        """
        await asyncio.sleep(0.001)  # the sockets' own tasks send
        if writer.depth > MANY_WAITING:
            await asyncio.sleep(min(3 * (time.monotonic() - began), LONGEST_REST))

    async def _bounded(self, boundary: Boundary, work: Callable[[], Awaitable[None]]) -> bool:
        """Do one thing the hub does again and again; whatever it raises is noted, and the hub goes on."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a boundary: see conferences.liveness.boundaries
            boundary.note(error)
            return False
        boundary.went_well()
        return True

    async def _push_changes(self) -> None:
        if not (viewers := list(self._viewers)):
            return
        since = min(viewer.since for viewer in viewers)
        made, number, stamps = await self._in_thread(lambda: self._render(viewers))
        if stamps is not None:
            self._lag.sent(number, stamps)
        for at, (viewer, frame) in enumerate(made.items()):
            if at % IN_A_TURN == 0:
                await asyncio.sleep(0)  # webhooks are taken in between
            viewer.unshown.append(number)
            self._send(viewer, frame)
        if made:
            log.info("pushed", since=since, feed=number, pages=len(made))

    def _render(self, viewers: list[Viewer]) -> tuple[dict[Viewer, str], int, Stamps | None]:
        number = min(viewer.since for viewer in viewers)
        changes = frames.changes_since(number)
        if changes.number < number:  # the database was put back to an earlier day
            number, changes = 0, frames.changes_since(0)
            for viewer in viewers:
                viewer.since = 0
        made = {viewer: changes.frame(viewer) for viewer in viewers} if changes.number > number else {}
        for viewer in viewers:
            viewer.since = changes.number
        told = {viewer: frame for viewer, frame in made.items() if frame is not None}
        return told, changes.number, changes.stamps()

    async def _check_logins(self) -> None:
        welcome = await self._in_thread(lambda: logins.revalidate_sessions(self._viewers))
        for viewer, audience in welcome.items():
            if audience is None:
                self._close(viewer, 4401)
            elif audience != viewer.audience:
                self._close(viewer, 4403)
        for viewer in await self._in_thread(lambda: logins.turned_out(self._viewers)):
            self._close(viewer, 4403)
        for viewer, frame in (await self._in_thread(lambda: logins.warnings(self._viewers))).items():
            self._send(viewer, frame)

    async def _send_heartbeat(self) -> None:
        if not (viewers := list(self._viewers)):
            return
        ages = await self._in_thread(lambda: heartbeats.mark_watched({viewer.audience.scope for viewer in viewers}))
        heard = await self._in_thread(last_heard)
        agents = {viewer.audience.teams for viewer in viewers if viewer.view == AGENTS}
        rosters = await self._in_thread(lambda: changed_agents.rosters(agents))
        made, lag = {}, self._lag.summary()
        for viewer in viewers:
            teams, scope = viewer.audience.teams, viewer.audience.scope
            key = (viewer.since, scope, viewer.view)
            if key not in made:
                told = heard | ({"roster": rosters[teams]} if viewer.view == AGENTS else {})
                made[key] = heartbeats.heartbeat(viewer.since, lag, ages[scope], told)
            self._send(viewer, made[key])

    def _send(self, viewer: Viewer, frame: str) -> None:
        try:
            viewer.offer(frame)
        except TooSlow:
            self._close(viewer, 1013)

    def _close(self, viewer: Viewer, code: int) -> None:
        self._viewers.discard(viewer)
        viewer.dismiss(code)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await in_thread(work, self._pool)


hub = Hub()
