"""What read-backs put right in a call: things that nobody had told, or told wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from conferences.fold import State
from conferences.history.record import Record
from conferences.reconciliation.drift import Contradiction, contradictions


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that the provider's records said otherwise than we had it, and when they were asked."""

    at: datetime
    denied: Contradiction


def repairs(record: Record) -> Iterator[Repair]:
    """Yield what was put right about this call, in order."""
    before = State()
    for fact, state in zip(record.course.facts, record.course.states, strict=True):
        if fact.type.startswith("readback.") and fact.conference_id == record.conference.conference_id:
            yield from (Repair(fact.occurred_at, one) for one in contradictions(before, fact) if one.is_drift)
        before = state
