"""Keeps telephone numbers, keys and call_control_ids out of what is logged, tracebacks included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

from conferences.addresses import mask_numbers

_BEARER: Final = re.compile(r"\b(bearer)\s+[^\s'\",;]+", re.IGNORECASE)
_KEY: Final = re.compile(r"\bKEY(?=[\w-]*[0-9])[\w-]{8,}")
# As the provider makes them, and as they stand in a URL; the last characters are kept, to tell one leg from another.
_LEG: Final = re.compile(r"\b(v[23])(?::|%3A)[\w-]{4,}([\w-]{4})(?:=|%3D){0,2}", re.IGNORECASE)
# Whoever has such a link chooses a password by it.
_LINK: Final = re.compile(r"(/password/(?:forgotten|first)/)[^/\s]+/[\w-]+")
# What somebody outside may have put into a message must not look like another line of the log.
CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}


def mask(text: str) -> str:
    """Return the text with bearer tokens, API keys, call_control_ids and telephone numbers hidden."""
    text = _BEARER.sub(r"\1 •••", text)
    text = _KEY.sub("KEY•••", text)
    text = _LINK.sub(r"\1•••", text)
    text = _LEG.sub(r"\1:•••\2", text)
    return mask_numbers(text)


# Nothing to hide is in one, and most of what is logged of a batch is these.
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What we count ourselves, and no number that anybody can call.
_COUNTED: Final = frozenset({"feed", "feed_from", "feed_to", "since", "user"})


def masked(_: WrappedLogger, __: str, told: EventDict) -> EventDict:
    """Return all that a line is made of with every text in it masked, however deep it lies; for structlog."""
    return {mask(name): _masked(value, is_counted=name in _COUNTED) for name, value in told.items()}


def _masked(value: Any, *, is_counted: bool = False) -> Any:
    if value is None or isinstance(value, bool | float) or (is_counted and isinstance(value, int)):
        return value
    if isinstance(value, int):
        hidden = mask(str(value))
        return value if hidden == str(value) else hidden
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    if isinstance(value, Mapping):
        return {mask(str(name)): _masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    return mask(str(value))
