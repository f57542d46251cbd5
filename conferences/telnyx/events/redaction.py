"""Takes out of what the provider tells what must never be stored: the keys that somebody pressed on a phone.

A caller types card numbers and PINs; Earshot needs none of them (Telnyx docs: call.dtmf.received, call.gather.ended).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conferences.telnyx.events.event import Event

KEYS_PRESSED: Final = ("call.dtmf.received", "call.gather.ended")
_NAMES: Final = frozenset({"digit", "digits"})
_IN_BYTES: Final = re.compile(rb'("digits?"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9.]+)')


def redact(event: Event) -> Event:
    """Return the event without the digits in it, at whatever depth; any other event as it is."""
    if event.type not in KEYS_PRESSED:
        return event
    payload = _without_digits(event.payload)
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
