"""Reports as rows: for a page, with their bars, and for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from conferences.audit.proof.verifier import cell
from conferences.models import Supervision
from conferences.reports.figures import Run, Sum, seconds_by_day
from conferences.reports.listened import Listened
from conferences.wording.audit import reason_words
from dashboard.views.audit.stays import length

MODES: Final = ("monitor", "whisper", "barge", "none")
WIDTH: Final = 100.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: a mode, where it begins and how wide it is, of a hundred; `y` and `height` of a column."""

    mode: str
    x: float
    width: float
    y: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A sum in words, with its bar. `share`: in percent, empty where it is not known."""

    key: int
    name: str
    stays: int
    length: str
    bar: tuple[Piece, ...]
    share: str
    calls: int
    silent: int
    told: str
    run: Run
    people: int


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay in words."""

    pk: UUID
    call: UUID
    is_seen: bool
    at: str
    who: str
    agents: tuple[str, ...]
    modes: tuple[tuple[str, str], ...]
    length: str
    why: str
    told: str
    ended: str


def rows(sums: Sequence[Sum]) -> list[Row]:
    """Return sums for a page, their bars to one scale."""
    longest = max((one.seconds for one in sums), default=0) or 1
    return [
        Row(
            key=one.key,
            name=one.name or gettext("Erased"),
            stays=one.stays,
            length=length(one.seconds),
            bar=_bar(one.modes, longest),
            share="" if one.share is None else f"{one.share:.0%}",
            calls=one.calls,
            silent=one.silent,
            told=f"{one.told} / {one.not_told}",
            run=one.run,
            people=one.people,
        )
        for one in sums
    ]


def stay_rows(stays: Iterable[Listened], seen: set[UUID]) -> list[StayRow]:
    """Return stays for a page, the latest first; `seen`: the calls that its reader may look at."""
    return [
        StayRow(
            pk=one.pk,
            call=one.call,
            is_seen=one.call in seen,
            at=f"{timezone.localtime(one.began_at):%Y-%m-%d %H:%M:%S}",
            who=one.who or gettext("Erased"),
            agents=tuple(one.agents.values()),
            modes=tuple((_mode(role), length(seconds)) for role, seconds in one.modes.items()),
            length=length(one.seconds),
            why=one.why,
            told=agents_told_words(one.told),
            ended=reason_words(one.ended) if one.ended else "",
        )
        for one in sorted(stays, key=lambda each: each.began_at, reverse=True)
    ]


def columns(stays: Sequence[Listened], days: Sequence[date]) -> tuple[list[Piece], int]:
    """Return a column for each day, of the seconds that were listened, and how many the highest has."""
    names = [one.isoformat() for one in days]
    found = seconds_by_day(stays, names, lambda one: timezone.localtime(one.began_at).date().isoformat())
    most, step = max(found, default=0), WIDTH / max(1, len(days))
    heights = [round(40 * seconds / (most or 1), 2) for seconds in found]
    pieces = [
        Piece("all", round(number * step, 3), round(step * 0.8, 3), round(40 - high, 2), high)
        for number, high in enumerate(heights)
    ]
    return pieces, most


def agents_told_words(told: bool | None) -> str:
    """Say whether agents are told that they may be listened to."""
    if told is None:
        return gettext("not recorded")
    return gettext("yes") if told else gettext("no")


def spreadsheet(name: str, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> HttpResponse:
    """Answer with a file of CSV, of which no cell is taken for a formula."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    table = csv.writer(answer)
    table.writerow(heads)
    table.writerows([cell(str(value)) for value in line] for line in lines)
    return answer


def sums_sheet(name: str, sums: Iterable[Sum]) -> HttpResponse:
    """Answer with sums as CSV, times in seconds."""
    heads = ["name", "stays", "seconds", *(f"seconds_{mode}" for mode in MODES), "calls", "calls_listened_to"]
    heads += ["only_monitored", "agents_told", "agents_not_told", "longest_run", "run_on", "agents"]
    return spreadsheet(name, heads, (_line(one) for one in sums))


def stays_sheet(name: str, stays: Iterable[Listened]) -> HttpResponse:
    """Answer with stays as CSV, times in seconds."""
    heads = ["began", "supervisor", "agents", "seconds", *(f"seconds_{mode}" for mode in MODES)]
    heads += ["reason", "agents_told", "ended", "call"]
    lines = (
        [
            timezone.localtime(one.began_at).isoformat(timespec="seconds"),
            one.who,
            ", ".join(one.agents.values()),
            one.seconds,
            *(one.modes.get(mode, 0) for mode in MODES),
            one.why,
            "" if one.told is None else "yes" if one.told else "no",
            one.ended,
            one.call,
        ]
        for one in stays
    )
    return spreadsheet(name, heads, lines)


def _line(one: Sum) -> list[object]:
    modes = [one.modes.get(mode, 0) for mode in MODES]
    called = [one.calls, one.heard_calls, one.silent, one.told, one.not_told]
    return [one.name, one.stays, one.seconds, *modes, *called, one.run.times, one.run.name, one.people]


def _mode(role: str) -> str:
    return str(dict(Supervision.Role.choices).get(role, role))


def _bar(modes: Mapping[str, int], longest: int) -> tuple[Piece, ...]:
    found, x = [], 0.0
    for mode in MODES:
        if width := WIDTH * modes.get(mode, 0) / longest:
            found.append(Piece(mode, round(x, 2), round(width, 2)))
            x += width
    return tuple(found)
