"""A server is told to stop while webhooks come in: pages come again, what is in flight is answered, nothing is lost.

And the codes with which it closes sockets reach the browser.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from conferences.ingest import feed
from conferences.models import Fact
from conferences.simulator import Simulator
from tests.support.events import encode, joined
from tests.support.ports import free_port
from tests.support.serving import serving, simulator_for
from tests.support.story import browser

pytestmark = [pytest.mark.served, pytest.mark.django_db(transaction=True)]

A_SECOND = 10
LONG = 20  # seconds: a server that hangs would do so for ever


@dataclass
class Load:
    """Posts signed webhooks, each in a thread of its own, and remembers what each was answered with."""

    simulator: Simulator
    port: int
    answers: dict[str, int | str] = field(default_factory=dict)
    begun_at: dict[str, float] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def post(self) -> None:
        one = threading.Thread(target=self._post, args=(str(uuid.uuid4()),))
        one.start()
        self._threads.append(one)

    def _post(self, event_id: str) -> None:
        event = joined(f"leg-{event_id}", f"c{len(self.begun_at) % 5}")
        body = encode(type(event)(event_id, event.type, event.occurred_at, event.payload))
        headers = self.simulator.key.headers(body, int(time.time()))
        self.begun_at[event_id] = time.monotonic()
        try:
            url = f"http://127.0.0.1:{self.port}/webhooks/telnyx/"
            self.answers[event_id] = httpx.post(url, content=body, headers=headers, timeout=15).status_code
        except httpx.TransportError as error:
            self.answers[event_id] = type(error).__name__

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """So many a second, until the block is left; then all are over."""

        def pour() -> None:
            while not self._over.wait(1 / A_SECOND):
                self.post()

        pouring = threading.Thread(target=pour)
        pouring.start()
        try:
            yield
        finally:
            self._over.set()
            pouring.join()
            for one in self._threads:
                one.join()

    def acknowledged(self) -> set[str]:
        return {event_id for event_id, answer in self.answers.items() if answer == 200}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def center(marta: object, log: Path) -> Iterator[tuple[Load, subprocess.Popen[bytes]]]:
    port = free_port()
    simulator = simulator_for(port)
    with log.open("wb") as file, serving(simulator, port, file) as server:
        yield Load(simulator, port), server


@contextlib.contextmanager
def page(port: int, user: User) -> Iterator[ClientConnection]:
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser(user).cookies[settings.SESSION_COOKIE_NAME].value}"
    url, origin = f"ws://127.0.0.1:{port}/ws/board/?since=0", Origin(f"http://127.0.0.1:{port}")
    with connect(url, additional_headers={"Cookie": cookie}, origin=origin) as socket:
        yield socket


def close_code(socket: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=LONG)
    return socket.close_code


def test_a_socket_is_closed_with_the_protocols_codes(center, marta):
    with page(center[0].port, marta) as socket:
        socket.send("x" * 100)  # more than a page of ours ever says
        assert close_code(socket) == 1009


def stored() -> set[str]:
    return set(Fact.objects.values_list("event_id", flat=True))


def test_a_stop_under_load_loses_nothing(center, marta, log):
    load, server = center
    load.simulator.faults.add("slow", method="GET", times=None, seconds=1)
    with page(load.port, marta) as socket, load.going_on():
        time.sleep(2)
        for _ in range(A_SECOND):
            load.post()
        time.sleep(0.05)
        stopped_at = time.monotonic()
        server.terminate()
        assert (close_code(socket), server.wait(timeout=LONG)) == (1012, 0)
    before = {load.answers[event_id] for event_id, at in load.begun_at.items() if at < stopped_at}
    assert before <= {200, 503}
    assert {answer for answer in load.answers.values() if isinstance(answer, int)} <= {200, 503}
    assert len(load.acknowledged()) >= A_SECOND
    assert load.acknowledged() <= stored()
    assert "schedule new futures" not in log.read_text()  # what the provider is asked for ends with the server


def test_webhooks_that_wait_for_the_disk_are_answered(center):
    load, server = center
    with feed.writing():  # nobody else can write meanwhile
        for _ in range(A_SECOND):
            load.post()
        time.sleep(1)
        server.terminate()
        time.sleep(1)
        assert (load.answers, server.poll()) == ({}, None)
    assert server.wait(timeout=LONG) == 0
    with load.going_on():
        pass
    assert set(load.answers.values()) == {200}
    assert load.acknowledged() <= stored()


def test_told_twice_it_stops_at_once(center):
    load, server = center
    with feed.writing():
        load.post()
        time.sleep(0.5)
        server.terminate()
        time.sleep(0.3)
        server.terminate()
        began = time.monotonic()
        server.wait(timeout=LONG)
        assert time.monotonic() - began < 7
    with load.going_on():
        pass
    assert load.acknowledged() <= stored()
