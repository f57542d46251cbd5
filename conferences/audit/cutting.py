"""Deletes entries that have been kept for their time; a signed cut goes on record first, and the chain stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import models, transaction
from django.db.models import Min
from django.utils import timezone

from conferences.audit import entries
from conferences.audit.proof import chain, checkpoints
from conferences.audit.proof.digests import FORMAT, PRUNE, cut_bytes, cut_digest
from conferences.models import AuditCut, AuditDetail, AuditEntry

AT_ONCE: Final = 200
AT_LEAST: Final = timedelta(days=395)  # thirteen months but for a day by which clocks may differ, as in the triggers


def hindrance() -> str:
    """Return why nothing of the audit may be deleted, in a sentence; empty when it may."""
    if checkpoints.signing_key() is None:
        return "AUDIT_KEY is missing, and a cut that nobody signed could not be told from a deletion."
    return ""


def count(before: datetime) -> int:
    """Return how many entries `delete` would delete."""
    return AuditEntry.objects.filter(seq__lte=max(_end(before), _cut_at())).count()


def delete(before: datetime) -> Iterator[int]:
    """Delete the entries of before that time, some at a time; yield how many of each batch. None without AUDIT_KEY.

    An action and its outcomes go together. Raises ValueError for a time that is less than thirteen months ago.
    """
    if before > timezone.now() - AT_LEAST:
        raise ValueError("The audit is kept for thirteen months at least.")
    if hindrance():
        return
    if (end := _end(before)) > _cut_at():
        _cut(end)
    # From the end: what came of an action goes before the action itself.
    while batch := list(
        AuditEntry.objects.filter(seq__lte=_cut_at()).order_by("-seq").values_list("pk", flat=True)[:AT_ONCE]
    ):
        with transaction.atomic():
            # Past the closed managers: the triggers let just these go.
            for model, name in ((AuditDetail, "entry_id"), (AuditEntry, "pk")):
                rows: models.QuerySet[models.Model] = models.QuerySet(model).filter(**{f"{name}__in": batch})
                rows._raw_delete(rows.db)  # noqa: SLF001 - nothing cascades from here
        yield len(batch)


def _cut_at() -> int:
    return AuditCut.objects.order_by("-size").values_list("size", flat=True).first() or 0


def _end(before: datetime) -> int:
    """The number of the last entry of before then, of which no later one is the outcome."""
    chained = AuditEntry.objects.exclude(seq=None)
    first_kept = chained.filter(at__gte=before).aggregate(first=Min("seq"))["first"]
    last = chained.order_by("-seq").values_list("seq", flat=True).first() or 0
    end = first_kept - 1 if first_kept else last
    while (
        asked := chained.filter(seq__gt=end, intent__seq__lte=end).aggregate(first=Min("intent__seq"))["first"]
    ) is not None:
        end = asked - 1
    return end


def _cut(end: int) -> None:
    """Put on record, signed, that the entries up to this one go."""
    key = checkpoints.signing_key()
    assert key is not None  # noqa: S101 - for the type checker: `hindrance` was asked
    with transaction.atomic():
        chain.hold()  # nobody erases meanwhile
        last = AuditEntry.objects.get(seq=end)
        made = AuditCut(size=end, head=last.hash, last_at=last.at, erased=_erased_later(end), at=timezone.now())
        made.key, made.signature = checkpoints.signed(key, cut_bytes(vars(made))).values()
        made.save()
        entries.write_or_raise(
            phase=AuditEntry.Phase.OUTCOME,
            action=PRUNE,
            result=AuditEntry.Result.OK,
            subject=FORMAT,
            subject_id=cut_digest(vars(made)),
            note=f"The entries up to {end}, the last of {last.at:%Y-%m-%d}, have been kept for their time.",
        )


def _erased_later(end: int) -> dict[str, list[int]]:
    """Which of the entries up to this one had their details erased, by the later entry that tells of it."""
    erased: dict[str, list[int]] = {}
    gone = AuditDetail.objects.filter(entry__seq__lte=end, erased_by__gt=end).order_by("entry__seq")
    for by, seq in gone.values_list("erased_by", "entry__seq"):
        erased.setdefault(str(by), []).append(seq or 0)
    return erased
