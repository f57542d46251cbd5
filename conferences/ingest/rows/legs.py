"""Writes the legs that differ, and finds out whose they are: many of them in as few queries as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from conferences.addresses import canonical
from conferences.fold import LegState
from conferences.ingest.directory import Directory
from conferences.ingest.leg_matching import note_sharers, recognise
from conferences.ingest.rows.differences import LEG, Differences, shows, take
from conferences.models import Leg

# What decides whose a leg is.
_WHOSE = {"direction", "from_address", "to_address", "from_sip_uri", "initial_state", "connection_id"}
_FOUND = ("kind", "agent", "queue", "system", "from_canonical", "to_canonical")


@dataclass(slots=True)
class LegChanges:
    """What a pass over legs came to, each leg by its call_control_id."""

    moved: set[str] = field(default_factory=set)  # a screen shows something new of them
    placed: set[str] = field(default_factory=set)  # they were found to be another's than before
    agents: set[int] = field(
        default_factory=set
    )  # the agents on them, before or now: on their rows something new shows


def agents_on(leg: Leg) -> set[int]:
    """Return the keys of the agents who may be on this leg."""
    return {leg.agent_id, *(one.pk for one in leg.sharers.all())} if leg.pk and leg.agent_id is not None else set()


def save_legs(rows: dict[str, Leg], records: Iterable[LegState], differences: Differences) -> LegChanges:
    """Write the legs that differ from their rows, new rows among them, and return what changed."""
    differing, past = _take_all(rows, records, differences)
    shown = [rows[one] for one, differ in differing.items() if shows(differ)]
    prefetch_related_objects([row for row in shown if row.pk], "sharers")
    before = {row.call_control_id: agents_on(row) for row in shown}
    directory = Directory(shown)
    for row in shown:
        # Whose an ended leg was does not change with the directory.
        if row.call_control_id not in past or directory.is_ours(row):
            recognise(row, directory)
    _write(rows, differing)
    changes = LegChanges({row.call_control_id for row in shown})
    prefetch_related_objects(shown, "sharers")
    for row in shown:
        if row.call_control_id not in past:
            note_sharers(row, directory)
        now = agents_on(row)
        changes.agents |= now | before[row.call_control_id]
        if now != before[row.call_control_id]:
            changes.placed.add(row.call_control_id)
    return changes


def _take_all(
    rows: dict[str, Leg], records: Iterable[LegState], differences: Differences
) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Put what differs into the rows, unsaved; return which fields did, and the legs that were over and stay whose."""
    differing: dict[str, tuple[str, ...]] = {}
    past: set[str] = set()
    for leg in records:
        key, row = leg.call_control_id, rows.get(leg.call_control_id)
        if row is not None and row.facts_deleted_at is not None:
            continue
        differ = differences.between(f"leg {key}", row, leg, LEG)
        if not differ:
            continue
        row = rows[key] = row or Leg()
        differing[key] = differ
        if row.state == Leg.State.ENDED and not _WHOSE & {*differ}:
            past.add(key)
        take(row, leg, differ)
        if {"from_address", "to_address"} & {*differ}:
            row.from_canonical, row.to_canonical = canonical(row.from_address), canonical(row.to_address)
    return differing, past


def _write(rows: dict[str, Leg], differing: dict[str, tuple[str, ...]]) -> None:
    known = [row for row in (rows[key] for key in differing) if row.pk]
    Leg.objects.bulk_create([row for row in (rows[key] for key in differing) if not row.pk])
    for row in known:
        row.save(update_fields=[*differing[row.call_control_id], *_FOUND])
