"""Who hears whom as plain data for a table and for a small picture of people and arrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from conferences.audibility.hearing import Hearing, after_hold, hears, recorded
from conferences.audibility.parties import Party
from conferences.audibility.uncertainty import doubt

Certainty = Literal["yes", "unknown", "held", "no"]
"""held: a hold is in between; once it ends this voice is, or may be, heard."""
RECORDER: Final = "recorder"
"""Key and kind of the recording where it counts as a listener."""
ORDER: Final = ("customer", "agent", "unknown", "system", "supervisor", RECORDER)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: whether this one hears you, and you hear them; `why` explains an unknown "hears you"."""

    key: str
    name: str
    kind: str
    hears_you: Certainty
    you_hear: Certainty
    why: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One person, or the recording. `order` counts from 0, in the same sequence as the rows of the table."""

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


def rows(
    parties: Iterable[Party], you: str, *, running: bool | None = True, recording: bool | None = None
) -> tuple[Row, ...]:
    """A row for everybody else who is or may be in, and one for a recording known to run. Raises KeyError for `you`."""
    people = {one.key: one for one in parties}
    speaker = people[you]
    said = [
        Row(
            one.key, one.name, one.kind, _certainty(one, speaker, running), _certainty(speaker, one, running),
            doubt(one, speaker, running=running),
        )
        for one in _in_order(people.values()) if one.key != you
    ]  # fmt: skip
    if recording:
        said.append(Row(RECORDER, "Recording", RECORDER, recorded(speaker, recording, running=running).value, "no"))
    return tuple(said)


def graph(parties: Iterable[Party], *, running: bool | None = True, recording: bool | None = None) -> Graph:
    """Everybody who is or may be in, and every voice that is heard, may be, or waits for a hold to end."""
    people = _in_order(parties)
    nodes = [Node(one.key, one.name, one.kind, order) for order, one in enumerate(people)]
    voices = [
        Arrow(source.key, target.key, _certainty(target, source, running))
        for source in people for target in people if source is not target
    ]  # fmt: skip
    if recording:
        nodes.append(Node(RECORDER, "Recording", RECORDER, len(nodes)))
        voices += [Arrow(one.key, RECORDER, recorded(one, recording, running=running).value) for one in people]
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
