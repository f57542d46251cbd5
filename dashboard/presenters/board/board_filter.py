"""The board's search and filters, as they stand in the address; the same for page and push."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conferences.addresses import canonical, searchable
from dashboard.presenters.call import Call
from dashboard.presenters.rows.caller import Caller

STATES = ("Talking", "On hold", "No agent", "No customer", "Waiting to start", "Nobody left")
LONGEST = 100


FEW_DIGITS = 3  # fewer may be found in any number


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a viewer wants to see of the board. Empty means everything."""

    q: str = ""
    queue: str = ""
    state: str = ""
    supervised: bool = False
    unassigned: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> BoardFilter:
        state = query.get("state", "")
        return cls(
            q=query.get("q", "").strip()[:LONGEST],
            queue=query.get("queue", "")[:LONGEST],
            state=state if state in STATES else "",
            supervised=query.get("supervised", "") == "1",
            unassigned=query.get("unassigned", "") == "1",
        )

    def query(self) -> dict[str, str]:
        """Return the words by which an address asks for this view, and no others."""
        words = {"q": self.q, "queue": self.queue, "state": self.state}
        words |= {name: "1" if getattr(self, name) else "" for name in ("supervised", "unassigned")}
        return {name: value for name, value in words.items() if value}

    def _finds_a_number_of(self, call: Call | Caller) -> bool:
        """A number is found in whatever spelling it was typed, or a part of it; masked ones are not (Call.numbers)."""
        typed = {searchable(self.q), canonical(self.q) if len(self.q) > FEW_DIGITS else ""}
        parts = {digits for one in typed if len(digits := one.lstrip("+")) >= FEW_DIGITS and digits.isdigit()}
        return any(part in number for part in parts for number in call.numbers)

    def __bool__(self) -> bool:
        return self != BoardFilter()

    def matches(self, call: Call | Caller) -> bool:
        return (
            (all(status in call.text for status in self.q.lower().split()) or self._finds_a_number_of(call))
            and self.queue in ("", call.queue)
            and self.state in ("", call.status)
            and (bool(call.supervisors) or not self.supervised)
            and (call.is_unassigned or not self.unassigned)
        )
