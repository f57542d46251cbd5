"""Reads the whole audit and says whether everything is as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from conferences.audit.proof import chain, triggers
from conferences.audit.proof.chain import OLD, OLD_NAMES
from conferences.audit.proof.digests import DETAIL_FIELDS, ENTRY_FIELDS, Row, as_text
from conferences.audit.proof.verifier import Finding, Verifier
from conferences.models import AuditCheckpoint, AuditCut, AuditEntry

AT_ONCE: Final = 5000
_DETAIL: Final = ("entry_id", "salt", "erased_by", *DETAIL_FIELDS)
_COLUMNS: Final = (*ENTRY_FIELDS, "hash", *(f"detail__{name}" for name in _DETAIL))
CUT_FIELDS: Final = ("size", "head", "last_at", "erased", "at", "key", "signature")
_JSON: Final = ("targets", "people", "changes")  # of the details
_ENTRIES: Final = (*ENTRY_FIELDS, "hash")


def cut() -> dict[str, Any] | None:
    """Return the statement up to where entries were deleted because they had been kept for their time, if any were."""
    found = AuditCut.objects.order_by("-size").values(*CUT_FIELDS).first()
    return dict(found) if found else None


def rows() -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Yield every chained entry with its details, in order; None where it has none, not even erased ones."""
    return _read(_chained(), _COLUMNS)


def _chained() -> QuerySet[AuditEntry]:
    after = known["size"] if (known := cut()) else 0
    return AuditEntry.objects.filter(seq__gt=after).order_by("seq")


def _read(
    found: QuerySet[AuditEntry], columns: Iterable[str]
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    for row in found.values_list(*columns).iterator(chunk_size=AT_ONCE):
        entry = dict(zip(_ENTRIES, row, strict=False))
        detail = dict(zip(_DETAIL, row[len(_ENTRIES) :], strict=True))
        yield entry, detail if detail["entry_id"] is not None else None


def _rows_to_hash() -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """The same, with what is JSON as the text that is hashed: most of it is alike, and read once."""
    written = {_as_written(name): Cast(f"detail__{name}", TextField()) for name in _JSON}
    columns = [_as_written(name) if (name := one.removeprefix("detail__")) in _JSON else one for one in _COLUMNS]
    for entry, detail in _read(_chained().annotate(**written), columns):
        if detail is not None:
            for name in _JSON:
                detail[name] = _json_to_hash(detail[name])
        yield entry, detail


def _as_written(name: str) -> str:
    return f"written_{name}"


@lru_cache(maxsize=8192)
def _json_to_hash(written: str | None) -> str:
    """What is no JSON is hashed as it stands there, as it is read elsewhere: it is found by that."""
    try:
        return as_text(json.loads(written)) if written is not None else ""
    except ValueError:
        return str(written)


def verify(checkpoints: Iterable[Row] = (), *, progress: Callable[[int], object] = lambda _: None) -> Verifier:
    """Look at every entry, and return the verifier with what it found; compare with checkpoints, ours and others'.

    `progress` is called with how many entries have been looked at, every few thousand.
    """
    verifier = Verifier()
    if begins := cut():
        verifier.begin_after(begins)
    for known in (*AuditCheckpoint.objects.values("size", "head", "at", "key", "signature"), *checkpoints):
        verifier.expect(known)
    for entry, detail in _rows_to_hash():
        verifier.take(entry, detail)
        if verifier.count % AT_ONCE == 0:
            progress(verifier.count)
    verifier.finish()
    return verifier


def around_the_chain() -> list[str]:
    """Return what is amiss beside the chain itself, in sentences: entries outside it, triggers that are gone."""
    found = []
    outside = list(chain.outside()[:1])
    if outside:
        count, first = chain.outside().count(), outside[0]
        what = "1 entry is" if count == 1 else f"{count} entries are"
        found.append(
            f"{what} in no chain, the first of {first.at:%Y-%m-%d %H:%M:%S}: written by the release before while both "
            "ran (then --take-in chains them, on record), or past Earshot."
        )
    if (stray := _beside_the_details()) is not None:
        found.append(f"Entry {stray}: a column of the release before holds something, which no hash covers.")
    if gone := triggers.missing():
        found.append(f"The database does not refuse changes: {', '.join(gone)} missing (manage.py migrate makes them).")
    return found


def _beside_the_details() -> int | None:
    """Return the first chained entry with something in a column that the chain has emptied."""
    empty = AuditEntry()
    is_empty = Q(**{OLD + name: getattr(empty, OLD + name) for name in OLD_NAMES if name != "source_ip"})
    stray = AuditEntry.objects.exclude(seq=None).exclude(is_empty & Q(old_source_ip=None))
    return stray.order_by("seq").values_list("seq", flat=True).first()


def first(findings: list[Finding]) -> str:
    """Return the first bad entry in a sentence, with when and what it was as far as it is there."""
    one = findings[0]
    entry = AuditEntry.objects.filter(seq=one.seq).values("at", "action").first()
    told = f" ({entry['action']} at {entry['at']:%Y-%m-%d %H:%M:%S} UTC)" if entry else ""
    return f"The first bad entry is {one.seq}{told}: {one.sentence}"
