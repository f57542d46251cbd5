"""The parts of a call's row, and agents' rows, each kept by the values that it shows: who is shown the same shares it.

Of what changes on a call most rows' parts show nothing, and most audiences are shown the same of it. A part is given
its values and nothing else, so that no two renderings from equal values, language and time zone can differ.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from operator import attrgetter
from threading import Lock
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conferences import clock
from dashboard.presenters.rows.moving import Pieces, in_pieces, written

MOST: Final = 16_384  # some 1 KB each


class NotNamed(RuntimeError):
    """A template asks for a value by which its rendering is not kept."""


class Part:
    """Some of a call's values, all of them hashable; equal to another of equal values."""

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        self.__dict__.update(zip(names, values, strict=True))
        self._key = names, values

    def __getattr__(self, name: str) -> Any:
        raise NotNamed(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def part_of(shown: Any, shows: str, **parts: Any) -> Part:
    """Return the values, of a call or an agent, that are named in `shows`; `parts`: of others, parts of these."""
    names, read = _reader(shows)
    return Part((*names, *parts), (*read(shown), *parts.values()))


class Cells:
    """Renderings by their values, the last used last. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Any, ...], Pieces] = OrderedDict()
        self._lock = Lock()

    def drawn(self, template: str, **shown: Any) -> SafeString:
        """Return what a template makes of these values, all of them hashable and never changed.

        Times in it are those of now. How old what is known of the call is, it must not say.
        """
        key = (template, get_language(), timezone.get_current_timezone(), *shown.values())
        pieces = self._get(key)
        if pieces is None:
            pieces = in_pieces(render_to_string(template, shown))
            self._put(key, pieces)
        return SafeString(written(pieces, clock.now()))

    def _get(self, key: tuple[Any, ...]) -> Pieces | None:
        with self._lock:
            if (pieces := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return pieces

    def _put(self, key: tuple[Any, ...], pieces: Pieces) -> None:
        with self._lock:
            self._kept[key] = pieces
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


@cache
def _reader(shows: str) -> tuple[tuple[str, ...], Any]:
    names = tuple(shows.split())
    return names, attrgetter(*names) if len(names) > 1 else lambda call: (getattr(call, names[0]),)


cells = Cells()
