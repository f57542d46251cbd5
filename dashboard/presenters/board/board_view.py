"""How the board is arranged, as it stands in the address beside the filters. The browser does the arranging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from django.utils.translation import gettext_noop as _

# The first of each goes without saying: an address does not name it.
GROUPS: Final = {"attention": _("By attention"), "queue": _("By queue"), "team": _("By team"), "none": _("No groups")}
SORTS: Final = {
    "attention": _("Attention"),
    "call": _("Call"),
    "agents": _("Agents"),
    "customer": _("Customer"),
    "queue": _("Queue"),
    "time": _("Time"),
    "supervisors": _("Supervisors"),
    "checked": _("Checked"),
}
DIRECTIONS: Final = {"up": _("A to Z, shortest first"), "down": _("Z to A, longest first")}
DENSITIES: Final = {"comfortable": _("Comfortable"), "compact": _("Compact")}
CHOICES: Final = {"group": GROUPS, "sort": SORTS, "direction": DIRECTIONS, "density": DENSITIES}


@dataclass(frozen=True, slots=True)
class BoardView:
    """Which groups, what order within them, and how much room for each row."""

    group: str = "attention"
    sort: str = "attention"
    direction: str = "up"
    density: str = "comfortable"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> BoardView:
        """Read it off an address; what is not known there is as usual."""
        return cls(**{name: told for name, known in CHOICES.items() if (told := query.get(name, "")) in known})

    def query(self) -> dict[str, str]:
        """Return the words by which an address asks for it."""
        usual = asdict(BoardView())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}
