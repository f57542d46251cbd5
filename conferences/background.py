"""What is to be done after facts have come in, outside the webhook's request: advance supervisions, read back names."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from django.conf import settings
from django.db import connections

from conferences import clock, signals
from conferences.audit import owed as audit_owed
from conferences.audit import stays
from conferences.audit.proof import checkpoints
from conferences.ingest.systems import wrap_ups
from conferences.liveness import boundaries, fact_months, turns
from conferences.models import Conference, OwedEntry, Supervision
from conferences.reconciliation import backfill, readback, unread
from conferences.supervision import orphan_legs
from conferences.supervision.executor import advancing, looking, withdrawing
from conferences.supervision.requests import following, sensitive
from conferences.supervision.requests.handing_over import advancing as handing_over
from conferences.supervision.requests.helping import advancing as helping
from conferences.supervision.requests.helping import asking
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand
from conferences.testcall import advancing as testcall

log = logging.getLogger(__name__)

Key = tuple[str, object]  # what kind of task, and what it is about
Task = tuple[Key, Callable[[], object]]

# Nothing tells a process that another one has died holding a task; so it also looks on its own.
LOOK_EVERY = 1.0
# While facts pour in, doing what each may have brought would cost more than they do: what is urgent is done this often
# at most, and what else they may have brought this often.
URGENT_EVERY = 0.02
FACTS_EVERY = 0.25
AT_ONCE = {"supervision": 24, "leaving": 48, "reading": 8}
_POOLS = {"supervision": "supervision", "leaving": "leaving", "orphan": "leaving", "withdrawn": "leaving"}
WITHDRAWN: Key = ("withdrawn", 0)


def due() -> Iterator[Task]:
    """Yield what may be due now, each under a key of its own. Doing one twice, or by two processes, does no harm."""
    yield from brought()
    yield from by_the_clock()


def brought() -> Iterator[Task]:
    """Yield what facts may have made due, and leave what time alone does."""
    found = looking.look(together=_may_be_tried(WITHDRAWN))
    if found.lost:
        yield WITHDRAWN, partial(withdrawing.take_out, found.lost)
    yield from _advancing(found.due)
    yield from _after_facts()


def urgent() -> Iterator[Task]:
    """Yield what a supervisor waits for, rights aside: each fact may be the one that her supervision waits for."""
    yield from _advancing(looking.with_something_due(looking.all_running()))


def _advancing(supervisions: Iterable[Supervision]) -> Iterator[Task]:
    for one in supervisions:
        yield ("supervision" if one.is_active else "leaving", one.pk), partial(advancing.advance, one.pk)


def by_the_clock() -> Iterator[Task]:
    """Yield what time alone makes due, or what somebody left undone."""
    if OwedEntry.objects.exists():
        yield ("audit", 0), audit_owed.settle
    for ended in stays.ends_not_on_record():
        yield ("end", ended.pk), partial(stays.ended, ended)
    if checkpoints.is_due():
        yield ("checkpoint", 0), checkpoints.make
    for section in sensitive.overdue():
        yield ("sensitive", section.pk), partial(sensitive.end_overdue, section)
    if fact_months.is_due():
        yield ("months", 0), fact_months.make
    if wrap_ups.are_over():
        yield ("wrap-ups", 0), wrap_ups.end_over
    yield from _orphaned()


def _after_facts() -> Iterator[Task]:
    """Yield what a fact may have brought: an agent's next call, a call or a person of whom something is to be read."""
    for pk in following.waiting():
        yield ("follow", pk), partial(following.advance, pk)
    yield from _asked_for_help()
    for pk in handing_over.due():
        yield ("handed", pk), partial(handing_over.advance, pk)
    for test in testcall.due():
        yield ("test", test.pk), partial(testcall.advance, test)
    for pk in Conference.objects.live().filter(polled_at=None).values_list("pk", flat=True)[:50]:
        yield ("conference", pk), partial(readback.fetch_record, pk)
    if backfill.unidentified_legs(clock.now()):
        yield ("unidentified", 0), _identify_legs
    for conference in unread.find(clock.now()):
        yield ("people", conference.pk), partial(unread.read, conference)


def _asked_for_help() -> Iterator[Task]:
    for leg in asking.asked_by_phone(settings.HELP_KEYS):
        yield ("help", leg.pk), partial(asking.ask_by_phone, leg, settings.HELP_KEYS)
    for pk in helping.due():
        yield ("helped", pk), partial(helping.advance, pk)


