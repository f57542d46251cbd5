"""How the agents' page is arranged, as it stands in the address: in which order, and in which groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from dashboard.presenters.agent import IDLE, IN_TWO, OUTSIDE, RINGING, UNKNOWN, WRAPPING_UP, AgentRow

# The first of each goes without saying.
GROUPS: Final = {"": _("No groups"), "team": _("By team"), "state": _("By state")}
SORTS: Final = {
    "": _("Name"),
    "state": _("State, longest first"),
    "calls": _("Most calls today"),
    "talked": _("Longest in calls today"),
    "last": _("Longest since the last call"),
}
STATES: Final = (
    *(IN_TWO, "On hold", "Muted", "Talking", "No customer", "Waiting to start", "Nobody left"),
    *(RINGING, OUTSIDE, UNKNOWN, WRAPPING_UP, IDLE),
)
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_KEYS: Final[Mapping[str, Callable[[AgentRow], Any]]] = {
    "state": lambda row: (_state(row), row.since or _EVER),
    "calls": lambda row: -row.calls,
    "talked": lambda row: -row.talked,
    "last": lambda row: row.last.left_at if row.last else _NEVER,
}
_GROUP_KEYS: Final[Mapping[str, Callable[[AgentRow], Any]]] = {
    "team": lambda row: (0, row.team),
    "state": lambda row: (_state(row), row.status),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Some rows under a heading; it is empty where there are no groups."""

    heading: str
    rows: tuple[AgentRow, ...]


@dataclass(frozen=True, slots=True)
class AgentOrder:
    """Which order and which groups."""

    sort: str = ""
    group: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AgentOrder:
        """Read it off an address; what is not known there is as usual."""
        sort, group = query.get("sort", ""), query.get("group", "")
        return cls(sort if sort in SORTS else "", group if group in GROUPS else "")

    def arranged(self, rows: Iterable[AgentRow]) -> list[Group]:
        """Return the rows in this order, in these groups; those that are alike in it stay as they were.

        Of the states those are among the groups too that no agent is in: the page's script moves rows as states change.
        """
        ordered = sorted(rows, key=_KEYS.get(self.sort, lambda _: 0))
        key = _GROUP_KEYS.get(self.group)
        if key is None:
            return [Group("", tuple(ordered))]
        found = {one: tuple(some) for one, some in groupby(sorted(ordered, key=key), key)}
        empty = enumerate(STATES) if self.group == "state" else ()
        return [Group(one[1], some) for one, some in sorted((dict.fromkeys(empty, ()) | found).items())]


def _state(row: AgentRow) -> int:
    return STATES.index(row.status) if row.status in STATES else len(STATES)
