"""Writes the audit into files that verify themselves, for whoever keeps it or asks for it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from conferences.audit.proof import digests, verification, verifier
from conferences.audit.proof.digests import DETAIL_FIELDS, ENTRY_FIELDS, as_text
from conferences.audit.proof.verifier import cell
from conferences.models import AuditCheckpoint, AuditEntry

COLUMNS: Final = (*ENTRY_FIELDS, "hash", "salt", "erased_by", *DETAIL_FIELDS)
VERIFIER: Final = "verify_audit.py"
_PIECE: Final = 64 * 1024  # bytes of an archive that are kept before they are passed on
_OUR_IMPORT: Final = re.compile(r"^(?:#[^\n]*\n)?from conferences[^(]*\([^)]*\)[^\n]*\n", re.MULTILINE)
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
            row = _row(entry, detail)
            lines.write(_json(row) + "\n")
            table.writerow([cell(as_text(value)) for value in row.values()])
            if count % verification.AT_ONCE == 0:
                progress(count)
    with (place / "checkpoints.jsonl").open("w") as file:
        for known in AuditCheckpoint.objects.values("size", "head", "at", "key", "signature"):
            file.write(_json(known) + "\n")
    if cut := verification.cut():
        (place / "cut.json").write_text(_json(cut))
    (place / VERIFIER).write_text(program())
    return count


def program() -> str:
    """Return the verifier as one file, with what it imports of ours in the place of that import."""
    ours = Path(str(digests.__file__)).read_text().replace("from __future__ import annotations\n", "")
    return _OUR_IMPORT.sub(lambda _: ours, Path(str(verifier.__file__)).read_text())


def archive() -> Iterator[bytes]:
    """Yield, piece by piece, a zip archive of the same files. Ask for all of it in one thread: it keeps a cursor open.

    Of what is written meanwhile it has nothing.
    """
    sink = _Sink()
    last = AuditEntry.objects.exclude(seq=None).order_by("-seq").values_list("seq", flat=True).first() or 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, lines in _files(last).items():
            with zipped.open(name, "w", force_zip64=True) as file:
                for line in lines:
                    file.write(line.encode())
                    if sink.size > _PIECE:
                        yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What an archive is written into: it keeps what nobody has taken yet."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._kept.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._kept, self.size = b"".join(self._kept), [], 0
        return taken


def _files(last: int) -> dict[str, Iterator[str]]:
    cut = verification.cut()
    known = AuditCheckpoint.objects.filter(size__lte=last).values("size", "head", "at", "key", "signature")
    return {
        "entries.jsonl": (_json(row) + "\n" for row in _rows(last)),
        "entries.csv": _cells(last),
        "checkpoints.jsonl": (_json(one) + "\n" for one in known),
        **({"cut.json": iter([_json(cut)])} if cut else {}),
        VERIFIER: iter([program()]),
    }


def _rows(last: int) -> Iterator[dict[str, Any]]:
    for entry, detail in verification.rows():
        if entry["seq"] > last:
            return
        yield _row(entry, detail)


def _cells(last: int) -> Iterator[str]:
    line = io.StringIO(newline="")
    table = csv.writer(line)
    rows = ([cell(as_text(one)) for one in row.values()] for row in _rows(last))
    for values in itertools.chain([COLUMNS], rows):
        table.writerow(values)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _row(entry: dict[str, Any], detail: dict[str, Any] | None) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | entry | {n: v for n, v in (detail or {}).items() if n in COLUMNS}


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps({name: _plain(value) for name, value in values.items()})


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, _PLAIN) else as_text(value)
