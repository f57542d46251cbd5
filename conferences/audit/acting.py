"""Who acts just now, from which address and in which login: known for as long as a request is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser


@dataclass
class Origin:
    """Where an action comes from. `refused`: whether a refusal of it is on record already."""

    user: AbstractUser | None
    ip: str = ""
    session_key: str = ""
    refused: bool = False

    @property
    def session_digest(self) -> str:
        return session_digest(self.session_key)


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """Let everything written to the audit within come from there, unless it says otherwise."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def now() -> Origin:
    """Return who acts now; nobody outside a request: a command, or Earshot itself."""
    return _origin.get() or Origin(None)


def session_digest(session_key: str) -> str:
    """Return what tells logins apart without giving one away; empty where there is none."""
    return hashlib.sha256(f"earshot-session:{session_key}".encode()).hexdigest() if session_key else ""
