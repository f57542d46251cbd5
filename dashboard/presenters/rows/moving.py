"""What of a rendered row depends on when it is looked at: taken out of what is kept, and written anew at each use."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.utils import timezone

from conferences import clock

# From what time it is now, and from when the provider was last heard of the call.
Moving = Callable[[datetime, datetime], str]
Pieces = list[str | Moving]

_BETWEEN: Final = re.compile(r"\s*\n\s*")
# Since when something is, until when, how old what is known is, and from when on a reason for attention counts.
_MOVING: Final = re.compile(
    r"""<time\ data-(?:
            since="(?P<since>[^"]+)" | counts-to="(?P<until>[^"]+)" | age="(?P<age>[^"]+)"\ datetime="(?P<again>[^"]+)"
        )[^>]*>(?P<text>[^<]*)
        | data-warn="(?P<warn>[0-9.]+)"(?:\ data-alarm="[0-9.]+")?(?P<hidden>\ hidden|)""",
    re.VERBOSE,
)


def on_one_line(html: str) -> str:
    """Return it without what only indents its lines."""
    return _BETWEEN.sub(" ", html).strip()


def in_pieces(html: str) -> Pieces:
    """Take out of a row what depends on when it is looked at, or on when the provider was last heard of the call."""
    html, last = on_one_line(html), 0
    pieces: Pieces = []
    for found in _MOVING.finditer(html):
        for group, piece in _moving(found):
            pieces += [html[last : found.start(group)], piece]
            last = found.end(group)
    return [*pieces, html[last:]]


def _moving(found: re.Match[str]) -> list[tuple[str, Moving]]:
    if found["since"]:
        since = datetime.fromisoformat(found["since"])
        return [("text", lambda now, _: clock.elapsed_text(now - since))]
    if found["until"]:
        until = datetime.fromisoformat(found["until"])
        return [("text", lambda now, _: clock.elapsed_text(until - now))]
    if found["warn"]:
        warn = float(found["warn"])
        return [("hidden", lambda now, _: "" if now.timestamp() >= warn else " hidden")]
    return [("age", _known_at), ("again", _known_at), ("text", lambda now, known: clock.age_text(now - known))]


def _known_at(_: datetime, known: datetime) -> str:
    return timezone.localtime(known).isoformat()


def written(pieces: Pieces, known: datetime) -> str:
    """Return the row as it is now, of a call that was last heard of at `known`."""
    now = clock.now()
    return "".join(one if isinstance(one, str) else one(now, known) for one in pieces)
