"""The course of a call: the fold of its facts, stopped after each of them; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from conferences.fold import State, after_each
from conferences.telnyx.events import Event


@dataclass(frozen=True)
class Course:
    """Facts in order of occurrence, and the state at any time and after each of them."""

    facts: tuple[Event, ...]
    _times: tuple[datetime, ...]

    @classmethod
    def of(cls, facts: Iterable[Event]) -> Course:
        """Return the course that these facts, in whatever order, add up to. A fact given twice counts once."""
        ordered = sorted({fact.id: fact for fact in facts}.values(), key=lambda fact: fact.sort_key)
        return cls(tuple(ordered), tuple(fact.occurred_at for fact in ordered))

    def at(self, moment: datetime) -> State:
        """Return what was so at this moment, by all that was told of it then or later: what `fold` makes of it."""
        count = bisect_right(self._times, moment)
        return self.states[count - 1] if count else State()

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The state after each of the facts."""
        return tuple(after_each(self.facts))
