"""Follows a list of the provider's to its end, and never further."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conferences.telnyx.errors import Unavailable

PAGE_SIZE: Final = 250
_MOST_PAGES: Final = 1000

Fetch = Callable[[dict[str, str]], Mapping[str, Any]]


def is_page(document: Mapping[str, Any]) -> bool:
    """Return whether an answer is a page of objects."""
    data = document.get("data")
    return isinstance(data, list) and all(isinstance(item, dict) for item in data)


def numbered_pages(fetch: Fetch) -> Iterator[dict[str, Any]]:
    """Yield the items of every page, by number.

    Ends with the last page `meta` tells of, with an empty page, or with one whose `meta` is absent or odd. A *full*
    page without a usable `meta` raises Unavailable instead: a list cut short would tell of people who left.
    """
    for number in range(1, _MOST_PAGES + 1):
        page = fetch({"page[number]": str(number), "page[size]": str(PAGE_SIZE)})
        yield from page["data"]
        if not _more_pages(page, number):
            return
    raise Unavailable("endless list", sends=_MOST_PAGES, reached=False)


def cursor_pages(fetch: Fetch) -> Iterator[dict[str, Any]]:
    """Yield the items of every page, by cursor, until there is no further cursor or a known one comes back."""
    params = {"page[limit]": str(PAGE_SIZE)}
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        page = fetch(params)
        yield from page["data"]
        after = _next_cursor(page)
        if not page["data"] or after is None or after in seen:
            return
        seen.add(after)
        params = {"page[limit]": str(PAGE_SIZE), "page[after]": after}
    raise Unavailable("endless list", sends=_MOST_PAGES, reached=False)


def _more_pages(page: Mapping[str, Any], number: int) -> bool:
    meta = page.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    here, last = meta.get("page_number"), meta.get("total_pages")
    if here == number and isinstance(last, int):
        return bool(page["data"]) and number < last
    if len(page["data"]) >= PAGE_SIZE:
        raise Unavailable("incomplete list", sends=number, reached=False)
    return False


def _next_cursor(page: Mapping[str, Any]) -> str | None:
    meta = page.get("meta")
    cursors = meta.get("cursors") if isinstance(meta, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None
