"""In the served product: eight ways of losing the right, in three modes, end the listening and close the sockets."""

from __future__ import annotations

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conferences.models import AuditEntry, Conference, Device, OwedEntry, Supervision
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from conferences.simulator.world.clock import system_clock
from tests.conferences.audit.test_audit_owed import close_audit, open_audit
from tests.conferences.policy.test_withdrawn import WAYS
from tests.support.ports import free_port
from tests.support.serving import serve, wait_for
from tests.support.story import ALL_MODES, ANA, API_KEY, Directory, browser, make_supervisor

pytestmark = pytest.mark.served

WITHIN = 10.0
WITHIN_OF_SENSITIVE = 2.0
TOKEN = "a token of the center's own"
MODES = ("monitor", "whisper", "barge")


@dataclass
class Listener:
    """A supervisor in a call, with a page open."""

    user: User
    role: str
    lose: Callable[[User, Supervision], None]
    address: str
    session: str
    is_open: threading.Event = field(default_factory=threading.Event)
    closed_at: float | None = None
    since: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.lose.__name__}-{self.role}"

    @property
    def mine(self) -> Supervision:
        return Supervision.objects.get(user=self.user)

    def watch(self, port: int) -> None:
        """Keep her page's socket open, and note when it was closed."""
        socket = connect(
            f"ws://127.0.0.1:{port}/ws/board/?since=0",
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}"},
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            max_size=None,
            ping_interval=None,
            proxy=None,
        )
        with socket as page:
            self.is_open.set()
            try:
                while True:
                    page.recv()
            except ConnectionClosed:
                self.closed_at = time.monotonic()


