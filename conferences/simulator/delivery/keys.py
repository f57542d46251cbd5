"""The Ed25519 key the stand-in signs its webhooks with."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class SigningKey:
    """A signing key; the public half is base64 of 32 raw bytes, as in Telnyx's portal."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def generate(cls) -> SigningKey:
        """Make a new random key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: str) -> SigningKey:
        """Make the key of a seed, base64 of 32 bytes; raises ValueError for anything else."""
        raw = base64.b64decode(seed, validate=True)
        return cls(Ed25519PrivateKey.from_private_bytes(raw))

    @property
    def seed(self) -> str:
        """What from_seed() needs to make this key again."""
        return base64.b64encode(self._private.private_bytes_raw()).decode()

    @property
    def public_key(self) -> str:
        """The public half."""
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        """Make the two signature headers for a body: Ed25519 over timestamp, a pipe and the raw bytes."""
        signature = self._private.sign(f"{timestamp}|".encode() + body)
        return {
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
            "telnyx-timestamp": str(timestamp),
        }
