"""Passwords that were taken elsewhere and are tried everywhere since: looked up in a list on disk, or by range.

Nothing is asked of anybody unless a setting names whom.
"""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path
from typing import Any, Final

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from structlog.stdlib import get_logger

log = get_logger(__name__)

PREFIX: Final = 5  # characters of the hash that a range service is told, of forty
ASKED_FOR: Final = 2.0  # seconds
_HASH: Final = 40


class BreachedPasswordValidator:
    """Refuses a password that is in the center's list, or that the range service knows."""

    def validate(self, password: str, user: Any = None) -> None:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        if _is_listed(digest) or _is_in_range(digest):
            said = gettext("This password was taken from somebody elsewhere and is tried everywhere. Choose another.")
            raise ValidationError(said, code="password_breached")

    def get_help_text(self) -> str:
        return gettext("It must not be among the passwords that were taken elsewhere.")


def _is_listed(digest: str) -> bool:
    """The list's lines are sorted, each an SHA-1 in capitals, perhaps with a colon and a count: read by halves."""
    path = settings.BREACHED_PASSWORDS_FILE
    if not path:
        return False
    try:
        with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            return _is_found(digest, lines)
    except (OSError, ValueError) as error:  # the second: it is empty
        log.warning("the list of breached passwords cannot be read", error=type(error).__name__)
        return False


def _is_found(digest: str, lines: mmap.mmap) -> bool:
    low, high, wanted = 0, len(lines), digest.encode()
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        found = lines[start : start + _HASH].upper()
        if found == wanted:
            return True
        if found < wanted:
            end = lines.find(b"\n", middle)
            low = high if end < 0 else end + 1
        else:
            high = start
    return False


def _is_in_range(digest: str) -> bool:
    """Of the password the service learns the first five characters of its hash, which some thousand others share.

    Where it does not answer, the password is taken: nobody is to be kept from choosing a better one.
    """
    address = settings.BREACHED_PASSWORDS_RANGE_URL
    if not address:
        return False
    try:
        answer = httpx.get(
            f"{address.rstrip('/')}/{digest[:PREFIX]}", timeout=ASKED_FOR, headers={"Add-Padding": "true"}
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.warning("no answer about breached passwords", error=type(error).__name__)
        return False
    known = (line.partition(":") for line in answer.text.upper().splitlines())
    return any(rest == digest[PREFIX:] and count.strip() != "0" for rest, _, count in known)