def _orphaned() -> Iterator[Task]:
    for supervision, leg in orphan_legs.find_orphan_legs():
        yield ("orphan", leg.pk), partial(orphan_legs.hang_up, supervision, leg)
    for supervision in orphan_legs.ends_told_too_soon():
        yield ("untrue", supervision.pk), partial(orphan_legs.tell_end_again, supervision)
    for intent in orphan_legs.commands_without_answer():
        yield ("intent", intent.pk), partial(orphan_legs.conclude_as_unknown, intent)


def _identify_legs() -> None:
    """Learn who originated the legs of which that was never told: Earshot may have been put in while calls were up."""
    now = clock.now()
    try:
        backfill.fetch_leg_history(backfill.unidentified_legs(now), now)
    except (TelnyxError, InvalidCommand) as error:
        log.warning("The provider's records of legs could not be read: %s", error)


class Schedule:
    """When all that may be due is listed, and when only what facts may have brought."""

    def __init__(self, now: float) -> None:
        self._everything_at = self._facts_at = now
        self._is_owed = False  # facts came, and what they brought is not listed yet

    @property
    def next_at(self) -> float:
        return min(self._everything_at, self._facts_at) if self._is_owed else self._everything_at

    def choose(self, now: float, *, came: bool) -> Callable[[], Iterator[Task]]:
        """Return what lists the tasks to do now. Facts, or work for supervisors, came if `came`."""
        self._is_owed |= came
        if now >= self._everything_at:
            self._everything_at, self._facts_at, self._is_owed = now + LOOK_EVERY, now + FACTS_EVERY, False
            return due
        if self._is_owed and now >= self._facts_at:
            self._facts_at, self._is_owed = now + FACTS_EVERY, False
            return brought
        return urgent


def run_due(look: Callable[[], Iterator[Task]] = due) -> bool:
    """Do everything that is due, here and now, one after another; return whether there was anything."""
    tasks = list(look())
    for _, task in tasks:
        task()
    return bool(tasks)


class BackgroundRunner:
    """A thread that looks for tasks when woken and every second, and a few more that do them side by side."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._stopped = threading.Event()
        # Apart: neither a provider that is slow to be read nor commands that hang keep anybody from leaving a call.
        self._pools = {name: ThreadPoolExecutor(most, thread_name_prefix=name) for name, most in AT_ONCE.items()}
        self._under_way: dict[Key, Future[None]] = {}
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        signals.work_arrived.connect(self._wake)
        self._thread.start()

    def stop(self) -> None:
        signals.work_arrived.disconnect(self._wake)
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=5)
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _wake(self, **_: object) -> None:
        self._woken.set()

    def _run(self) -> None:
        schedule = Schedule(time.monotonic())
        while not self._stopped.is_set():
            came = self._woken.wait(max(0.0, schedule.next_at - time.monotonic()))
            self._woken.clear()
            began = time.monotonic()
            boundaries.BACKGROUND.run(partial(self._hand_out, schedule.choose(began, came=came)))
            let_go_of_connections()
            self._stopped.wait(max(boundaries.BACKGROUND.pause, began + URGENT_EVERY - time.monotonic()))

    def _hand_out(self, tasks: Callable[[], Iterator[Task]]) -> None:
        self._under_way = {key: future for key, future in self._under_way.items() if not future.done()}
        for key, task in tasks():
            if key not in self._under_way and not self._stopped.is_set() and _may_be_tried(key):
                pool = _POOLS.get(key[0], "reading")
                work = partial(turns.come_later, task) if pool == "reading" else task
                self._under_way[key] = self._pools[pool].submit(_do, key, work)


def let_go_of_connections() -> None:
    """Give this thread's database connection back to its pool; keep one to SQLite unless it is broken.

    Django would close it: these threads last, and a connection to SQLite costs as much as ten small queries.
    """
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred or connection.vendor != "sqlite":
            connection.close()


# Tasks that raised what nobody foresaw: how often in a row, and not to be tried again before.
_FAILED: dict[Key, tuple[int, float]] = {}


def _may_be_tried(key: Key) -> bool:
    return _FAILED.get(key, (0, 0.0))[1] <= time.monotonic()


def _do(key: Key, task: Callable[[], object]) -> None:
    if boundaries.ONE_TASK.run(task):
        _FAILED.pop(key, None)
    else:
        times, _ = _FAILED.get(key, (0, 0.0))
        pause = min(boundaries.LONGEST_PAUSE, boundaries.FIRST_PAUSE * 2 ** min(times, 10))
        _FAILED[key] = (times + 1, time.monotonic() + pause)
    let_go_of_connections()
