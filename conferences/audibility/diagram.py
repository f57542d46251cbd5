"""Who hears whom as plain data for a table and for a small picture of people and arrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from conferences.audibility.hearing import Hearing, after_hold, hears
from conferences.audibility.parties import Party
from conferences.audibility.uncertainty import doubt

Certainty = Literal["yes", "unknown", "held", "no"]
"""held: a hold is in between; once it ends this voice is, or may be, heard."""
ORDER: Final = ("customer", "agent", "unknown", "system", "supervisor")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: whether this one hears you; `why` explains an unknown."""

    key: str
    name: str
    kind: str
    hears_you: Certainty
    why: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One person. `order` counts from 0, in the same sequence as the rows of the table."""

    key: str
    name: str
    kind: str
    order: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A voice from `source` to `target`, both keys of nodes. A voice that is certainly not heard has no arrow."""

    source: str
    target: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Graph:
    """People as nodes, voices as arrows."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def rows(parties: Iterable[Party], you: str, *, running: bool | None = True) -> tuple[Row, ...]:
    """Return a row for everybody else who is or may be in. Raises KeyError for `you`."""
    people = {one.key: one for one in parties}
    speaker = people[you]
    others = (one for one in _in_order(people.values()) if one.key != you)
    return tuple(
        Row(one.key, one.name, one.kind, _certainty(one, speaker, running), doubt(one, speaker, running=running))
        for one in others
    )


def graph(parties: Iterable[Party], *, running: bool | None = True) -> Graph:
    """Return everybody who is or may be in, and every voice that is heard, may be, or waits for a hold to end."""
    people = _in_order(parties)
    nodes = [Node(one.key, one.name, one.kind, order) for order, one in enumerate(people)]
    voices = [
        Arrow(source.key, target.key, _certainty(target, source, running))
        for source in people for target in people if source is not target
    ]  # fmt: skip
    return Graph(tuple(nodes), tuple(each for each in voices if each.certainty != "no"))


def _in_order(parties: Iterable[Party]) -> list[Party]:
    """Customers first, supervisors last, and within a kind as given: names must not jump about."""
    present = [one for one in parties if one.present is not False]
    return sorted(present, key=lambda one: ORDER.index(one.kind if one.kind in ORDER else "unknown"))


def _certainty(listener: Party, speaker: Party, running: bool | None) -> Certainty:
    now = hears(listener, speaker, running=running)
    if now is Hearing.NO and after_hold(listener, speaker, running=running) is not Hearing.NO:
        return "held"
    return now.value
