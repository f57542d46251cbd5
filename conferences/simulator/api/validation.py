"""Reading request bodies the way Telnyx checks them, each fault with its code and pointer."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from conferences.simulator import refusals
from conferences.simulator.world import REGIONS

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SIP = re.compile(r"sips?:[^@\s]+@[^@\s]+")
BEEPS = ("always", "never", "on_enter", "on_exit")


class Fields:
    """The fields of one JSON object; every method returns a checked value or raises a Refusal."""

    def __init__(self, values: dict[str, Any], pointer: str = "") -> None:
        self.values = values
        self._base = pointer

    def pointer(self, name: str) -> str:
        """Make the JSON pointer to a field."""
        return f"{self._base}/{name}"

    def text(self, name: str) -> str | None:
        """Read a string, None when absent or null."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise refusals.bad_type("a string", pointer=self.pointer(name))
        return value

    def required(self, name: str) -> str:
        """Read a string that is there and not blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise refusals.missing(self.pointer(name))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Read a boolean."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise refusals.bad_type("a boolean", pointer=self.pointer(name))
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Read one of the allowed strings, None when absent or null."""
        value = self.values.get(name)
        if value is not None and value not in allowed:
            raise refusals.bad_enum(allowed, pointer=self.pointer(name))
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """Read a whole number within bounds, None when absent or null."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise refusals.bad_type("an integer", pointer=self.pointer(name))
        if not low <= value <= high:
            raise refusals.out_of_range(low, high, pointer=self.pointer(name))
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """Read a list of strings; () when absent or null."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise refusals.bad_type("an array of strings", pointer=self.pointer(name))
        return tuple(value)

    def nested(self, name: str) -> Fields | None:
        """Read an object inside this one, None when absent or null."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise refusals.bad_type("an object", pointer=self.pointer(name))
        return Fields(value, self.pointer(name))

    def region(self) -> str | None:
        """Read the region, one of Telnyx's four."""
        return self.choice("region", tuple(REGIONS))

    def client_state(self, limit: int = 0) -> str | None:
        """Read client_state: Base-64, no longer than `limit` characters unless that is 0."""
        value = self.text("client_state")
        if value is None:
            return None
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise refusals.bad_client_state() from error
        if len(value) % 4 or (limit and len(value) > limit):
            raise refusals.bad_client_state()
        return value

    def not_both(self, one: str, other: str) -> None:
        """Refuse two fields that exclude each other."""
        if self.values.get(one) is not None and self.values.get(other) is not None:
            detail = f"{one} and {other} cannot be used together in one request."
            raise refusals.bad_request(detail, pointer=self.pointer(one))

    def address(self, name: str) -> str:
        """Read an E.164 number or a SIP URI; of an array, the first."""
        value = self.values.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if not first:
            raise refusals.missing(self.pointer(name))
        if not isinstance(first, str) or not (E164.fullmatch(first) or SIP.fullmatch(first)):
            raise refusals.bad_number(name)
        return first
