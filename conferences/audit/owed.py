"""Keeps audit entries that cannot be written just now, and writes them once they can be.

Nobody is kept in a call, or heard in it, because the audit cannot be written; and nothing goes unrecorded for that.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from conferences.models import AuditEntry, OwedEntry

log = logging.getLogger(__name__)


def write(entry: AuditEntry) -> AuditEntry:
    """Write an entry, or keep what it would hold: it has no primary key then. Raises DatabaseError if neither works."""
    owed_intent = _owed_still(entry)
    if owed_intent is None:
        try:
            with transaction.atomic():
                entry.save()
        except DatabaseError:
            log.exception("The audit cannot be written; the entry is kept and written later: %s", entry)
        else:
            return entry
    entry.pk = None
    entry.owed = OwedEntry.objects.create(values=_values(entry), intent=owed_intent)  # type: ignore[attr-defined]
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
                entry = AuditEntry(**_read(one.values))
                if one.intent_id is not None:
                    entry.intent = written.get(one.intent_id)
                entry.save()
                written[one.pk] = entry
            OwedEntry.objects.filter(pk__in=list(written)).delete()
    except DatabaseError:
        return 0
    if written:
        log.warning("%s audit entries were written late", len(written))
    return len(written)


def _values(entry: AuditEntry) -> dict[str, Any]:
    """Every column by its name, as JSON holds it."""
    values = {name: value for name, value in vars(entry).items() if not name.startswith("_") and name != "id"}
    return {name: value.isoformat() if isinstance(value, datetime) else _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool | list) else str(value)


def _read(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"at": datetime.fromisoformat(values["at"])}
