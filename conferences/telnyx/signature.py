"""Tells a webhook the provider signed from any other request."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature as _NotSignedByThisKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE_HEADER: Final = "telnyx-signature-ed25519"
TIMESTAMP_HEADER: Final = "telnyx-timestamp"
TOLERANCE_SECONDS: Final = 300

_TEN_DIGITS: Final = re.compile(r"[0-9]{10}")
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64

# The curve, for telling a weak key from a strong one (RFC 8032, section 5.1).
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P


class Flaw(StrEnum):
    """What was wrong with a signature: for our own counting, never for whoever sent it."""

    MISSING = "missing"  # a header is not there, or there twice
    STALE = "stale"  # its time is no number, or too far from ours
    WRONG = "wrong"  # it is not this body's, by any of the keys


class InvalidSignature(Exception):
    """The request is not a webhook the provider signed just now.

    Its message is the same whatever was wrong: a forger learns nothing from it.
    """

    def __init__(self, flaw: Flaw = Flaw.WRONG) -> None:
        super().__init__("The webhook's signature is not valid.")
        self.flaw = flaw


def verify(body: bytes, headers: Mapping[str, str], public_keys: Sequence[Ed25519PublicKey], now: float) -> int:
    """Return the index of the public key that signed `body`, or raise InvalidSignature.

    `body` is the request's raw bytes, never re-serialised; `headers` are matched whatever their case; `now` is in
    Unix seconds, and a timestamp may be up to 300 seconds off either way (300 passes, 301 does not). What is signed
    is the timestamp header, a pipe and the body (Telnyx docs: Receiving webhooks, "Webhook signing").
    """
    timestamp = _the_one(headers, TIMESTAMP_HEADER)
    if not _TEN_DIGITS.fullmatch(timestamp) or not abs(now - int(timestamp)) <= TOLERANCE_SECONDS:
        raise InvalidSignature(Flaw.STALE)
    signature = _decoded(_the_one(headers, SIGNATURE_HEADER))
    message = timestamp.encode("ascii") + b"|" + body
    for index, key in enumerate(public_keys):
        if _signed_by(key, signature, message):
            return index
    raise InvalidSignature


def load_public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """Return the keys of a comma-separated list, each the base64 of 32 raw bytes as the provider's portal shows it.

    Raises ValueError with a sentence that names what is wrong: no key, an empty place in the list, bad base64, a
    wrong length, bytes that are no point of the curve, or a point so weak that anyone could sign for it.
    """
    if not text.strip():
        raise ValueError("No public key is given; copy it from the provider's portal.")
    return tuple(_load(place, part.strip()) for place, part in enumerate(text.split(","), start=1))


def _the_one(headers: Mapping[str, str], name: str) -> str:
    """Two headers that differ only by case leave it open which was signed, so neither counts."""
    values = [value for key, value in headers.items() if key.lower() == name]
    if len(values) != 1:
        raise InvalidSignature(Flaw.MISSING)
    return values[0]


def _decoded(signature: str) -> bytes:
    """Accept one spelling per signature: base64 decoders otherwise ignore the spare bits before the padding."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        raise InvalidSignature from None
    if len(raw) != _SIGNATURE_BYTES or base64.b64encode(raw).decode("ascii") != signature:
        raise InvalidSignature
    return raw


def _signed_by(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except _NotSignedByThisKey:
        return False
    return True


def _load(place: int, text: str) -> Ed25519PublicKey:
    named = f"Public key {place}"
    if not text:
        raise ValueError(f"{named} is empty; look for a stray comma.")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{named} is not base64.") from None
    if len(raw) != _KEY_BYTES:
        raise ValueError(f"{named} decodes to {len(raw)} bytes instead of {_KEY_BYTES}.")
    _refuse_weak_point(named, raw)
    return Ed25519PublicKey.from_public_bytes(raw)


def _refuse_weak_point(named: str, raw: bytes) -> None:
    """cryptography loads any 32 bytes; of the small-order points among them some accept forged signatures."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    x_squared = _x_squared(y)
    if y >= _P or pow(x_squared, (_P - 1) // 2, _P) > 1:
        raise ValueError(f"{named} is not a point of the Ed25519 curve.")
    for _ in range(3):
        x_squared = _x_squared(y)
        y = (y * y + x_squared) * pow(1 - _D * x_squared * y * y, -1, _P) % _P
    if y == 1:
        raise ValueError(f"{named} is a point of small order: anyone could sign for it.")


def _x_squared(y: int) -> int:
    return (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
