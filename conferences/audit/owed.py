"""Keeps audit entries that cannot be written just now, and writes them once they can be.

Nobody is kept in a call, or heard in it, because the audit cannot be written; and nothing goes unrecorded for that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.db.models import Model

from conferences.audit.proof import chain
from conferences.audit.proof.digests import DETAIL_FIELDS, ENTRY_FIELDS
from conferences.models import AuditDetail, AuditEntry, OwedEntry

log = logging.getLogger(__name__)

CHAINED: Final = frozenset({"seq", "detail_digest", "previous_hash"})  # it gets these once it is written


def write(entry: AuditEntry, detail: AuditDetail) -> AuditEntry:
    """Write an entry, or keep what it would hold: it has no primary key then. Raises DatabaseError if neither works."""
    return _write_or_keep(entry, detail, logging.ERROR)


def write_all(written: Sequence[tuple[AuditEntry, AuditDetail]]) -> list[AuditEntry]:
    """Write several entries, and return them: at once, or where that fails each by itself as `write` does."""
    if not any(hasattr(entry.intent, "owed") for entry, _ in written):
        try:
            return chain.append_all(written)
        except DatabaseError:
            log.exception("%s audit entries could not be written at once; each is by itself", len(written))
    return [_write_or_keep(entry, detail, logging.WARNING) for entry, detail in written]


def _write_or_keep(entry: AuditEntry, detail: AuditDetail, level: int) -> AuditEntry:
    """Only an error is told with where it arose: of many at once the first says it, and to write it takes time."""
    owed_intent = _owed_still(entry)
    if owed_intent is None:
        try:
            return chain.append(entry, detail)
        except DatabaseError:
            told = "The audit cannot be written; the entry is kept and written later: %s"
            log.log(level, told, entry, exc_info=level >= logging.ERROR)
    values = _values(entry, ENTRY_FIELDS) | _values(detail, DETAIL_FIELDS)
    entry = AuditEntry(**{name: getattr(entry, name) for name in ENTRY_FIELDS if name not in CHAINED})
    entry.detail = detail
    entry.owed = OwedEntry.objects.create(values=values, intent=owed_intent)  # type: ignore[attr-defined]
    return entry


def _owed_still(entry: AuditEntry) -> OwedEntry | None:
    """Return what is owed of an outcome's intent; one that has been written meanwhile is the outcome's own again."""
    owed: OwedEntry | None = getattr(entry.intent, "owed", None)
    if owed is None or OwedEntry.objects.filter(pk=owed.pk).exists():
        return owed
    asked = AuditEntry.objects.filter(command_id=entry.command_id, phase=AuditEntry.Phase.INTENT)
    entry.intent = asked.order_by("pk").last()
    return None


def settle() -> int:
    """Write what is owed, in the order in which it was due and with the times of then; return how many entries.

    None while the audit still cannot be written: then everything stays owed.
    """
    written: dict[int, AuditEntry] = {}
    try:
        with transaction.atomic():
            for one in OwedEntry.objects.select_for_update():  # nobody else writes them at the same time
                entry, detail = _read(one.values)
                if one.intent_id is not None:
                    entry.intent = written.get(one.intent_id)
                written[one.pk] = chain.append(entry, detail)
            OwedEntry.objects.filter(pk__in=list(written)).delete()
    except DatabaseError:
        return 0
    if written:
        log.warning("%s audit entries were written late", len(written))
    return len(written)


def _values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Columns by their names, as JSON holds them."""
    return {name: _plain(getattr(row, name)) for name in names if name not in CHAINED}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool | list | dict) else str(value)


def _read(values: dict[str, Any]) -> tuple[AuditEntry, AuditDetail]:
    """What the release before has kept has no more than it knew of."""
    told = {name: value for name, value in values.items() if name in ENTRY_FIELDS}
    detail = {name: "" if value is None else value for name, value in values.items() if name in DETAIL_FIELDS}
    return AuditEntry(**told | {"at": datetime.fromisoformat(values["at"])}), AuditDetail(**detail)
