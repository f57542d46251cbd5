"""Puts on record what is done with the audit itself: entries chained late, details erased, copies exported."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import Max

from conferences.audit import acting, entries
from conferences.audit.proof import chain
from conferences.audit.proof.digests import DETAIL_FIELDS, ERASE, FORMAT, PRUNE, erased_digest
from conferences.models import AuditCut, AuditDetail, AuditEntry

OK = AuditEntry.Result.OK
OUTCOME = AuditEntry.Phase.OUTCOME


def take_in() -> int:
    """Chain what the release before wrote while both ran, and write that this was done; return how many entries."""
    count = chain.take_in()
    if count:
        note = f"{count} entries of the release before were chained."
        entries.write(phase=OUTCOME, action="take_in", result=OK, subject=FORMAT, note=note)
    return count


def pruned(counts: Mapping[str, int]) -> AuditEntry:
    """Write how many rows of each kind were deleted because they had been kept for their time."""
    note = ", ".join(f"{name} {count}" for name, count in counts.items())
    return entries.write(phase=OUTCOME, action=PRUNE, result=OK, subject="retention", note=note)


def erased_person(called: str, counts: Mapping[str, int], why: str, *, by: AbstractUser | None = None) -> AuditEntry:
    """Write that a person was erased on request, and how much that was. Raises DatabaseError when it cannot be."""
    note = ", ".join(f"{name} {count}" for name, count in counts.items())
    said = f"{called}: {note}. {why}".strip()
    return entries.write_or_raise(phase=OUTCOME, action=ERASE, result=OK, actor=by, subject="person", note=said)


def export_begins() -> AuditEntry:
    """Write that the whole audit is about to be exported. Raises DatabaseError when it cannot be written."""
    return entries.write_or_raise(
        phase=OUTCOME, action="export", result=OK, actor=acting.now().user, subject=FORMAT, note="The whole audit."
    )


def erase(which: models.QuerySet[AuditEntry], *, by: AbstractUser | None = None, why: str = "") -> AuditEntry | None:
    """Empty the details of these entries, and write who did it and why; None when there is nothing to erase.

    The numbers of the entries are on record as a digest, so that nothing can be erased beside them. Raises
    DatabaseError when it cannot be put on record; then nothing is erased.
    """
    with transaction.atomic():
        chain.hold()
        cut = AuditCut.objects.aggregate(size=Max("size"))["size"] or 0  # what is within goes by itself
        doomed = AuditDetail.objects.filter(entry__in=which.filter(seq__gt=cut), erased_by=None)
        seqs = {pk: seq or 0 for pk, seq in doomed.values_list("entry_id", "entry__seq")}
        if not seqs:
            return None
        told = entries.write_or_raise(
            phase=OUTCOME,
            action=ERASE,
            result=OK,
            actor=by,
            subject=FORMAT,
            subject_id=erased_digest(seqs.values()),
            note=f"{len(seqs)} entries. {why}".strip(),
        )
        empty = {name: getattr(AuditDetail(), name) for name in ("salt", *DETAIL_FIELDS)}
        # Past the closed manager: the triggers let just this happen.
        erased: models.QuerySet[AuditDetail] = models.QuerySet(AuditDetail).filter(entry_id__in=list(seqs))
        models.QuerySet.update(erased, erased_by=told.seq, **empty)
    return told
