"""Lists as Telnyx pages them: by number, or by cursor for active calls."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from conferences.simulator import refusals
from conferences.simulator.api.http import Request, Response, answer

LARGEST_PAGE = 250
USUAL_PAGE = 20


def bounded(request: Request, name: str, default: int, high: int) -> int:
    """Read a whole number from the query within 1 and `high`; Refusal 10026 or 10033 naming the parameter."""
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.lstrip("-").isdigit():
        raise refusals.bad_type("an integer", parameter=name)
    value = int(text)
    if not 1 <= value <= high:
        raise refusals.out_of_range(1, high, parameter=name)
    return value


def numbered(request: Request, items: Sequence[Any]) -> Response:
    """Answer with one page of a list by page[number] and page[size]."""
    size = bounded(request, "page[size]", USUAL_PAGE, LARGEST_PAGE)
    number = bounded(request, "page[number]", 1, 10**9)
    first = (number - 1) * size
    meta = {
        "page_number": number,
        "page_size": size,
        "total_pages": -(-len(items) // size),
        "total_results": len(items),
    }
    return answer({"data": list(items[first : first + size]), "meta": meta})


def by_cursor(request: Request, items: Sequence[Any], *, obeys_numbers: bool) -> Response:
    """Answer with one page by page[after] and page[limit]; page[number] is obeyed only if told so."""
    limit = bounded(request, "page[limit]", bounded(request, "page[size]", USUAL_PAGE, LARGEST_PAGE), LARGEST_PAGE)
    first = _first(request, limit if obeys_numbers else 0)
    last = min(first + limit, len(items))
    after = _cursor(last) if last < len(items) else None
    before = _cursor(max(0, first - limit)) if first else None
    meta = {
        "total_items": len(items),
        "cursors": {"after": after, "before": before},
        "next": _link(request, "after", after),
        "previous": _link(request, "before", before),
    }
    return answer({"data": list(items[first:last]), "meta": meta})


def _first(request: Request, numbered_by: int) -> int:
    cursor = request.query.get("page[after]") or request.query.get("page[before]")
    number = bounded(request, "page[number]", 1, 10**9)
    return _position(cursor) if cursor else (number - 1) * numbered_by


def _cursor(position: int) -> str:
    return "v1:" + base64.urlsafe_b64encode(f"at {position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.removeprefix("v1:")).decode().removeprefix("at "))
    except ValueError as error:
        raise refusals.bad_request("The cursor is not valid.", parameter="page[after]") from error


def _link(request: Request, direction: str, cursor: str | None) -> str | None:
    return f"{request.path}?page[{direction}]={cursor}" if cursor else None
