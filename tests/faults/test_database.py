"""A database that keeps others waiting, cannot write, or is damaged: 503 and sent again, nothing half stored."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connection

from conferences.ingest import feed
from conferences.models import Fact
from tests.support.events import encode, joined
from tests.support.installation import Installation, differences, eventually, installed
from tests.support.story import ANA

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="of a file on this machine's disk")
TOKEN = "of the tests' monitoring"


@contextmanager
def locked(seconds: float) -> Iterator[None]:
    """Somebody else has the lock under which calls are changed."""
    has_it, over = threading.Event(), threading.Event()

    def hold() -> None:
        with feed.writing():
            has_it.set()
            over.wait(seconds)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_it.wait(10)
    try:
        yield
    finally:
        over.set()
        holder.join()


def webhook(installation: Installation, leg: str = "a") -> tuple[bytes, dict[str, str]]:
    body = encode(joined(leg))
    return body, installation.simulator.key.headers(body, int(time.time()))


def fitness(installation: Installation) -> tuple[int, dict[str, str]]:
    """What monitoring is told: it has a token, and no login."""
    response = httpx.get(f"{installation.url}/readyz", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    return response.status_code, response.json()


@pytest.mark.parametrize("seconds", [1, 5])
def test_a_short_lock_is_waited_for(installation: Installation, seconds):
    installation.start()
    with locked(seconds):
        assert installation.deliver(*webhook(installation)) == 200
    assert Fact.objects.count() == 1


def test_a_long_lock_is_answered_with_503(installation: Installation):
    installation.start()
    body, headers = webhook(installation)
    with locked(30):
        began = time.monotonic()
        assert installation.deliver(body, headers) == 503
        assert 15 < time.monotonic() - began < 29
        assert Fact.objects.count() == 0
    assert installation.deliver(body, headers) == 200
    assert (Fact.objects.count(), differences()) == (1, [])


@on_sqlite
def test_a_full_disk_loses_nothing_acknowledged(installation: Installation):
    installation.settings["METRICS_TOKEN"] = TOKEN
    server = installation.start()
    assert installation.deliver(*webhook(installation, "before")) == 200
    grown = Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (grown, resource.RLIM_INFINITY))
    answers = [installation.deliver(*webhook(installation, f"leg{number}")) for number in range(3)]
    assert 503 in answers
    assert set(answers) <= {200, 503}
    status, parts = fitness(installation)
    assert (status, "cannot be stored" in parts["webhooks"]) == (503, True)
    assert installation.get("/healthz").status_code == 200
    assert Fact.objects.count() == 1 + answers.count(200)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert [installation.deliver(*webhook(installation, f"again{number}")) for number in range(3)] == [200] * 3
    eventually(lambda: fitness(installation)[1]["webhooks"] == "ok")
    assert (differences(), server.poll()) == ([], None)


@pytest.fixture
def copy(transactional_db: None, tmp_path: Path) -> Path:
    """The tests' database as a file of its own, which may come to harm."""
    place = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(place)])
    return place


@on_sqlite
def test_read_only_file_answers_503_and_says_so(copy: Path, marta: User):
    with installed(marta, DATABASE_URL=f"sqlite:///file:{copy}%3Fmode=ro", METRICS_TOKEN=TOKEN) as installation:
        server = installation.start()
        assert [installation.deliver(*webhook(installation)) for _ in range(2)] == [503, 503]
        status, parts = fitness(installation)
        assert (status, parts["database"]) == (503, "The database cannot be reached.")
        assert server.poll() is None


@on_sqlite
def test_a_damaged_file_answers_503_and_goes_on(copy: Path, marta: User):
    damage(copy)
    with installed(marta, DATABASE_URL=f"sqlite:///{copy}", METRICS_TOKEN=TOKEN) as installation:
        server = installation.start()
        answers = {installation.deliver(*webhook(installation, f"leg{number}")) for number in range(20)}
        assert answers <= {200, 503}
        assert 503 in answers
        assert fitness(installation)[0] == 503
        assert (httpx.get(f"{installation.url}/healthz").status_code, server.poll()) == (200, None)


def damage(place: Path) -> None:
    """Overwrite everything but the file's first page."""
    kept = place.read_bytes()[:4096]
    size = place.stat().st_size
    place.write_bytes(kept + b"\xa5" * (size - 4096))


def test_calls_go_on_after_the_lock(installation: Installation):
    installation.start()
    with locked(3):
        installation.simulator.conference_with([ANA])
    eventually(lambda: {one.event.id for one in installation.simulator.deliverer.deliveries} <= known())
    assert differences() == []


def known() -> set[str]:
    return set(Fact.objects.values_list("event_id", flat=True))
