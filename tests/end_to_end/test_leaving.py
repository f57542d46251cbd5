"""A server that is told to stop is gone soon, also with requests in flight, and loses nothing that it acknowledged."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from conferences.models import Fact
from tests.support.ports import free_port
from tests.support.serving import serving, simulator_for
from tests.support.story import ANA

pytestmark = pytest.mark.served

LONG = 30  # seconds: a server that hangs would do so for ever


@contextmanager
def busy(port: int) -> Iterator[None]:
    """Six visitors who ask again and again."""
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=2).read()

    visitors = [threading.Thread(target=visit) for _ in range(6)]
    for one in visitors:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in visitors:
            one.join()


@pytest.mark.django_db(transaction=True)
def test_a_busy_server_that_is_told_to_stop_ends(directory: object) -> None:
    port = free_port()
    simulator = simulator_for(port)
    with serving(simulator, port) as server, busy(port):
        simulator.conference_with([ANA])
        time.sleep(0.7)
        server.terminate()
        assert server.wait(timeout=LONG) == 0
    delivered = {one.event.id for one in simulator.deliverer.deliveries if one.status == "delivered"}
    assert delivered <= set(Fact.objects.values_list("event_id", flat=True))
