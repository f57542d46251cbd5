"""Who hears whom as a table, as a small drawing of people on a circle and voices as arrows, and in a word for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences.audibility import Graph, Node, Party, graph, rows, with_supervisor
from conferences.roster import YOU
from conferences.wording.hearing import doubt_words

RADIUS: Final = 110.0  # of the circle of people
GAP: Final = 30.0  # between a person and the arrow's end
ASIDE: Final = 7.0  # so that two voices between the same two people do not lie on each other
BESIDE: Final = 28.0  # from a person to the name
BELOW: Final = 42.0
LONGEST: Final = 18  # characters of a name beside the drawing; the table has it whole
WIDTH: Final = 640.0  # of the drawing, which leaves room for names on both sides
MARGIN: Final = 55.0  # above the highest person and below the lowest
MOST: Final = 10  # more people than this are told in the table alone
WORDS: Final = {"yes": _("hears"), "unknown": _("may hear"), "held": _("on hold"), "no": _("does not hear")}
MAY_HEAR: Final = _("may hear you")
_EARS: Final = {
    "yes": _("hears you"),
    "held": _("hears you once off hold"),
    "unknown": MAY_HEAR,
    "no": _("does not hear you"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether the row's person hears the column's."""

    certainty: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One listener, and one cell for each speaker in the order of the columns; None where it is the same person."""

    name: str
    kind: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A person in the drawing. The name stands outside of the circle, where no arrow is."""

    name: str
    kind: str
    x: float
    y: float

    @property
    def anchor(self) -> str:
        """SVG's text-anchor for the name."""
        return "middle" if abs(self.x) < 1 else "start" if self.x > 0 else "end"

    @property
    def name_x(self) -> float:
        return self.x if abs(self.x) < 1 else self.x + math.copysign(BESIDE, self.x)

    @property
    def name_y(self) -> float:
        """The baseline: beside the dot, or above and below it where it is at the top or the bottom."""
        return self.y + 5 if abs(self.x) >= 1 else self.y + (BELOW if self.y > 0 else -BESIDE)


@dataclass(frozen=True, slots=True)
class Voice:
    """An arrow in the drawing, from who speaks to who hears."""

    certainty: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The same told twice: `columns` and `lines` for those who read tables, `dots` and `voices` for the drawing."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    voices: tuple[Voice, ...]

    @property
    def box(self) -> str:
        """SVG's viewBox: as high as the people stand apart, names included."""
        heights = [one.y for one in self.dots] or [0.0]
        top, bottom = min(heights) - MARGIN, max(heights) + MARGIN
        return f"{-WIDTH / 2:.0f} {top:.0f} {WIDTH:.0f} {bottom - top:.0f}"


def picture(people: Sequence[Party], running: bool | None) -> Picture:
    """Return who hears whom among these people; no drawing for one alone, or for a crowd."""
    known = graph(people, running=running)
    drawable = 2 <= len(known.nodes) <= MOST
    places = _places(known.nodes) if drawable else {}
    dots = [Dot(_short(one.name), one.kind, *places[one.key]) for one in known.nodes] if drawable else []
    voices = [_voice(one.certainty, places[one.source], places[one.target]) for one in known.arrows] if drawable else []
    return Picture(tuple(one.name for one in known.nodes), _lines(known), tuple(dots), tuple(voices))


def ears(people: Sequence[Party], running: bool | None, *, whispered_past: bool = False) -> dict[str, str]:
    """Say of each leg whether it would hear a supervisor who spoke to it or, `whispered_past`, only to others."""
    role, targets = ("whisper", frozenset({"others"})) if whispered_past else ("barge", frozenset())
    you = Party(key=YOU, name="you", kind="supervisor", role=role, targets=targets)
    said = rows(with_supervisor(people, you), YOU, running=running)
    return {one.key: _ear_words(one.hears_you, doubt_words(one.why)) for one in said}


def _lines(known: Graph) -> tuple[Line, ...]:
    heard = {(one.target, one.source): one.certainty for one in known.arrows}
    return tuple(
        Line(
            listener.name,
            listener.kind,
            tuple(
                None if speaker is listener else _cell(heard.get((listener.key, speaker.key), "no"))
                for speaker in known.nodes
            ),
        )
        for listener in known.nodes
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _cell(certainty: str) -> Cell:
    return Cell(certainty, gettext(WORDS[certainty]))


def _places(nodes: Sequence[Node]) -> dict[str, tuple[float, float]]:
    """Evenly on a circle, the first at the top."""
    step = 2 * math.pi / len(nodes)
    return {
        one.key: (round(RADIUS * math.sin(place * step), 1), round(-RADIUS * math.cos(place * step), 1))
        for place, one in enumerate(nodes)
    }


def _voice(certainty: str, start: tuple[float, float], end: tuple[float, float]) -> Voice:
    """The straight line between two people, shortened at both ends and moved to its right."""
    length = math.dist(start, end)
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    aside = (-along[1] * ASIDE, along[0] * ASIDE)
    x1, y1 = (start[axis] + along[axis] * GAP + aside[axis] for axis in (0, 1))
    x2, y2 = (end[axis] - along[axis] * GAP + aside[axis] for axis in (0, 1))
    return Voice(certainty, round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1))


def _ear_words(certainty: str, why: str) -> str:
    said = gettext(_EARS[certainty])
    return f"{said} ({why})" if why else said
