"""Writes the audit into files that verify themselves, for whoever keeps it or asks for it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from conferences.audit.proof import verification, verifier
from conferences.audit.proof.verifier import DETAIL_FIELDS, ENTRY_FIELDS, as_text, cell
from conferences.models import AuditCheckpoint

COLUMNS: Final = (*ENTRY_FIELDS, "hash", "salt", "erased_by", *DETAIL_FIELDS)
VERIFIER: Final = "verify_audit.py"
_PLAIN: Final = (str, int, list, dict)


def write(place: Path, *, progress: Callable[[int], object] = lambda _: None) -> int:
    """Write entries.jsonl, entries.csv, checkpoints.jsonl and the verifier into a new directory; return how many.

    Beside them cut.json, where older entries were deleted.

    It holds personal details in full, and is readable by us alone. Raises FileExistsError where there is something.
    """
    place.mkdir(mode=0o700, parents=True)
    count = 0
    with (place / "entries.jsonl").open("w") as lines, (place / "entries.csv").open("w", newline="") as cells:
        table = csv.writer(cells)
        table.writerow(COLUMNS)
        for count, (entry, detail) in enumerate(verification.rows(), start=1):
            row = dict.fromkeys(COLUMNS) | entry | {n: v for n, v in (detail or {}).items() if n in COLUMNS}
            lines.write(json.dumps({name: _plain(value) for name, value in row.items()}) + "\n")
            table.writerow([cell(as_text(value)) for value in row.values()])
            if count % verification.AT_ONCE == 0:
                progress(count)
    with (place / "checkpoints.jsonl").open("w") as file:
        for known in AuditCheckpoint.objects.values("size", "head", "at", "key", "signature"):
            file.write(json.dumps({name: _plain(value) for name, value in known.items()}) + "\n")
    if cut := verification.cut():
        (place / "cut.json").write_text(json.dumps({name: _plain(value) for name, value in cut.items()}))
    shutil.copyfile(str(verifier.__file__), place / VERIFIER)
    return count


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, _PLAIN) else as_text(value)
