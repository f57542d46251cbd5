"""PostgreSQL that restarts, ends sessions or has no room: webhooks are to be sent again, and the server goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from tests.scaled import Cluster
from tests.support.events import encode, joined
from tests.support.installation import Installation, eventually, installed
from tests.support.programs import open_to_others

ROOT = Path(__file__).parents[2]
ROOM = 40
LIMITED = ("lock_timeout", "idle_in_transaction_session_timeout")
TOKEN = "of the tests' monitoring"


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("cluster")
    open_to_others(home)
    with Cluster(home, max_connections=ROOM) as one:
        migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
        environment = os.environ | {"DATABASE_URL": one.url, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        subprocess.run(migrate, check=True, cwd=ROOT, env=environment)
        yield one


@pytest.fixture
def installation(cluster: Cluster, transactional_db: None, marta: User) -> Iterator[Installation]:
    """Its server has the cluster; whose session it is does not matter to webhooks."""
    with installed(marta, DATABASE_URL=cluster.url, METRICS_TOKEN=TOKEN) as one:
        one.start()
        yield one


def asked(cluster: Cluster, query: str) -> int:
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


def facts(cluster: Cluster) -> int:
    return asked(cluster, "SELECT count(*) FROM conferences_fact")


class Caller:
    """Sends webhooks, each again until it is acknowledged, as the provider does."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.sent = 0
        self.refused: list[int] = []

    def send(self, seconds: float = 15.0) -> None:
        body, until = encode(joined(f"leg{self.sent}", "c1", self.sent)), time.monotonic() + seconds
        while (status := self._post(body)) != 200:
            self.refused.append(status)
            assert time.monotonic() < until, f"not acknowledged within {seconds} s: {self.refused}"
            time.sleep(0.1)
        self.sent += 1

    def _post(self, body: bytes) -> int:
        return self._installation.deliver(body, self._installation.simulator.key.headers(body, int(time.time())))


def is_fit(installation: Installation) -> bool:
    told = httpx.get(f"{installation.url}/readyz", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    return told.json()["database"] == told.json()["webhooks"] == "ok"


def test_a_restart_is_got_over(installation: Installation, cluster: Cluster):
    caller = Caller(installation)
    caller.send()
    cluster.stop()
    assert installation.deliver(b"{}", installation.simulator.key.headers(b"{}", int(time.time()))) == 503
    assert not is_fit(installation)
    cluster.start()
    for _ in range(5):
        caller.send()
    eventually(lambda: is_fit(installation))
    assert set(caller.refused) <= {503}
    assert facts(cluster) == caller.sent


def test_ended_sessions_are_opened_again(installation: Installation, cluster: Cluster):
    caller = Caller(installation)
    for _ in range(5):
        caller.send()
        asked(cluster, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                       " AND backend_type = 'client backend'")  # fmt: skip
    caller.send()
    assert set(caller.refused) <= {503}
    assert facts(cluster) == caller.sent
    eventually(lambda: is_fit(installation))


def test_a_session_asleep_in_a_transaction_is_ended(cluster: Cluster):
    """What the product's settings ask for: nobody who died with the lock keeps it."""
    with psycopg.connect(cluster.url, options=settings.POSTGRESQL_LIMITS) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in LIMITED]
    assert shown == [("20s",), ("1min",)]


def test_no_room_for_connections_is_waited_out(installation: Installation, cluster: Cluster):
    caller = Caller(installation)
    caller.send()
    with ExitStack() as stack:
        mine = [stack.enter_context(psycopg.connect(cluster.url, autocommit=True))]
        take_all(cluster, stack, mine)
        pids = [one.info.backend_pid for one in mine]
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> ALL(%s) AND backend_type = %s"
        mine[0].execute(query, [pids, "client backend"])
        take_all(cluster, stack, mine)
        body = encode(joined("crowded"))
        assert installation.deliver(body, installation.simulator.key.headers(body, int(time.time()))) in (200, 503)
        assert httpx.get(f"{installation.url}/healthz", timeout=30).status_code == 200
    for _ in range(3):
        caller.send()
    eventually(lambda: is_fit(installation))


def take_all(cluster: Cluster, stack: ExitStack, mine: list[Any]) -> None:
    """Open sessions for as long as there is room."""
    with suppress(psycopg.OperationalError):
        while len(mine) <= ROOM:
            mine += [stack.enter_context(psycopg.connect(cluster.url))]
