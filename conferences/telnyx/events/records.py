"""Reads the events back out of the provider's own records of what it sent."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from conferences.telnyx.events.event import Event
from conferences.telnyx.events.parsing import Unusable, parse_recorded

# Where a call event's metadata, which "includes raw event", holds it is not documented (Telnyx docs: List call events).
_HOLDERS: Final = ("event", "raw_event", "webhook", "data", "payload")


def recorded(record: Mapping[str, Any]) -> Event:
    """Return the event in a webhook delivery's record or in a call event's, or raise Unusable.

    One that carries no id of its own is unusable: nothing could tell whether it is known already. So is one that tells
    no time, for when it was read says nothing of when it happened.
    """
    told = next((one for one in _candidates(record) if "event_type" in one and "payload" in one), None)
    if told is None:
        raise Unusable("no event in the record")
    return parse_recorded(orjson.dumps({"data": told}))


def _candidates(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for holder in (record.get("webhook"), record.get("metadata")):
        if isinstance(holder, dict):
            yield holder
            yield from _inside(holder, depth=2)


def _inside(holder: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    for name in _HOLDERS if depth else ():
        inner = holder.get(name)
        if isinstance(inner, dict):
            yield inner
            yield from _inside(inner, depth - 1)
