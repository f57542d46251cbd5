"""What is hashed and signed of the audit: whoever writes entries asks here, and so does whoever verifies them.

The verifier that goes with an export has this in it: it needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

FORMAT: Final = "earshot-audit-1"
CHECKPOINT_FORMAT: Final = "earshot-checkpoint-1"
CUT_FORMAT: Final = "earshot-cut-1"
START: Final = "0" * 64  # what stands for the hash before the first entry's
ERASE: Final = "erase"  # the action of an entry that tells of erased details,
PRUNE: Final = "prune"  # and of one that tells of entries which were deleted because they had been kept for their time

ENTRY_FIELDS: Final = (
    "seq", "at", "phase", "intent_id", "action", "result", "actor_id", "supervision_id", "conference_id",
    "telnyx_conference_id", "call_control_id", "role", "command_id", "http_status", "sends", "provider_code", "reason",
    "session_digest", "subject", "subject_id", "seconds", "detail_digest", "previous_hash",
)  # fmt: skip
DETAIL_FIELDS: Final = (
    "actor_name", "account", "source_ip", "conference_name", "targets", "people", "address", "claim", "note",
    "provider_text", "changes",
)  # fmt: skip

Row = Mapping[str, Any]


def as_text(value: object) -> str:
    """Return a value as it is hashed and exported: None is the empty text, times are UTC to the microsecond."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return str(value)


def packed(texts: Iterable[str]) -> bytes:
    """Return texts one after another, each with its length before it: no two lists give the same bytes."""
    parts = []
    for one in texts:
        data = str.encode(one, "utf-8", "surrogatepass")
        parts.append(len(data).to_bytes(8, "big"))
        parts.append(data)
    return b"".join(parts)


def digest(*texts: str) -> str:
    """Return the SHA-256 of texts in hexadecimal."""
    return hashlib.sha256(packed(texts)).hexdigest()


def entry_hash(entry: Row) -> str:
    """Return the hash of an entry, which holds the digest of its details and the hash of the one before."""
    return digest(FORMAT, *(as_text(entry[name]) for name in ENTRY_FIELDS))


def detail_digest(detail: Row) -> str:
    """Return the digest of an entry's personal details, with their salt: without it nobody can try out names."""
    return digest(FORMAT, as_text(detail["salt"]), *(as_text(detail[name]) for name in DETAIL_FIELDS))


def erased_digest(seqs: Iterable[int]) -> str:
    """Return what an entry that tells of an erasure says of whose details were erased."""
    return digest(FORMAT, *(str(one) for one in sorted(seqs)))


def cut_bytes(cut: Row) -> bytes:
    """Return what is signed of a cut."""
    return packed([CUT_FORMAT, *(as_text(cut[name]) for name in ("size", "head", "last_at", "erased", "at"))])


def cut_digest(cut: Row) -> str:
    """Return what the entry that tells of a cut says of it."""
    return hashlib.sha256(cut_bytes(cut)).hexdigest()


def checkpoint_bytes(checkpoint: Row) -> bytes:
    """Return what is signed of a checkpoint."""
    return packed([CHECKPOINT_FORMAT, *(as_text(checkpoint[name]) for name in ("size", "head", "at"))])
