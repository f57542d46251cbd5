"""Clients that never finish what they begin, many at once: the server goes on, and holds nothing of theirs for long."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from conferences.models import Fact
from conferences.simulator import Simulator
from dashboard.server.connections import IDLE, LONGEST
from tests.browser.support import eventually
from tests.support.ports import free_port
from tests.support.serving import serving, simulator_for
from tests.support.story import ANA

pytestmark = [pytest.mark.served, pytest.mark.django_db(transaction=True)]

MANY = 300
BEGUN = b"POST /webhooks/telnyx/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n{"
HEAD = b"POST /webhooks/telnyx/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
LINE = b"POST /webhooks/tel"


@pytest.fixture
def center(directory: object) -> Iterator[tuple[Simulator, int]]:
    port = free_port()
    simulator = simulator_for(port)
    with serving(simulator, port):
        yield simulator, port


def begin(port: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(sent)
    connection.settimeout(0)
    return connection


def is_closed(connection: socket.socket, drip: bytes = b"") -> bool:
    """Whether the server has closed it; until then one byte more is sent, as a client does that wants to hold it."""
    try:
        if drip:
            connection.send(drip)
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("begun", [BEGUN, HEAD], ids=["half a body", "half a head"])
def test_requests_that_never_end_are_let_go_of(center: tuple[Simulator, int], begun: bytes):
    simulator, port = center
    with ExitStack() as stack:
        held = [stack.enter_context(begin(port, begun)) for _ in range(MANY)]
        simulator.conference_with([ANA])
        eventually(lambda: Fact.objects.filter(event_type="conference.participant.joined").count() == 2)
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
        until = time.monotonic() + LONGEST * 2
        while held and time.monotonic() < until:
            held = [one for one in held if not is_closed(one, b"x")]
            time.sleep(0.5)
        assert held == []


def test_connection_without_a_complete_request_is_closed(center: tuple[Simulator, int]):
    _, port = center
    with begin(port, LINE) as dripping, begin(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as kept:
        kept.settimeout(5)
        assert kept.recv(65536).startswith(b"HTTP/1.1 200")
        kept.settimeout(0)
        kept.send(LINE)
        open_ones = [dripping, kept]
        until = time.monotonic() + IDLE + 10
        while open_ones and time.monotonic() < until:
            open_ones = [one for one in open_ones if not is_closed(one, b"x")]
            time.sleep(0.5)
        assert open_ones == []


def test_a_slow_request_that_ends_in_time_is_answered(center: tuple[Simulator, int]):
    _, port = center
    with begin(port, b"GET /healthz HTTP/1.1\r\n") as slow:
        for part in (b"Host: 127.0.0.1\r\n", b"X-More: yes\r\n", b"\r\n"):
            time.sleep(1)
            slow.send(part)
        slow.settimeout(5)
        assert slow.recv(15).startswith(b"HTTP/1.1 200")


HANDSHAKE = (
    b"GET /ws/board/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Origin: http://127.0.0.1:%d\r\nCookie: sessionid=%s\r\n\r\n"
)


def answer(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    return connection.recv(12)


def test_handshakes_of_one_beyond_many_are_refused(center: tuple[Simulator, int]):
    _, port = center
    with ExitStack() as stack:
        hers = [stack.enter_context(begin(port, HANDSHAKE % (port, b"hers"))) for _ in range(60)]
        answers = [answer(one) for one in hers]
        with begin(port, HANDSHAKE % (port, b"his")) as his:
            assert answer(his) == b"HTTP/1.1 101"
    assert answers.count(b"HTTP/1.1 101") in range(40, 55)  # more are let in while they wait for their turns
    assert answers.count(b"HTTP/1.1 429") == 60 - answers.count(b"HTTP/1.1 101")


def test_a_page_that_leaves_before_its_turn_harms_nobody(center: tuple[Simulator, int]):
    _, port = center
    with ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(begin(port, HANDSHAKE % (port, b"hers")))
    time.sleep(2)
    with begin(port, HANDSHAKE % (port, b"hers")) as again:
        assert answer(again) == b"HTTP/1.1 101"
