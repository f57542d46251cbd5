#!/usr/bin/env python3
"""Verifies an exported audit by itself: this one file, Python, and `cryptography` for signatures are all it needs.

Its command: python verify_audit.py DIRECTORY [--checkpoint FILE] [--key PUBLIC_KEY]
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# In an export that module stands here in the place of its import (proof/export.py): nothing else of ours may be used.
from conferences.audit.proof.digests import (
    DETAIL_FIELDS,
    ERASE,
    FORMAT,
    PRUNE,
    START,
    Row,
    as_text,
    checkpoint_bytes,
    cut_bytes,
    cut_digest,
    detail_digest,
    entry_hash,
    erased_digest,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, at which entry: `kind` is changed, gap, cut, fork, detail, erased, truncated or signature."""

    seq: int
    kind: str
    sentence: str


@dataclass
class Verifier:
    """Takes entries in order of `seq`, and tells of the first that is not as it was written, and of others."""

    most: int = 20  # findings kept
    count: int = 0
    head: str = START
    findings: list[Finding] = field(default_factory=list)
    checkpoints: dict[int, list[Row]] = field(default_factory=dict)
    _last: int = 0
    _erased: dict[int, list[int]] = field(default_factory=dict)
    _erasures: dict[int, str] = field(default_factory=dict)
    _cut: Row | None = None
    _cuts_told: set[str] = field(default_factory=set)

    def begin_after(self, cut: Row) -> None:
        """Begin with the entry after a cut: those up to it were deleted. Call before the first entry."""
        self._cut, self._last, self.head = cut, int(cut["size"]), cut["head"]
        self._erased = {int(seq): list(erased) for seq, erased in cut["erased"].items()}

    def expect(self, checkpoint: Row) -> None:
        """Have the chain compared with a checkpoint when it gets there. Call before the first entry."""
        self.checkpoints.setdefault(int(checkpoint["size"]), []).append(checkpoint)

    def take(self, entry: Row, detail: Row | None) -> None:
        """Look at the next entry; `detail` is None where an entry has no details, not even erased ones."""
        seq = int(entry["seq"])
        self._look_at_order(seq, entry)
        found = entry_hash(entry)
        if found != entry["hash"]:
            self._note(seq, "changed", "it is not as it was written.")
        self._look_at_detail(seq, entry, detail)
        if entry["action"] == ERASE and entry["subject"] == FORMAT:
            self._erasures[seq] = entry["subject_id"]
        if entry["action"] == PRUNE and entry["subject"] == FORMAT:
            self._cuts_told.add(entry["subject_id"])
        self.count, self.head, self._last = self.count + 1, entry["hash"], seq
        for one in self.checkpoints.pop(seq, ()):
            if one["head"] != found:
                said = f"the checkpoint of {one['at']} knew another history up to here: it was rewritten, or forked."
                self._note(seq, "fork", said)

    def finish(self) -> list[Finding]:
        """Return what was found, the first bad entry first. Call after the last entry."""
        for seq, erased in sorted(self._erased.items()):
            if self._erasures.get(seq) != erased_digest(erased):
                said = f"its details were erased, and entry {seq} does not tell of just these."
                self._note(min(erased), "erased", said)
        cut_at = self._look_at_cut()
        for size, known in sorted(self.checkpoints.items()):
            if size < cut_at:
                continue  # what it vouched for was kept for its time
            said = f"the checkpoint of {known[0]['at']} knew {size} entries; those after {self._last} are gone."
            self._note(self._last + 1, "truncated", said)
        return sorted(self.findings, key=lambda one: one.seq)

    def _look_at_cut(self) -> int:
        """Return up to where entries were deleted with good reason; 0: none were."""
        if self._cut is None:
            return 0
        size = int(self._cut["size"])
        if cut_digest(self._cut) not in self._cuts_told:
            self._note(size + 1, "cut", f"the entries up to {size} are said to be deleted, and none tells of it.")
        if any(one["head"] != self._cut["head"] for one in self.checkpoints.pop(size, ())):
            self._note(size + 1, "fork", "a checkpoint knew another entry before it.")
        return size

    def _look_at_order(self, seq: int, entry: Row) -> None:
        if seq == self._last:
            self._note(seq, "fork", "there are two of it.")
        elif seq != self._last + 1:
            missing = f"{self._last + 1}" if seq == self._last + 2 else f"{self._last + 1} to {seq - 1}"
            self._note(self._last + 1, "gap", f"{missing} missing: deleted, or moved elsewhere.")
        elif entry["previous_hash"] != self.head:
            self._note(seq, "cut", "it does not follow the one before: one was changed, inserted, removed or moved.")

    def _look_at_detail(self, seq: int, entry: Row, detail: Row | None) -> None:
        if detail is None:
            self._note(seq, "detail", "its personal details are gone, and no erasure is on record.")
        elif detail["erased_by"]:
            self._erased.setdefault(int(detail["erased_by"]), []).append(seq)
            if any(as_text(detail[name]) not in ("", "[]", "{}") for name in ("salt", *DETAIL_FIELDS)):
                self._note(seq, "detail", "its personal details were erased, and others stand there.")
        elif detail_digest(detail) != entry["detail_digest"]:
            self._note(seq, "detail", "its personal details are not as they were written.")

    def _note(self, seq: int, kind: str, sentence: str) -> None:
        if len(self.findings) < self.most:
            self.findings.append(Finding(seq, kind, sentence))


