"""A day is written as the reader's language writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from dashboard.templatetags.sentences import at_day, day, day_and_time

MOMENT = datetime(2026, 12, 1, 9, 5, 7, tzinfo=UTC)
WRITTEN = {
    "en": ("1 Dec 2026", "1 Dec, 09:05", "1 Dec, 09:05:07"),
    "de": ("1. Dez. 2026", "1. Dez., 09:05", "1. Dez., 09:05:07"),
    "es": ("1 dic 2026", "1 dic, 09:05", "1 dic, 09:05:07"),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_a_day_is_written_as_its_reader_does(language):
    with translation.override(language):
        found = day(date(2026, 12, 1)), day_and_time(MOMENT), day_and_time(MOMENT, "H:i:s")
        stamped = at_day(MOMENT)
    assert found == WRITTEN[language]
    assert stamped == f'<time datetime="2026-12-01T09:05:07+00:00">{found[1]}</time>'
