"""Where rows differ from the fold's records, and the taking over of what does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.db.models import Model

from conferences.fold import ConferenceState, LegState, ParticipantState

CONFERENCE = tuple(field.name for field in fields(ConferenceState))
LEG = tuple(field.name for field in fields(LegState))
PARTICIPANT = tuple(
    field.name for field in fields(ParticipantState) if field.name not in ("conference_id", "call_control_id")
)
# What is kept for the fold alone: no screen shows it.
_UNSEEN = {"last_order", "signs", "signs_at", "help_header_at"}

Found = dict[str, tuple[str, ...]]


class Differences:
    """What was found to differ, by what it belongs to: field names, or "missing" for what had no row."""

    def __init__(self) -> None:
        self.found: Found = {}

    def between(self, what: str, row: Model | None, record: Any, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of the record's values that the row does not have; all of them when there is no row."""
        if row is None:
            self.found[what] = ("missing",)
            return names
        old = values(row, names)
        differ = tuple(name for name in names if old[name] != getattr(record, name))
        if differ:
            self.found[what] = differ
        return differ


def shows(differ: Iterable[str]) -> bool:
    """Return whether a screen shows any of these."""
    return bool({*differ} - _UNSEEN)


def values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return a row's values as a record of the fold has them."""
    found = {name: getattr(row, name) for name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def take(row: Model, record: Any, names: Iterable[str]) -> None:
    """Put a record's values of these names into the row, unsaved."""
    for name in names:
        value = getattr(record, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
