"""What is hashed and signed of the audit: whoever writes entries asks here, and so does whoever verifies them.

The verifier that goes with an export has this in it: it needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
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
SHORT: Final = 60  # characters; less than a hash, of which no two are alike
_OF_ENTRY: Final = itemgetter(*ENTRY_FIELDS)
_OF_DETAIL: Final = itemgetter("salt", *DETAIL_FIELDS)

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


def _texts(values: Iterable[object]) -> list[str]:
    return [one if type(one) is str else as_text(one) for one in values]


def packed(texts: Iterable[str]) -> bytes:
    """Return texts one after another, each with its length before it: no two lists give the same bytes."""
    return b"".join([_known_piece(one) if len(one) <= SHORT else _piece(one) for one in texts])


def _piece(text: str) -> bytes:
    data = str.encode(text, "utf-8", "surrogatepass")
    return len(data).to_bytes(8, "big") + data


# Most of what an entry holds stood in the one before as well: that is not made anew for each.
_known_piece: Final = lru_cache(maxsize=8192)(_piece)


def digest(*texts: str) -> str:
    """Return the SHA-256 of texts in hexadecimal."""
    return hashlib.sha256(packed(texts)).hexdigest()


def entry_hash(entry: Row) -> str:
    """Return the hash of an entry, which holds the digest of its details and the hash of the one before."""
    return digest(FORMAT, *_texts(_OF_ENTRY(entry)))


def detail_digest(detail: Row) -> str:
    """Return the digest of an entry's personal details, with their salt: without it nobody can try out names."""
    return digest(FORMAT, *_texts(_OF_DETAIL(detail)))


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
