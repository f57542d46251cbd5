"""Writes entries, each chained to the one before: the only place where one gets its number and its hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from django.db import models, transaction

from conferences.audit.proof import digests
from conferences.models import AuditDetail, AuditEntry, AuditLock

# What the release before writes into columns of the entry itself; in ours they are called old_….
OLD: Final = "old_"
OLD_NAMES: Final = ("actor_name", "source_ip", "conference_name", "targets", "provider_text", "claim", "note")


def append(entry: AuditEntry, detail: AuditDetail) -> AuditEntry:
    """Write an entry and its details at the end of the chain, and return it. Raises DatabaseError when it cannot be.

    Writers stand in line for one row, which each holds until its transaction ends: so the chain never forks. Call it
    last in a transaction, or in none.
    """
    with transaction.atomic():
        hold()
        _link(entry, detail, *_head())
        entry.save(force_insert=True)
        detail.entry = entry
        detail.save(force_insert=True)
    return entry


def append_all(written: Sequence[tuple[AuditEntry, AuditDetail]]) -> list[AuditEntry]:
    """Write several entries with their details, in this order: all or none; return them.

    Raises DatabaseError when it cannot be.
    """
    with transaction.atomic():
        hold()
        last, last_hash = _head()
        for entry, detail in written:
            _link(entry, detail, last, last_hash)
            last, last_hash = entry.seq or 0, entry.hash
        # Past the closed managers, which know of single entries alone; each has its number and its hash.
        entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
        details: models.QuerySet[AuditDetail] = models.QuerySet(AuditDetail)
        entries.bulk_create([entry for entry, _ in written])
        for entry, detail in written:
            detail.entry = entry
        details.bulk_create([detail for _, detail in written])
    return [entry for entry, _ in written]


def take_in() -> int:
    """Chain the entries that the release before wrote meanwhile, and return how many; see `verify_audit`."""
    with transaction.atomic():
        hold()
        late = list(AuditEntry.objects.filter(seq=None).order_by("pk"))
        for entry in late:
            _take_in(entry)
    return len(late)


def outside() -> models.QuerySet[AuditEntry]:
    """Return the entries that are not in the chain: no process of this release wrote them."""
    return AuditEntry.objects.filter(seq=None).order_by("pk")


def hold() -> None:
    """Stand in line with those who write entries, until this transaction ends.

    On SQLite the transaction itself is that lock (BEGIN IMMEDIATE).
    """
    if AuditLock.objects.select_for_update().filter(pk=1).first() is None:
        AuditLock.objects.bulk_create([AuditLock(pk=1)], ignore_conflicts=True)
        AuditLock.objects.select_for_update().get(pk=1)


def _head() -> tuple[int, str]:
    last = AuditEntry.objects.exclude(seq=None).order_by("-seq").values_list("seq", "hash").first()
    return (last[0] or 0, last[1]) if last else (0, digests.START)


def _link(entry: AuditEntry, detail: AuditDetail, last: int, last_hash: str) -> None:
    detail.salt = secrets.token_hex(32)
    entry.detail_digest = digests.detail_digest(vars(detail))
    entry.seq, entry.previous_hash = last + 1, last_hash
    entry.hash = digests.entry_hash(vars(entry))


def _take_in(entry: AuditEntry) -> None:
    detail, nothing = AuditDetail(entry=entry), AuditEntry()
    for name in OLD_NAMES:
        setattr(detail, name, getattr(entry, OLD + name) or getattr(detail, name))
        setattr(entry, OLD + name, getattr(nothing, OLD + name))
    _link(entry, detail, *_head())
    linked = ("seq", "detail_digest", "previous_hash", "hash", *(OLD + name for name in OLD_NAMES))
    # Past the closed manager: the triggers let this happen once, as long as it has no number.
    models.QuerySet.update(AuditEntry.objects.filter(pk=entry.pk), **{name: getattr(entry, name) for name in linked})
    detail.save(force_insert=True)
