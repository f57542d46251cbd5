"""The course of a call: the fold of its facts, stopped after each of them; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from conferences.fold import State, apply
from conferences.telnyx.events import Event


@dataclass(frozen=True, slots=True)
class Course:
    """Facts in order of occurrence, and the state after each of them."""

    facts: tuple[Event, ...]
    states: tuple[State, ...]
    _times: tuple[datetime, ...]

    @classmethod
    def of(cls, facts: Iterable[Event]) -> Course:
        """Return the course that these facts, in whatever order, add up to. A fact given twice counts once."""
        ordered = sorted({fact.id: fact for fact in facts}.values(), key=lambda fact: fact.sort_key)
        states = tuple(_after_each(ordered))
        return cls(tuple(ordered), states, tuple(fact.occurred_at for fact in ordered))

    def at(self, moment: datetime) -> State:
        """Return what was so at this moment, by all that was told of it then or later: what `fold` makes of it."""
        known = bisect_right(self._times, moment)
        return self.states[known - 1] if known else State()

    @property
    def last(self) -> State:
        return self.states[-1] if self.states else State()


def _after_each(ordered: Iterable[Event]) -> Iterator[State]:
    state = State()
    for fact in ordered:
        state = apply(state, fact)
        yield state
