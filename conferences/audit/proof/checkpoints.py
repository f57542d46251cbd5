"""Signs every now and then how many entries there are and what the last one's hash is, and has that kept elsewhere.

Whoever can write the database can write a whole new chain; nobody who lacks the key can sign for it, nor take back what
a file, the log and another system hold already.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from structlog.stdlib import get_logger

from conferences.audit.proof.digests import as_text, checkpoint_bytes
from conferences.audit.proof.verifier import read_checkpoints, signature_problem
from conferences.models import AuditCheckpoint, AuditCut, AuditEntry

log = get_logger(__name__)

ENTRIES: Final = 100
AFTER: Final = timedelta(minutes=10)
LOOK_EVERY: Final = 5.0  # seconds; what is due is looked for by each process
_FIELDS: Final = ("size", "head", "at", "key", "signature")

_looked = float("-inf")


class UnusableKey(ValueError):
    """AUDIT_KEY is no Ed25519 key; the sentence says so."""


def signing_key() -> Ed25519PrivateKey | None:
    """Return the key of AUDIT_KEY, 32 bytes in base64; None when there is none. Raises UnusableKey."""
    if not settings.AUDIT_KEY:
        return None
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_KEY, validate=True))
    except ValueError:
        raise UnusableKey("It is no Ed25519 key: 32 random bytes in base64.") from None


def public_keys() -> list[str]:
    """Return the public keys that checkpoints may be signed with: ours, and those of AUDIT_PUBLIC_KEYS."""
    ours = signing_key()
    return [*([_public(ours)] if ours else []), *settings.AUDIT_PUBLIC_KEYS]


def is_due() -> bool:
    """Return whether a checkpoint is to be made now; looks into the database every few seconds only."""
    global _looked  # noqa: PLW0603 - of this process
    if not settings.AUDIT_KEY or time.monotonic() - _looked < LOOK_EVERY:
        return False
    _looked = time.monotonic()
    last = AuditCheckpoint.objects.order_by("size").last()
    new = AuditEntry.objects.filter(seq__gt=last.size if last else 0).order_by("seq")
    first = new.values_list("at", flat=True).first()
    if first is None:
        return False
    since = last.at if last else first
    return new.count() >= ENTRIES or timezone.now() - since >= AFTER


def make() -> dict[str, Any] | None:
    """Sign the chain as it is now, and hand the checkpoint out; None when there is nothing new, or no key."""
    key, last = signing_key(), AuditEntry.objects.exclude(seq=None).order_by("-seq").values("seq", "hash").first()
    if key is None or last is None:
        return None
    made = AuditCheckpoint(size=last["seq"] or 0, head=last["hash"], at=timezone.now())
    made.key, made.signature = signed(key, checkpoint_bytes(vars(made))).values()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # another process made it
        return None
    told = {name: getattr(made, name) for name in _FIELDS} | {"at": as_text(made.at)}
    _hand_out(told)
    return told


def read(files: Iterable[Path]) -> list[Any]:
    """Return the checkpoints of these files. Raises OSError, and ValueError for a file that holds others."""
    return [one for file in files for one in read_checkpoints(file.read_text(encoding="utf-8").splitlines())]


def problems(known: Iterable[Any]) -> Iterator[str]:
    """Yield in sentences which checkpoints, ours and these, and which cuts are not to be believed."""
    keys = public_keys()
    for one in (*AuditCheckpoint.objects.values(*_FIELDS), *known):
        if said := signature_problem(one, keys):
            yield f"The checkpoint of {as_text(one['at'])} {said}."
    for one in AuditCut.objects.values("size", "head", "last_at", "erased", "at", "key", "signature"):
        if said := signature_problem(one, keys):
            yield f"The cut up to entry {one['size']} {said}."


def signed(key: Ed25519PrivateKey, said: bytes) -> dict[str, str]:
    """Return the key and the signature of something said, as they are kept."""
    return {"key": _public(key), "signature": base64.b64encode(key.sign(said)).decode()}


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _hand_out(checkpoint: dict[str, Any]) -> None:
    """What cannot be written or sent is logged; the next one covers it."""
    log.info("audit checkpoint", **checkpoint)
    line = json.dumps(checkpoint)
    if settings.AUDIT_CHECKPOINTS:
        try:
            _append(Path(settings.AUDIT_CHECKPOINTS), line)
        except OSError as error:
            log.error("An audit checkpoint could not be kept in its file", error=str(error))  # noqa: TRY400
    if settings.AUDIT_WEBHOOK:
        try:
            httpx.post(settings.AUDIT_WEBHOOK, json=checkpoint, timeout=10).raise_for_status()
        except httpx.HTTPError as error:
            log.error("An audit checkpoint could not be sent", error=type(error).__name__)  # noqa: TRY400


def _append(path: Path, line: str) -> None:
    place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(place, "w", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
