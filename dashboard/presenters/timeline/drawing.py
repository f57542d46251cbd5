"""Lanes as drawings: stretches of time as pieces of a line that is a thousand wide, and marks on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString

from conferences.history.lanes import Span
from dashboard.presenters.timeline.moment import Stretch

WIDTH: Final = 1000.0
_word = lru_cache(256)(escape)  # of a lane's few words a call of a thousand facts has thousands


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time on a lane. `goes_on`: it has not ended, and the page has it grow."""

    what: str
    x: float
    width: float
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at one moment on a lane: a command, a confirmation or a repair."""

    what: str
    x: float


@dataclass(frozen=True, slots=True)
class LaneDrawing:
    """One leg's line. `modes` is a supervisor's, `whispers` an agent's; `was_in`: ever in the call.

    `gaps`: what was told then may be lost.
    """

    name: str
    kind: str
    key: str
    pieces: tuple[Piece, ...]
    whispers: tuple[Piece, ...]
    modes: tuple[Piece, ...]
    unread: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    gaps: tuple[Piece, ...] = ()
    was_in: bool = True

    @property
    def drawn(self) -> SafeString:
        """The line, drawn here: a call of a thousand facts has as many pieces, and by templates each takes its time."""
        rows = (("what", 4, 16, self.pieces), ("role", 4, 16, self.modes), ("what", 4, 16, self.unread))
        drawn = (
            _rect(kind, one, y, height)
            for kind, y, height, some in (*rows, ("what", 17, 3, self.whispers), ("what", 0, 24, self.gaps))
            for one in some
        )
        return SafeString("".join([*drawn, *map(_line, self.marks)]))


def _rect(kind: str, one: Piece, y: int, height: int) -> str:
    goes_on = " data-goes-on" if one.goes_on else ""
    box = f'x="{one.x:.2f}" y="{y}" width="{one.width:.2f}" height="{height}"'
    return f'<rect data-{kind}="{_word(one.what)}"{goes_on} {box}/>'


def _line(mark: Mark) -> str:
    return f'<line data-what="{_word(mark.what)}" x1="{mark.x:.2f}" x2="{mark.x:.2f}" y1="1" y2="23"/>'


def places(call: Stretch) -> Callable[[datetime], float]:
    """Return what tells where a moment of this call is on the line, ends included."""
    begins_at = call.begins_at
    a_second = WIDTH / max(call.ends_at - begins_at, begins_at.resolution).total_seconds()
    return lambda moment: round(min(WIDTH, max(0.0, (moment - begins_at).total_seconds() * a_second)), 2)


def pieces(spans: Iterable[Span], call: Stretch) -> tuple[Piece, ...]:
    """Return those of the stretches that the call has a part in, each wide enough to be seen."""
    found, place = [], places(call)
    for span in spans:
        ends_at = min(span.ends_at or call.ends_at, call.ends_at)
        if ends_at <= call.begins_at or span.begins_at >= call.ends_at:
            continue
        x = place(span.begins_at)
        width = max(1.0, round(place(ends_at) - x, 2))
        found.append(Piece(span.what, x, width, goes_on=span.ends_at is None))
    return tuple(found)
