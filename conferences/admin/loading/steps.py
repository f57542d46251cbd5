"""What one line of a file asks for, and what it comes to."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any


class Kind(enum.StrEnum):
    """What a line is about, as it is written in its first column."""

    TEAM = "team"
    QUEUE = "queue"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Effect(enum.StrEnum):
    """What a line comes to. WRONG: nothing of the file is applied."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Phone:
    """An address of a line: in its canonical form, as it was written, and a device's name."""

    address: str
    written: str
    name: str = ""


@dataclass(slots=True)
class Step:
    """A line, compared with the directory. None stands for what it says nothing of, which stays as it is.

    `row` is the team, queue, agent or user that it is about, None for a new one; `kept` are the addresses there.
    """

    number: int
    kind: Kind | None
    name: str = ""
    team: str = ""
    teams: list[str] | None = None
    phones: list[Phone] | None = None
    username: str = ""
    groups: list[str] | None = None
    row: Any = None
    kept: list[Any] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    effect: Effect = Effect.UNCHANGED

    def judge(self) -> Effect:
        """Note, and return, what the line comes to by what is known of it so far."""
        if self.wrong:
            self.effect = Effect.WRONG
        elif self.row is None:
            self.effect = Effect.NEW
        else:
            self.effect = Effect.CHANGED if self.changes else Effect.UNCHANGED
        return self.effect

    @property
    def said(self) -> list[str]:
        """What a person reads beside the line: what is wrong, or what changes."""
        return self.wrong or self.changes

    @property
    def owner(self) -> Hashable:
        """Whose the addresses are: the row there is, else this line."""
        return (self.kind, self.row.pk) if self.row is not None else ("line", self.number)
