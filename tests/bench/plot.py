"""The percentiles of a run as a picture: one bar from p50 to p99 for each line, on a scale of powers of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tests.bench.report import Line

LEFT, WIDTH, STEP, TOP = 430, 560, 22, 46
LEAST, MOST = 1.0, 10_000.0  # milliseconds
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1d2733}.section{font-weight:600}.axis{stroke:#c8d0d9}"
    ".span{fill:#7aa7d9}.p50{fill:#123a63}.p95{fill:#b3261e}"
)


def drawn(lines: Sequence[Line]) -> str:
    """Return an SVG document; lines without percentiles are left out."""
    parts: list[str] = []
    section, y = "", TOP
    for line in lines:
        if line.latency is None:
            continue
        if line.section != section:
            section = line.section
            y += STEP
            parts.append(f'<text class="section" x="8" y="{y}">{escape(section)}</text>')
            y += STEP
        found = line.latency
        first, last = _x(found.p50), _x(found.p99)
        parts += [
            f'<text x="20" y="{y}">{escape(line.what)}</text>',
            f'<rect class="span" x="{first:.1f}" y="{y - 10}" width="{max(1.0, last - first):.1f}" height="10"/>',
            f'<rect class="p50" x="{first - 1.5:.1f}" y="{y - 12}" width="3" height="14"/>',
            f'<rect class="p95" x="{_x(found.p95) - 1.5:.1f}" y="{y - 12}" width="3" height="14"/>',
        ]
        y += STEP
    height = y + STEP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{height}" role="img">',
            f"<title>Percentiles in milliseconds</title><style>{STYLE}</style>",
            f'<rect width="100%" height="{height}" fill="#fff"/>',
            '<text x="8" y="18">From p50 (dark) to p99 (end of the bar); p95 in red. Milliseconds.</text>',
            *_axis(height),
            *parts,
            "</svg>",
        ]
    )


def _axis(height: int) -> list[str]:
    ticks = [10.0**power for power in range(round(math.log10(LEAST)), round(math.log10(MOST)) + 1)]
    return [
        f'<line class="axis" x1="{_x(tick):.1f}" x2="{_x(tick):.1f}" y1="{TOP}" y2="{height - STEP}"/>'
        f'<text x="{_x(tick):.1f}" y="{TOP - 6}" text-anchor="middle">{tick:,.0f}</text>'
        for tick in ticks
    ]


def _x(milliseconds: float) -> float:
    within = min(MOST, max(LEAST, milliseconds))
    return LEFT + WIDTH * math.log10(within / LEAST) / math.log10(MOST / LEAST)
