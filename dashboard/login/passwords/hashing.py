"""Hashes passwords out of the way: it takes half a second of a processor by intent, and calls go on meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

T = TypeVar("T")

# Linux: a thread's own niceness. On a busy processor this one gets a quarter of another's share: at the least of all
# shares nobody would get in while the machine is busy.
LESS_URGENT: Final = 5


def _be_patient() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)


# One at a time: the rest of the machine is for calls. The hash itself is computed without Python's lock.
_hashing = ThreadPoolExecutor(1, "hashing", initializer=_be_patient)


def _aside(work: Callable[..., T], *arguments: Any) -> T:
    if threading.current_thread().name.startswith("hashing"):
        return work(*arguments)
    return _hashing.submit(work, *arguments).result()


class PatientPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's usual hash, computed by one thread that gives way to all others; stored hashes are the same."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return _aside(super().encode, password, salt, iterations)


class PatientArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id, likewise. One lane: several would each take a processor; 64 MB once, for hashes are computed singly."""

    time_cost = 2
    memory_cost = 65_536  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return _aside(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return _aside(super().verify, password, encoded)
