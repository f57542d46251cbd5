"""Takes out of what the provider tells what must never be stored: the keys that somebody pressed on a phone.

A caller types card numbers and PINs; Earshot needs none of them (Telnyx docs: call.dtmf.received, call.gather.ended).
A * or # is no part of either and may be kept: by those an agent asks for help. Nor is the one key that answers a
question of a test call of ours, told by the client_state that the question was asked with: it is the call's result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conferences.telnyx.events.event import Event
from conferences.telnyx.rules import decode_client_state

PRESSED: Final = "call.dtmf.received"
GATHERED: Final = "call.gather.ended"
KEYS_PRESSED: Final = (PRESSED, GATHERED)
SIGN: Final = "sign"  # under which a * or # is kept
_SIGNS: Final = ("*", "#")
ANSWER: Final = "answer"  # under which the key is kept that answers a test call
OF_A_TEST: Final = "test:"  # what the client_state of its questions begins with
ANSWERS: Final = ("1", "2")
_NAMES: Final = frozenset({"digit", "digits"})
_IN_BYTES: Final = re.compile(rb'("digits?"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9.]+)')


def redact(event: Event) -> Event:
    """Return the event without the digits in it, at whatever depth; any other event as it is.

    One * or # that was pressed is kept as `sign`, and a 1 or 2 that answers a test call as `answer`.
    """
    if event.type not in KEYS_PRESSED:
        return event
    payload = _without_digits(event.payload)
    if event.type == PRESSED and event.payload.get("digit") in _SIGNS:
        payload[SIGN] = event.payload["digit"]
    if event.type == GATHERED and event.payload.get("digits") in ANSWERS and _is_of_a_test(event):
        payload[ANSWER] = event.payload["digits"]
    return event if payload == event.payload else replace(event, payload=payload)


def _is_of_a_test(event: Event) -> bool:
    return (decode_client_state(event.client_state) or "").startswith(OF_A_TEST)


def redact_bytes(body: bytes) -> bytes:
    """Return bytes that carry no event with whatever looks like pressed keys blanked."""
    return _IN_BYTES.sub(rb'\1""', body)


def _without_digits(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_digits(inner) for name, inner in value.items() if name not in _NAMES}
    if isinstance(value, list):
        return [_without_digits(inner) for inner in value]
    return value
