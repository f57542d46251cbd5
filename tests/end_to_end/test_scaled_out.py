"""Two servers, two reconcilers, nginx, PostgreSQL and Redis under load, while one after the other fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connections

from conferences.ingest import feed
from conferences.models import AuditEntry, Conference, Fact, Supervision
from conferences.simulator import Simulator
from conferences.simulator.world.clock import system_clock
from tests.scaled import redis
from tests.support.installation import Installation, Page, Row, differences, eventually, is_whole, legs_shown, live_legs
from tests.support.ports import free_port
from tests.support.serving import database_url, serve, wait_for
from tests.support.shipped_nginx import HOST, Site, nginx
from tests.support.story import ANA, API_KEY, DESK, LUIS, SUPPORT_NUMBER

POSTGRESQL = os.environ.get("POSTGRESQL_HOME", "")
pytestmark = [
    pytest.mark.served,
    pytest.mark.scaled,
    pytest.mark.skipif(not POSTGRESQL, reason="run by make test-scaled, which brings PostgreSQL and Redis"),
]

# Of some fourteen events each. Two cores carry all of it and the provider too: seven are a hundred events a second.
CALLS_A_SECOND = float(os.environ.get("SCALED_CALLS", "2"))
SECONDS = float(os.environ.get("SCALED_SECONDS", "24"))
RIGHT_WITHIN = 20.0  # after the last webhook was answered, on a machine that runs all of it
AGENTS = (ANA, LUIS)  # of her team, for the page shows no other


class Redis:
    """One at a port of its own, that can be away for a while."""

    def __init__(self, home: Path) -> None:
        self._home, self.port = home, free_port()
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        self._running.enter_context(redis(self._home, self.port))

    def stop(self) -> None:
        self._running.close()


class Region(Installation):
    """Servers behind nginx as shipped, each of which may fail, and so may what they share; `url` is nginx's."""

    def __init__(self, simulator: Simulator, base_url: str, user: User, site: Site, store: Redis) -> None:
        super().__init__(simulator, base_url, user)
        self.url, self.tls, self.store = site.origin, site.tls, store
        self.ours: dict[int, subprocess.Popen[bytes]] = {}
        self.device = user.supervisor.devices.first()
        self.production = {
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "ORIGINS": site.origin,
            "REDIS_URL": f"redis://127.0.0.1:{store.port}/0",
            "SECURE_SSL_REDIRECT": "0",
        }

    def start_server(self, port: int) -> None:
        self.ours[port] = serve(port, self.simulator.public_key, self.base_url, **self.production)
        wait_for(port, self.ours[port])

    def kill_server(self, port: int) -> None:
        self.ours[port].kill()
        self.ours[port].wait()

    def start_reconciler(self) -> subprocess.Popen[bytes]:
        provider = {
            "TELNYX_PUBLIC_KEY": self.simulator.public_key,
            "TELNYX_API_KEY": API_KEY,
            "TELNYX_BASE_URL": self.base_url,
        }
        own = {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "DEBUG": "1", "DATABASE_URL": database_url()}
        environment = os.environ | self.production | provider | own
        return subprocess.Popen([sys.executable, "manage.py", "reconcile"], env=environment)

    def restart_postgresql(self) -> None:
        connections.close_all()
        program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(program), "-D", f"{POSTGRESQL}/data", "-w", "-m", "fast", "restart"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def supervise(self, conference_id: str) -> None:
        call = Conference.objects.get(conference_id=conference_id)
        form = {"role": "monitor", "my_leg": f"device:{self.device.pk}", "token": "7" * 32}
        assert self.post(f"/conferences/{call.pk}/supervise/", **form).status_code < 400

    def is_shown(self, rows: dict[str, Row]) -> bool:
        """Whether a board shows who is together in a call; her own leg has its place beside them."""
        mine = {leg.call_control_id for leg in self.simulator.legs_to(DESK)}
        return {one - mine for one in legs_shown(rows)} == {one - mine for one in live_legs(self)}

    def lost(self) -> set[str]:
        """What was acknowledged and is not stored."""
        return self.acknowledged() - set(Fact.objects.values_list("event_id", flat=True))


