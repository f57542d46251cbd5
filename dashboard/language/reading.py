"""How a page is read: in which language, and by the clock of which place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils import timezone, translation

# Names of the time zone database that no place bears.
_NO_PLACES: Final = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def language() -> str:
    """Return the language in force here and now."""
    return translation.get_language() or settings.LANGUAGE_CODE


def zone() -> str:
    """Return the name of the time zone in force here and now, such as Europe/Madrid."""
    return str(timezone.get_current_timezone())


@contextmanager
def read_in(language: str, zone: str) -> Iterator[None]:
    """Write words and times in this language and for this zone; for a name that is none, as it is here and now."""
    known = language if language in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(known), timezone.override(_zone_called(zone) or timezone.get_current_timezone()):
        yield


@contextmanager
def read_by_page(query: Mapping[str, str]) -> Iterator[None]:
    """Write words and times as the page was written that has these words in its socket's address."""
    with read_in(query.get("lang", ""), query.get("zone", "")):
        yield


@cache
def zones() -> tuple[str, ...]:
    """Return the names of all places that have a time, and UTC."""
    places = {one for one in available_timezones() if "/" in one and not one.startswith(_NO_PLACES)}
    return ("UTC", *sorted(places))


def _zone_called(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in zones() else None
