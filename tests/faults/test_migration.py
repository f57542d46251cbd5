"""An upgrade of the tables, on a long history, while webhooks come in: 503 at worst, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from conferences.models import Fact
from tests.support.events import encode, joined, receive
from tests.support.installation import Installation, installed

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="its history is made in an SQLite file")

ROOT = Path(__file__).parents[2]
FACTS = int(os.environ.get("FACTS", "50000"))
CALLS = FACTS // 100
# As it was before legs were bridged, agents signed in, and ended calls kept their teams.
EARLIER = "0021"
LONGEST = 600.0


def migrate(place: Path, *to: str) -> None:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{place}", "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    command = [sys.executable, "manage.py", "migrate", "-v", "0", *to]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, timeout=LONGEST)


@pytest.fixture
def history(transactional_db: None, tmp_path: Path) -> Path:
    """A file with many facts of many calls, as the tables were some releases ago."""
    receive([joined("pattern", "pattern")])
    place = tmp_path / "history.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(place)])
    with closing(sqlite3.connect(place)) as file:
        repeat(file, "conferences_fact", FACTS, "event_id")
        repeat(file, "conferences_leg", CALLS, "call_control_id")
        file.commit()
    migrate(place, "conferences", EARLIER)
    return place


def repeat(file: sqlite3.Connection, table: str, count: int, name: str) -> None:
    """Multiply a table's row, each with a name of its own."""
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
    values = [f"{name} || n" if one == name else f'"{one}"' for one in columns]
    quoted = ", ".join(f'"{one}"' for one in columns)
    file.execute(
        f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count - 1}) "  # noqa: S608
        f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} FROM {table}, counted"
    )


class Provider:
    """Sends webhooks all the time, each again until it is acknowledged."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.sent: list[bytes] = []
        self.statuses: list[int] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._work, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _work(self, over: threading.Event) -> None:
        while not over.is_set():
            self.sent.append(encode(joined(f"leg{len(self.sent)}", "now", len(self.sent))))
            while not self.deliver(self.sent[-1]):
                time.sleep(0.1)

    def deliver(self, body: bytes) -> bool:
        headers = self._installation.simulator.key.headers(body, int(time.time()))
        self.statuses.append(self._installation.deliver(body, headers))
        return self.statuses[-1] == 200


def test_tables_are_upgraded_while_webhooks_come_in(history: Path, marta: User):
    with installed(marta, DATABASE_URL=f"sqlite:///{history}", RUN_BACKGROUND="0") as installation:
        server = installation.start()
        provider = Provider(installation)
        assert not provider.deliver(encode(joined("early", "early")))  # what is not understood yet is not acknowledged
        with provider.at_work():
            migrate(history)
            time.sleep(2)
        assert set(provider.statuses) == {200, 503}
        assert server.poll() is None
    with closing(sqlite3.connect(history)) as file:
        stored = file.execute("SELECT count(*) FROM conferences_fact").fetchone()[0]
        assert stored == FACTS + len(provider.sent)
        assert file.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    assert Fact.objects.count() == 1
