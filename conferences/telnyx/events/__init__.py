"""Turns a webhook's bytes into an event, and an event of ours into bytes."""

from conferences.telnyx.events.event import MAX_TEXT, Event
from conferences.telnyx.events.parsing import OLD_FORMAT, Unusable, encode, parse, parse_recorded

__all__ = ["MAX_TEXT", "OLD_FORMAT", "Event", "Unusable", "encode", "parse", "parse_recorded"]
