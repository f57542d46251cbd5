"""Identifiers shaped like Telnyx's, drawn from a seeded source."""

from __future__ import annotations

import base64
import uuid
from random import Random


def call_control_id(random: Random) -> str:
    """Draw an opaque token with the v3 prefix; it holds characters that need care in a path."""
    return "v3:" + base64.urlsafe_b64encode(random.randbytes(40)).decode()


def new_uuid(random: Random) -> str:
    """Draw a version 4 UUID."""
    return str(uuid.UUID(bytes=random.randbytes(16), version=4))


def sip_username(random: Random) -> str:
    """Draw a generated credential's user name; never starts with a digit."""
    return "gencred" + "".join(random.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=22))
