"""Turns a webhook's bytes into an event, and an event of ours into bytes."""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from conferences.telnyx.events.event import MAX_TEXT, Event

MAX_DEPTH: Final = 100
_BOM: Final = b"\xef\xbb\xbf"
# No telephone call of ours happened outside these years; a stamp of year 9999 would sort after all facts to come.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
# Webhook API version 1 has no `data`: its event, or that one's metadata, is the body itself (Telnyx docs: Receiving
# webhooks).
OLD_FORMAT: Final = "in the old v1 format"
_V1_KEYS: Final = frozenset({"event_type", "payload", "metadata", "event_timestamp", "webhook_id"})
_UNTOLD: Final = datetime(1, 1, 1, tzinfo=UTC)


class Unusable(ValueError):
    """Bytes that carry no event; sending them again cannot help. `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes, received_at: datetime) -> Event:
    """Return the event in `body`, or raise Unusable and nothing else.

    `received_at` must be aware; it stands in where the body tells no usable time. An event without an id of its own
    gets the SHA-256 of its bytes, so that the same delivery twice is still the same event.
    """
    root = _object(_load(body), "the body is no object")
    _refuse_unstorable(root)
    if "data" not in root and _V1_KEYS & root.keys():
        raise Unusable(OLD_FORMAT)
    data = _object(root.get("data"), "data is no object")
    event_type = data.get("event_type")
    if not isinstance(event_type, str) or not 0 < len(event_type) <= MAX_TEXT:
        raise Unusable("no usable event_type")
    payload = _object(data.get("payload"), "payload is no object")
    return Event(
        id=_id(data) or hashlib.sha256(body).hexdigest(),
        type=event_type,
        occurred_at=_occurred_at(data, payload) or received_at.astimezone(UTC),
        payload=payload,
        attempt=_attempt(root.get("meta")),
    )


def parse_recorded(body: bytes) -> Event:
    """Return the event in `body`, or raise Unusable: also when it tells no id or no time of its own."""
    event = parse(body, _UNTOLD)
    if event.occurred_at == _UNTOLD:
        raise Unusable("no usable time")
    if _id(orjson.loads(body)["data"]) is None:
        raise Unusable("no usable id")
    return event


def encode(event: Event) -> bytes:
    """Return the JSON bytes that `parse` reads back as an equal event: how a fact of our own is stored.

    Raises Unusable for what `parse` would refuse, and ValueError for a value JSON has no form for.
    """
    data = {
        "event_type": event.type,
        "id": event.id,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "payload": dict(event.payload),
        "record_type": "event",
    }
    root = {"data": data, "meta": {"attempt": event.attempt}}
    _refuse_unstorable(root)
    try:
        return orjson.dumps(root)
    except orjson.JSONEncodeError as error:
        raise ValueError(f"The event's payload has no JSON form: {error}.") from None


def _load(body: bytes) -> object:
    if body.startswith(_BOM):
        raise Unusable("begins with a byte order mark")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable("not UTF-8") from None
    try:
        loaded: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unusable("not JSON") from None
    return loaded


def _object(value: object, reason: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unusable(reason)
    return value


def _refuse_unstorable(root: object) -> None:
    """Walk level by level, not by recursion: JSON may nest deeper than Python's stack.

    PostgreSQL stores no NUL in text, and neither a number without end nor a nesting deeper than 100 is a webhook's.
    """
    level = [root]
    for _ in range(MAX_DEPTH):
        level = _one_deeper(level)
        if not level:
            return
    raise Unusable("nested too deeply")


def _one_deeper(level: list[object]) -> list[object]:
    """Return all that is in these values. Every value of every webhook comes by here, most of them text."""
    found: list[object] = []
    for value in level:
        if isinstance(value, str):
            if "\0" in value:
                raise Unusable("NUL character in a string")
        elif isinstance(value, dict):
            found += value
            found += value.values()
        elif isinstance(value, list | tuple):
            found += value
        elif isinstance(value, float) and not math.isfinite(value):
            raise Unusable("number without end")
    return found


def _id(data: Mapping[str, Any]) -> str | None:
    value = data.get("id")
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def _occurred_at(data: Mapping[str, Any], payload: Mapping[str, Any]) -> datetime | None:
    """The schemas put it in data or in the payload by type of event; the vendor's samples misspell the latter."""
    stamps = (data.get("occurred_at"), payload.get("occurred_at"), payload.get("occured_at"))
    return next((moment for stamp in stamps if (moment := _moment(stamp))), None)


def _moment(stamp: object) -> datetime | None:
    if not isinstance(stamp, str):
        return None
    try:
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _attempt(meta: object) -> int:
    attempt = meta.get("attempt") if isinstance(meta, dict) else None
    return attempt if type(attempt) is int and 0 < attempt < 2**31 else 1