class Center:
    """The served product, its provider, one call, and as many who listen to it as there are ways and modes."""

    def __init__(self, directory: Directory) -> None:
        self.port = free_port()
        self.simulator = Simulator(
            webhook_url=f"http://127.0.0.1:{self.port}/webhooks/telnyx/",
            api_key=API_KEY,
            connection_id=os.environ["TELNYX_CONNECTION_ID"],
            clock=system_clock,
        )
        self.listeners = [self._listener(directory, role, lose) for lose in WAYS for role in MODES]

    def _listener(self, directory: Directory, role: str, lose: Callable[[User, Supervision], None]) -> Listener:
        name = f"{lose.__name__}{role}"
        user = make_supervisor(name.lower(), f"{lose.__name__} {role}", [directory.support], ALL_MODES)
        # Those who lose their device lose the one at this address, as the ways have it.
        address = f"sip:{name}@supervisors.example"
        Device.objects.create(supervisor=user.supervisor, name="Desk phone", address=address)
        self.simulator.phones.set(address, "answers", after=0.2)
        return Listener(user, role, lose, address, browser(user).cookies[settings.SESSION_COOKIE_NAME].value)

    def begin(self, one: Listener, conference: Conference, agent: str) -> None:
        url, token = f"http://127.0.0.1:{self.port}", uuid.uuid4().hex
        form: dict[str, Any] = {"role": one.role, "my_leg": f"device:{one.user.supervisor.devices.get().pk}"}
        form |= {"token": str(uuid.uuid4()), "targets": [agent] if one.role == "whisper" else []}
        cookies = {settings.SESSION_COOKIE_NAME: one.session, settings.CSRF_COOKIE_NAME: token}
        answer = httpx.post(
            f"{url}/conferences/{conference.pk}/supervise/", data=form, cookies=cookies,
            headers={"X-CSRFToken": token, "Origin": url}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 302, answer.text
        if not one.is_open.is_set():
            threading.Thread(target=one.watch, args=(self.port,), daemon=True).start()
            assert one.is_open.wait(20)

    def call(self) -> World:
        world = self.simulator.conference_with((ANA,))
        eventually(lambda: Conference.objects.filter(participants__leg__kind="agent").exists(), 20)
        return world

    def have_them_listen(self, listeners: list[Listener], agent: str) -> None:
        for one in listeners:
            self.begin(one, Conference.objects.get(), agent)
        joined = Supervision.objects.running().filter(state="joined", confirmation="agrees")
        eventually(lambda: joined.count() == len(listeners), 60)

    def sensitive(self, leg: str, **more: object) -> Any:
        """What the center's own system is told when it asks that nobody listens, or that it is over."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/api/sensitive/", json={"call_control_id": leg, **more},
            headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json()

    def leg(self, one: Listener) -> Any:
        return self.simulator.legs_to(one.address)[-1]

    def hears_nothing(self, world: World, one: Listener) -> bool:
        return self.leg(one).state == "ended" and all(stay.leg is not self.leg(one) for stay in world.participants)


@pytest.fixture
def center(transactional_db: None, directory: Directory) -> Iterator[Center]:
    center = Center(directory)
    with center.simulator.serve() as provider:
        server = serve(center.port, center.simulator.public_key, provider.base_url, API_TOKEN=TOKEN)
        try:
            wait_for(center.port, server)
            yield center
        finally:
            server.terminate()
            server.wait(timeout=20)


def eventually(claim: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"it did not come true within {seconds} s"
        time.sleep(0.1)


def device(user: User, _: Supervision) -> None:
    user.supervisor.devices.all().delete()


def are_out(center: Center, world: World) -> bool:
    return all(center.hears_nothing(world, one) and one.closed_at for one in center.listeners)


def everybody_listens(center: Center) -> World:
    world = center.call()
    agent = next(stay.leg for stay in world.participants if stay.leg.to == ANA)
    center.have_them_listen(center.listeners, agent.call_control_id)
    assert [one.mine.accepted_role for one in center.listeners] == [one.role for one in center.listeners]
    return world


@pytest.mark.parametrize("audit", ["writable", "closed"])
def test_everyone_who_loses_the_right_leaves_within_ten_seconds(center: Center, audit: str) -> None:
    world = everybody_listens(center)
    if audit == "closed":
        close_audit()
    for one in center.listeners:
        (device if one.lose.__name__ == "device" else one.lose)(one.user, one.mine)
        one.since = time.monotonic()
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and not are_out(center, world):
        time.sleep(0.1)
    late = [one.name for one in center.listeners if not center.hears_nothing(world, one)]
    open_ = [one.name for one in center.listeners if not one.closed_at or one.closed_at - one.since > WITHIN]
    assert (late, open_) == ([], [])
    if audit == "closed":
        assert AuditEntry.objects.filter(action="withdraw").count() == 0
        open_audit()
    eventually(lambda: AuditEntry.objects.filter(action="withdraw").count() == len(center.listeners), 20)
    assert {one.actor_name for one in AuditEntry.objects.filter(action__in=("withdraw", "hangup"))} == {"Earshot"}
    eventually(lambda: not OwedEntry.objects.exists(), 20)


@pytest.mark.slow
def test_a_sensitive_section_has_listeners_out_within_two_seconds(center: Center) -> None:
    """Seven times, in each mode: of the twenty-one all are out in time, and nobody's page is closed."""
    listeners, rounds = center.listeners[: len(MODES)], 7
    world = center.call()
    agent = next(stay.leg for stay in world.participants if stay.leg.to == ANA)
    outs = []
    for _ in range(rounds):
        center.have_them_listen(listeners, agent.call_control_id)
        assert center.sensitive(agent.call_control_id)["conferences"] == [world.id]
        until = time.monotonic() + WITHIN_OF_SENSITIVE
        while time.monotonic() < until and not all(center.hears_nothing(world, one) for one in listeners):
            time.sleep(0.05)
        outs += [one.role for one in listeners if center.hears_nothing(world, one)]
        eventually(lambda: not Supervision.objects.running().exists(), 20)
        assert center.sensitive(agent.call_control_id, end=True)["ended"] == 1
    assert outs == [*MODES] * rounds
    assert {one.problem for one in Supervision.objects.all()} == {"sensitive"}
    assert [one.name for one in listeners if one.closed_at] == []


@pytest.mark.slow
def test_four_and_twenty_listeners_are_out_together(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    """Out within the bound of a withdrawn right; how fast it is stands in what it prints, for a machine that idles."""
    world = everybody_listens(center)
    agent = next(stay.leg for stay in world.participants if stay.leg.to == ANA)
    since, out = time.monotonic(), {}
    threading.Thread(target=center.sensitive, args=(agent.call_control_id,), daemon=True).start()
    while time.monotonic() < since + WITHIN and len(out) < len(center.listeners):
        inside = {stay.leg for stay in world.participants if stay.status == "joined"}
        gone = [one.name for one in center.listeners if center.leg(one) not in inside]
        out |= {name: time.monotonic() - since for name in gone if name not in out}
        time.sleep(0.02)
    assert len(out) == len(center.listeners) == 24
    with capsys.disabled():
        times = sorted(out.values())
        sys.stdout.write(
            f"\n24 listeners out of earshot: first {times[0]:.2f} s, half {times[11]:.2f} s, last {times[-1]:.2f} s\n"
        )
    eventually(lambda: all(center.hears_nothing(world, one) for one in center.listeners), WITHIN)
    assert {one.problem for one in Supervision.objects.all()} == {"sensitive"}
