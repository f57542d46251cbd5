"""A working day, compressed: calls without end, pages that come and go. Memory, files and log of the database stay."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from django.db import connection

from conferences.ingest import feed
from conferences.models import Fact
from tests.support.installation import (
    THEIRS,
    Installation,
    Page,
    differences,
    eventually,
    legs_shown,
    live_legs,
    resident,
)
from tests.support.rush import Rush

SOAK = float(os.environ.get("SOAK", "30"))  # seconds; `make test-faults` goes on for twenty minutes
PAGES = 20
MEGABYTE = 1024 * 1024


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def write_ahead_log() -> int:
    """Bytes of SQLite's; PostgreSQL looks after its own."""
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    return log.stat().st_size if connection.vendor == "sqlite" and log.exists() else 0


def test_nothing_grows_with_the_calls_of_a_day(installation: Installation):
    chance = random.Random(1)  # noqa: S311 - the same day every time
    server, rush = installation.start(), Rush(installation, chance)
    pages = [installation.page() for _ in range(PAGES)]
    resting: list[tuple[int, int]] = []
    until = time.monotonic() + SOAK
    while time.monotonic() < until:
        rush.go_on(SOAK / 30)
        for page in pages:
            page.listen(0.02)
        one = chance.randrange(PAGES)  # goes home, and somebody else comes
        pages[one].close()
        pages[one] = installation.page()
        resting.append((resident(server.pid), open_files(server.pid)))
        assert write_ahead_log() < 128 * MEGABYTE
    third = len(resting) // 3
    memory, files = zip(*resting, strict=True)
    assert max(memory[-third:]) - max(memory[:third]) < 60 * MEGABYTE
    assert max(files[-third:]) - max(files[:third]) < PAGES
    eventually(lambda: installation.issued() <= told(), 60)
    assert differences() == []
    for page in pages:
        assert is_right(page, installation)
        page.close()
    assert server.poll() is None


def is_right(page: Page, installation: Installation) -> bool:
    until = time.monotonic() + 10
    while legs_shown(page.rows) != live_legs(installation) and time.monotonic() < until:
        page.listen(0.2)
    return legs_shown(page.rows) == live_legs(installation) and page.feed <= feed.latest()


def told() -> set[str]:
    return set(Fact.objects.filter(source__in=THEIRS).values_list("event_id", flat=True))
