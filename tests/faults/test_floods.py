"""Much at once, and much too large: everything that is signed is stored, and nothing else costs anybody anything."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conferences.models import Fact, WebhookRefusal
from conferences.simulator.delivery.keys import SigningKey
from tests.support.events import encode, joined
from tests.support.installation import Installation, differences, resident

MANY = 1000
TOKEN = "of the tests' monitoring"
HUGE = 200 * 1024 * 1024
CHUNK = b"x" * 65536


def post_all(installation: Installation, sent: list[tuple[bytes, dict[str, str]]], at_once: int) -> list[int]:
    url = f"{installation.url}/webhooks/telnyx/"
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda one: client.post(url, content=one[0], headers=one[1]).status_code, sent))


def test_a_thousand_at_once_are_all_stored(installation: Installation):
    installation.start()
    key, now = installation.simulator.key, int(time.time())
    bodies = [encode(joined(f"leg{number}", f"c{number % 50}", number / 100)) for number in range(MANY)]
    assert post_all(installation, [(body, key.headers(body, now)) for body in bodies], 32) == [200] * MANY
    assert (Fact.objects.filter(source="webhook").count(), differences()) == (MANY, [])


def test_forgeries_in_great_numbers_keep_nothing_out(installation: Installation):
    installation.start(METRICS_TOKEN=TOKEN)
    key, stranger, now = installation.simulator.key, SigningKey.generate(), int(time.time())
    bodies = [encode(joined(f"leg{number}", "c1", number)) for number in range(MANY)]
    signers = [key if number % 10 == 0 else stranger for number in range(MANY)]
    answers = post_all(installation, [(b, s.headers(b, now)) for b, s in zip(bodies, signers, strict=True)], 32)
    assert answers == [200 if one is key else 400 for one in signers]
    assert Fact.objects.filter(source="webhook").count() == MANY // 10
    told = httpx.get(f"{installation.url}/readyz", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30).json()
    assert f"{MANY * 9 // 10} requests" in told["webhooks"]
    assert WebhookRefusal.objects.count() == 1


def declared() -> Iterator[bytes]:
    yield b"POST /webhooks/telnyx/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % HUGE
    yield from [CHUNK] * (HUGE // len(CHUNK))


def chunked() -> Iterator[bytes]:
    yield b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from [b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK)] * (HUGE // len(CHUNK))


@pytest.mark.parametrize("sent", [declared, chunked])
def test_a_huge_body_is_refused_unread(installation: Installation, sent):
    server = installation.start()
    before, passed = resident(server.pid), 0
    with socket.create_connection(("127.0.0.1", installation.port), timeout=10) as one:
        try:
            for part in sent():
                one.sendall(part)
                passed += len(part)
        except OSError:
            pass
        assert answered(one) in (b"HTTP/1.1 413", b"")  # the answer may be lost on a connection that is reset
    assert passed < HUGE // 4
    assert resident(server.pid) - before < 20 * 1024 * 1024
    assert installation.get("/healthz").status_code == 200


def answered(connection: socket.socket) -> bytes:
    try:
        return connection.recv(12)
    except OSError:
        return b""


def test_a_large_body_is_refused_with_413(installation: Installation):
    installation.start()
    sizes = {256 * 1024: 400, 256 * 1024 + 1: 413, 1024 * 1024: 413, 0: 400}
    answers = {size: installation.deliver(b"x" * size, SigningKey.generate().headers(b"", 1)) for size in sizes}
    assert answers == sizes
