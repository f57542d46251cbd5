"""The configured Telnyx client and public keys of this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connections

from conferences import clock as our_clock
from conferences.telnyx.client import TelnyxClient
from conferences.telnyx.signature import load_public_keys

# The provider as an in-process WSGI application, and time that only moves when told to: how tests put the simulator in
# the provider's place without a port, and let a client wait without waiting.
transport: httpx.BaseTransport | None = None
clock: Callable[[], float] = time.monotonic
sleep: Callable[[float], None] = time.sleep


def client() -> TelnyxClient:
    """Return this process's client; one key has one client, so that its connections and its pacing are shared.

    Whoever takes it is about to wait for the provider, perhaps for long: a database connection that came from a pool is
    given back first, for those are few.

    Raises ValueError when no key, or none that can be sent, is configured.
    """
    for connection in connections.all(initialized_only=True):
        if "pool" in connection.settings_dict.get("OPTIONS", {}) and not connection.in_atomic_block:
            connection.close()
    return _client(settings.TELNYX_API_KEY, settings.TELNYX_BASE_URL, transport, clock, sleep)


def key_refused_at() -> datetime | None:
    """Return when the provider last refused our API key (401), as far as this process knows; None once it took it."""
    try:
        return client().health.key_refused_at
    except ValueError:
        return None


@lru_cache(maxsize=4)
def _client(
    api_key: str,
    base_url: str,
    through: httpx.BaseTransport | None,
    by: Callable[[], float],
    waiting: Callable[[float], None],
) -> TelnyxClient:
    made = TelnyxClient(api_key, base_url, transport=through, clock=by, sleep=waiting)
    made.health.note_clock_ahead = our_clock.observe
    return made


@lru_cache(maxsize=4)
def public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """Return the keys in a TELNYX_PUBLIC_KEY setting. Raises ValueError naming what is wrong with it."""
    return load_public_keys(text)
