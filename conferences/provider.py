"""The configured Telnyx client and public keys of this process."""

from __future__ import annotations

from functools import lru_cache

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from conferences.telnyx.client import TelnyxClient
from conferences.telnyx.signature import load_public_keys

# The provider as an in-process WSGI application: how tests put the simulator in its place without a port.
transport: httpx.BaseTransport | None = None


def client() -> TelnyxClient:
    """Return this process's client; one key has one client, so that its connections and its pacing are shared."""
    return _client(settings.TELNYX_API_KEY, settings.TELNYX_BASE_URL, transport)


@lru_cache(maxsize=4)
def _client(api_key: str, base_url: str, through: httpx.BaseTransport | None) -> TelnyxClient:
    return TelnyxClient(api_key, base_url, transport=through)


@lru_cache(maxsize=4)
def public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """Return the keys in a TELNYX_PUBLIC_KEY setting. Raises ValueError naming what is wrong with it."""
    return load_public_keys(text)