# --- Checkpoints


def signature_problem(statement: Row, keys: Iterable[str]) -> str:
    """Return why a checkpoint or cut is not to be believed, in a clause; empty if one of `keys` signed it (base64)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if statement["key"] not in {*keys}:
        return f"is signed with a key that is not expected: {statement['key']}"
    said = cut_bytes(statement) if "erased" in statement else checkpoint_bytes(statement)
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(statement["key"]))
        key.verify(base64.b64decode(statement["signature"]), said)
    except (InvalidSignature, ValueError):
        return "bears a signature that is not its own"
    return ""


def read_checkpoints(lines: Iterable[str]) -> Iterator[Row]:
    """Yield checkpoints, one JSON object a line. Raises ValueError for a line that is none."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            one = json.loads(line)
            if not isinstance(one, dict) or not {"size", "head", "at", "key", "signature"} <= one.keys():
                raise ValueError(f"line {number} is no checkpoint")
            yield one


# --- An export


def cell(text: str) -> str:
    """Return a text for a cell of CSV, which a spreadsheet must not take for a formula; `of_cell` undoes it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text


def of_cell(text: str) -> str:
    """Return the text that a cell stands for."""
    return text.removeprefix("'")


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            yield from ({name: of_cell(value) for name, value in row.items()} for row in csv.DictReader(file))
        else:
            yield from map(json.loads, file)


def main(arguments: list[str], say: Callable[[str], object] = print) -> int:
    """Verify an export, and say what was found; return 0 when all is as it was written."""
    parser = argparse.ArgumentParser(description="Verify an audit that Earshot exported.")
    parser.add_argument("export", type=Path, help="the directory, or one of the files in it")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="checkpoints kept elsewhere")
    parser.add_argument("--key", action="append", default=[], help="a public key that may have signed (base64)")
    options = parser.parse_args(arguments)
    place: Path = options.export
    beside = place / "checkpoints.jsonl"
    files = [*options.checkpoint, *([beside] if beside.exists() else [])]
    known = [one for file in files for one in read_checkpoints(file.read_text(encoding="utf-8").splitlines())]
    cut = json.loads(cuts.read_text(encoding="utf-8")) if (cuts := place / "cut.json").exists() else None
    signed = [*known, *([cut] if cut else [])]
    keys = options.key or sorted({one["key"] for one in signed})
    problems = [f"The cut {said}." for one in signed[len(known) :] if (said := signature_problem(one, keys))]
    problems += [f"A checkpoint {said}." for one in known if (said := signature_problem(one, keys))]
    for path in sorted(place.glob("entries.*")) if place.is_dir() else [place]:
        problems += _verify(path, known, cut, say)
    for said in problems:
        say(said)
    if cut:
        say(f"The entries up to {cut['size']}, the last of {cut['last_at']}, were deleted on {cut['at']}, on record.")
    if signed and not options.key:
        say(f"Compare the key that signed with your own: {', '.join(keys)}")
    return 1 if problems else 0


def _verify(path: Path, known: Iterable[Row], cut: Row | None, say: Callable[[str], object]) -> list[str]:
    verifier = Verifier()
    if cut:
        verifier.begin_after(cut)
    for one in known:
        verifier.expect(one)
    for row in _rows(path):
        verifier.take(row, row)
    found = verifier.finish()
    if not found:
        say(f"{path.name}: {verifier.count} entries, all as they were written. Head: {verifier.head}")
    return [f"{path.name}: entry {one.seq}: {one.sentence}" for one in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
