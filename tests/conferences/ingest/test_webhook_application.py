"""The webhooks' way in that production takes, in front of Django: several stored at once, none acknowledged before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.db import OperationalError

from conferences.ingest import batches
from conferences.ingest.batches import Delivery, Outcome
from conferences.ingest.webhooks import refused_requests
from conferences.ingest.webhooks import writer as writing
from conferences.ingest.webhooks.application import WebhookApplication
from conferences.ingest.webhooks.checking import LARGEST_BODY
from conferences.models import Fact, WebhookRefusal
from tests.support.events import PATH, Door, encode, envelope, joined

pytestmark = [pytest.mark.scaled, pytest.mark.django_db(transaction=True)]

BODY = envelope()


@pytest.fixture
def application(writers: Any) -> WebhookApplication:
    return WebhookApplication(get_asgi_application(), writers())


async def post(
    application: Any, body: bytes, headers: dict[str, str], *, path: str = PATH, method: str = "POST", rest: Any = ()
) -> tuple[int, bytes]:
    told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": b"", "scheme": "https", "server": ("testserver", 443), "client": ("127.0.0.1", 9),
        "headers": [(b"host", b"testserver"), (b"x-forwarded-proto", b"https"), *told, *rest],
    }  # fmt: skip
    communicator = ApplicationCommunicator(application, scope)
    await communicator.send_input({"type": "http.request", "body": body, "more_body": False})
    started = await communicator.receive_output(timeout=10)
    sent = await communicator.receive_output(timeout=10)
    await communicator.wait()
    return started["status"], sent["body"]


@pytest.mark.parametrize("path", ["/webhooks/telnyx/", "/webhooks/telnyx"])
async def test_a_signed_event_is_on_disk_when_answered(application, door: Door, path):
    assert await post(application, BODY, door.signed(BODY), path=path) == (200, b"ok")
    assert bytes((await Fact.objects.aget()).body) == BODY
    assert await post(application, BODY, door.signed(BODY), path=path) == (200, b"ok")
    assert await Fact.objects.acount() == 1


async def test_many_at_once_are_all_on_disk(application, door: Door):
    bodies = [encode(joined(f"leg{n}", f"c{n % 5}", n)) for n in range(50)]
    answers = await asyncio.gather(*(post(application, body, door.signed(body)) for body in bodies))
    assert answers == [(200, b"ok")] * 50
    assert await Fact.objects.acount() == 50


SIGNATURE = "telnyx-signature-ed25519"


@pytest.mark.parametrize(
    ("alter", "status", "reason"),
    [
        (lambda signed: {}, 400, "missing"),
        (lambda signed: signed | {"Telnyx-Timestamp": "1700000000"}, 400, "stale"),  # beside the right one
        (lambda signed: Door().signed(BODY), 400, "wrong"),
        (lambda signed: signed | {SIGNATURE: signed[SIGNATURE].replace("=", "")}, 400, "wrong"),
    ],
)
async def test_what_is_not_signed_leaves_a_count_only(application, door: Door, alter, status, reason):
    await sync_to_async(refused_requests.tally.write)()
    await WebhookRefusal.objects.all().adelete()
    assert await post(application, BODY, alter(door.signed(BODY))) == (status, b"Not accepted.")
    await sync_to_async(refused_requests.tally.write)()
    for _ in range(100):
        if await WebhookRefusal.objects.aexists():
            break
        await asyncio.sleep(0.02)
    assert [one async for one in WebhookRefusal.objects.values_list("reason", "count")] == [(reason, 1)]
    assert await Fact.objects.acount() == 0


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 400), (LARGEST_BODY + 1, 413)])
async def test_a_body_has_the_limit_of_the_view(application, door: Door, size, status):
    body = b"x" * size
    assert (await post(application, body, Door().signed(body)))[0] == status


async def test_a_body_that_breaks_off_is_not_stored(application, door: Door):
    communicator = ApplicationCommunicator(application, {"type": "http", "method": "POST", "path": PATH, "headers": []})
    await communicator.send_input({"type": "http.request", "body": BODY[:9], "more_body": True})
    await communicator.send_input({"type": "http.disconnect"})
    assert (await communicator.receive_output(timeout=10))["status"] == 400
    assert await Fact.objects.acount() == 0


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("PUT", PATH, 405), ("GET", "/healthz", 200)]
)
async def test_other_requests_are_djangos(application, method, path, status):
    assert (await post(application, b"", {}, method=method, path=path))[0] == status


async def test_what_the_database_does_not_take_is_not_acknowledged(writers: Any, door: Door):
    def away(_: Sequence[Delivery]) -> list[Outcome]:
        return [OperationalError("disk full")]

    answer = await post(WebhookApplication(get_asgi_application(), writers(away)), BODY, door.signed(BODY))
    assert answer == (503, b"Not stored; please send it again.")


async def test_a_writer_that_fails_goes_on(writers: Any, door: Door):
    calls = []

    def failing(deliveries: Sequence[Delivery]) -> list[Outcome]:
        calls.append(len(deliveries))
        if len(calls) == 1:
            raise ZeroDivisionError
        return batches.receive_all(deliveries)

    application = WebhookApplication(get_asgi_application(), writers(failing))
    assert [(await post(application, BODY, door.signed(BODY)))[0] for _ in range(2)] == [503, 200]
    assert await Fact.objects.acount() == 1


async def test_more_than_may_wait_is_sent_away(application, door: Door, monkeypatch):
    monkeypatch.setattr(writing, "MOST_WAITING", 0)
    assert (await post(application, BODY, door.signed(BODY)))[0] == 503
    monkeypatch.undo()
    assert (await post(application, BODY, door.signed(BODY)))[0] == 200


async def test_what_comes_meanwhile_is_stored_together(writers: Any, door: Door):
    sizes = []

    def counting(deliveries: Sequence[Delivery]) -> list[Outcome]:
        sizes.append(len(deliveries))
        return batches.receive_all(deliveries)

    application = WebhookApplication(get_asgi_application(), writers(counting))
    bodies = [encode(joined(f"leg{n}", "c1", n)) for n in range(200)]
    answers = await asyncio.gather(*(post(application, body, door.signed(body)) for body in bodies))
    assert [status for status, _ in answers] == [200] * 200
    assert (sum(sizes), max(sizes) <= writing.MOST_AT_ONCE, len(sizes) < 100) == (200, True, True)
