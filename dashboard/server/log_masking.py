"""Keeps telephone numbers, keys and call_control_ids out of what is logged, tracebacks included."""

from __future__ import annotations

import logging
import re
from typing import Final

from conferences.addresses import mask_numbers

_BEARER: Final = re.compile(r"\b(bearer)\s+[^\s'\",;]+", re.IGNORECASE)
_KEY: Final = re.compile(r"\bKEY(?=[\w-]*[0-9])[\w-]{8,}")
# As the provider makes them, and as they stand in a URL; the last characters are kept, to tell one leg from another.
_LEG: Final = re.compile(r"\b(v[23])(?::|%3A)[\w-]{4,}([\w-]{4})(?:=|%3D){0,2}", re.IGNORECASE)
# What somebody outside may have put into a message must not look like another line of the log.
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}


def mask(text: str) -> str:
    """Return the text with bearer tokens, API keys, call_control_ids and telephone numbers hidden."""
    text = _BEARER.sub(r"\1 •••", text)
    text = _KEY.sub("KEY•••", text)
    text = _LEG.sub(r"\1:•••\2", text)
    return mask_numbers(text)


class Masking(logging.Formatter):
    """Formats a record and masks the whole of it: message, traceback and stack.

    A formatter and not a filter: only here everything that will be written is one text, and the record itself stays
    as it is for other handlers.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return what is to be written."""
        return mask(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - named by logging
        """Return the message's own line, and no more than one."""
        return super().formatMessage(record).translate(_CONTROLS)
