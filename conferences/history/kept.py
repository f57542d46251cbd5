"""The courses of the calls looked at last, each kept for as long as it is of the same facts, which never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final
from uuid import UUID

from conferences.history.course import Course
from conferences.telnyx.events import Event

MOST: Final = 20_000  # facts of all of them together; some 4 KB each


class Courses:
    """Courses by the calls' keys, the one used last being last. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, tuple[frozenset[int], Course]] = OrderedDict()
        self._lock = Lock()

    def of(self, call: UUID, facts: frozenset[int], read: Callable[[], Mapping[int, Event]]) -> Course:
        """Return the course of a call's facts, given by their keys; `read` is asked for them where it is not kept."""
        with self._lock:
            known, course = self._kept.get(call, (None, None))
            if course is not None and known == facts:
                self._kept.move_to_end(call)
                return course
        events = read()
        course = Course.of(events.values())
        self._put(call, frozenset(events), course)
        return course

    def _put(self, call: UUID, facts: frozenset[int], course: Course) -> None:
        with self._lock:
            self._kept[call] = facts, course
            self._kept.move_to_end(call)
            while sum(len(known) for known, _ in self._kept.values()) > self._most:
                self._kept.popitem(last=False)


courses = Courses()