class Poster:
    """Posts webhooks through nginx as the provider does: two seconds for an answer, then again."""

    def __init__(self, site: Site) -> None:
        self.client = httpx.Client(verify=site.tls, timeout=2, limits=httpx.Limits(max_connections=50))

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            return self.client.post(url, content=body, headers=headers).status_code
        except httpx.TransportError:
            return 0


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def make_calls(simulator: Simulator, stop: threading.Event) -> None:
    """Calls that begin and end again, as many a second, until told to stop; the last ones go on."""
    begun, agents = [], cycle(AGENTS)
    while not stop.wait(1 / CALLS_A_SECOND):
        begun.append(simulator.conference_with([next(agents)], queue_number=SUPPORT_NUMBER))
        if len(begun) > 2 * CALLS_A_SECOND:
            for stay in list(begun.pop(0).participants):
                simulator.far_end_hangs_up(stay.leg)


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture
def region(transactional_db: None, marta: User, tmp_path: Path, ports: tuple[int, int]) -> Iterator[Region]:
    with ExitStack() as stack:
        store = Redis(tmp_path)
        stack.callback(store.stop)
        values = {"EARSHOT_STATIC": str(tmp_path), "EARSHOT_WEBHOOKS_A_SECOND": "1000"}
        site = stack.enter_context(nginx(tmp_path, list(ports), **values))
        address, app = f"{site.origin}/webhooks/telnyx/", os.environ["TELNYX_CONNECTION_ID"]
        names = {"webhook_url": address, "api_key": API_KEY, "connection_id": app}
        poster = Poster(site)
        stack.callback(poster.client.close)
        simulator = Simulator(poster, clock=system_clock, **names)
        simulator.switches.set({"webhook_attempts": 7, "webhook_backoff_seconds": 0.5})
        simulator.phones.set(DESK, "answers", after=0.3)
        provider = stack.enter_context(simulator.serve())
        region = Region(simulator, provider.base_url, marta, site, store)
        for _ in range(2):
            stack.enter_context(stopping(region.start_reconciler()))
        for port in ports:
            stack.callback(lambda port=port: region.kill_server(port))
            region.start_server(port)
        yield region


@contextmanager
def kept_open(page: Page) -> Iterator[Page]:
    """A board that is open all the while."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.is_set():
            page.listen()

    listening = threading.Thread(target=keep, daemon=True)
    listening.start()
    yield page
    stop.set()
    listening.join(timeout=5)
    page.close()


@contextmanager
def calls_going_on(simulator: Simulator) -> Iterator[None]:
    stop = threading.Event()
    calling = threading.Thread(target=make_calls, args=(simulator, stop))
    calling.start()
    try:
        yield
    finally:
        stop.set()
        calling.join()


def at_intervals(deeds: list[Callable[[], None]]) -> None:
    for deed in deeds:
        time.sleep(SECONDS / (len(deeds) + 1))
        deed()
    time.sleep(SECONDS / (len(deeds) + 1))


def test_failing_parts_cost_no_event_and_no_command(region: Region, ports: tuple[int, int]):
    watched = region.simulator.conference_with([ANA], queue_number=SUPPORT_NUMBER)
    eventually(lambda: Conference.objects.filter(participants__leg__agent__name="Ana Ruiz").exists())
    with kept_open(region.page()) as page:
        with calls_going_on(region.simulator):
            at_intervals(
                [
                    partial(region.supervise, watched.id),
                    region.store.stop,
                    region.store.start,
                    region.restart_postgresql,
                    partial(region.kill_server, ports[0]),
                    partial(region.start_server, ports[0]),
                ]
            )
        assert len(region.issued()) > SECONDS * CALLS_A_SECOND * 4
        eventually(lambda: region.simulator.deliverer.waiting == 0, 120)
        eventually(lambda: region.is_shown(page.rows), RIGHT_WITHIN)
    assert region.is_shown(region.board())
    assert region.lost() == set()
    eventually(lambda: is_whole(region), 90)  # what never got through is on the provider's record
    eventually(lambda: differences() == [])
    assert_one_supervision(region)


def assert_one_supervision(region: Region) -> None:
    eventually(lambda: Supervision.objects.filter(state="joined").count() == 1)
    done = Counter(one.action for one in region.simulator.commands if one.status == 200 and not one.repeated)
    assert (done["calls"], done["join"]) == (1, 1)
    eventually(lambda: not AuditEntry.objects.filter(phase="intent", outcomes=None).exists())
    numbers = list(Conference.objects.values_list("feed", flat=True))
    assert (len(numbers), max(numbers) <= feed.latest()) == (len(set(numbers)), True)
