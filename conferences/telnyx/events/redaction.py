"""Takes out of what the provider tells what must never be stored: the keys that somebody pressed on a phone.

A caller types card numbers and PINs; Earshot needs none of them (Telnyx docs: call.dtmf.received, call.gather.ended).
A * or # is no part of either and may be kept: by those an agent asks for help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conferences.telnyx.events.event import Event

PRESSED: Final = "call.dtmf.received"
KEYS_PRESSED: Final = (PRESSED, "call.gather.ended")
SIGN: Final = "sign"  # under which a * or # is kept
_SIGNS: Final = ("*", "#")
_NAMES: Final = frozenset({"digit", "digits"})
_IN_BYTES: Final = re.compile(rb'("digits?"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9.]+)')


def redact(event: Event) -> Event:
    """Return the event without the digits in it, at whatever depth; any other event as it is.

    One * or # that was pressed is kept as `sign`.
    """
    if event.type not in KEYS_PRESSED:
        return event
    payload = _without_digits(event.payload)
    if event.type == PRESSED and event.payload.get("digit") in _SIGNS:
        payload[SIGN] = event.payload["digit"]
    return event if payload == event.payload else replace(event, payload=payload)


def redact_bytes(body: bytes) -> bytes:
    """Return bytes that carry no event with whatever looks like pressed keys blanked."""
    return _IN_BYTES.sub(rb'\1""', body)


def _without_digits(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_digits(inner) for name, inner in value.items() if name not in _NAMES}
    if isinstance(value, list):
        return [_without_digits(inner) for inner in value]
    return value
