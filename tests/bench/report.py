"""The figures of a run as one table for people and one file for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.figures import Latency, middle

HEAD = ("", "p50 ms", "p95 ms", "p99 ms", "max ms", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement: percentiles as the median of its rounds, and whatever else was counted, unit in the name."""

    section: str
    what: str
    rounds: Sequence[Latency] = ()
    counted: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def latency(self) -> Latency | None:
        return middle(self.rounds) if self.rounds else None


def table(lines: Iterable[Line]) -> str:
    """Return the lines as text in columns, grouped by section."""
    cells: list[tuple[str, ...]] = []
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            cells += [("",) * len(HEAD), (section, *HEAD[1:])]
        cells.append((f"  {line.what}", *_percentiles(line.latency), _counted(line.counted)))
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    return "\n".join(_row(row, widths) for row in cells)


def save(path: Path, about: Mapping[str, Any], lines: Iterable[Line]) -> None:
    """Write what the table shows, and each round by itself, as JSON."""
    found = [asdict(line) | {"latency_ms": line.latency and asdict(line.latency)} for line in lines]
    path.write_text(json.dumps({**about, "lines": found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _percentiles(latency: Latency | None) -> tuple[str, ...]:
    if latency is None:
        return ("", "", "", "")
    return tuple(f"{value:,.0f}" if value >= 10 else f"{value:.1f}" for value in asdict(latency).values())


def _counted(counted: Mapping[str, float | str]) -> str:
    return ", ".join(f"{name} {value if isinstance(value, str) else _number(value)}" for name, value in counted.items())


def _number(value: float) -> str:
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, last = row
    columns = [first.ljust(widths[0]), *(one.rjust(width) for one, width in zip(numbers, widths[1:-1], strict=True))]
    return "  ".join([*columns, last]).rstrip()
