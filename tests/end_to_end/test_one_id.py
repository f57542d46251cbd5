"""One id from door to push and command, in the lines of the log."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.test import Client

from conferences.ingest.webhooks.application import WebhookApplication
from conferences.models import Supervision
from dashboard.live.hub import Hub
from dashboard.live.viewer import Viewer
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.server.client_address import networks
from dashboard.server.logs.lines import Lines
from dashboard.server.logs.request_ids import RequestIds
from tests.support.events import PATH, Door, encode, event
from tests.support.story import ANA, DESK, Story, browser

pytestmark = pytest.mark.django_db(transaction=True)
GIVEN = "7b4b244e-1111-4222-8333-123456789012"
LEG = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """The lines with this event, as production writes them: each is formatted where it is logged."""
    lines: list[dict[str, Any]] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(Lines("json").format(record)))

    keeper = Keeper(logging.INFO)
    logging.getLogger().addHandler(keeper)
    yield lambda name: [line for line in lines if line["event"] == name]
    logging.getLogger().removeHandler(keeper)


@pytest.fixture
def door(settings: Any) -> Door:
    door = Door(now=datetime.now(UTC))
    settings.TELNYX_PUBLIC_KEY = door.key.public_key
    return door


@pytest.fixture
def product(writers: Any) -> RequestIds:
    return RequestIds(WebhookApplication(get_asgi_application(), writers()), networks(["127.0.0.1", "10.0.0.0/8"]))


async def ask(
    product: Any, path: str, body: bytes, headers: dict[str, str], peer: str = "127.0.0.1"
) -> tuple[int, list[str]]:
    """Post to the product; the status, and the ids that the answer names."""
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "scheme": "https", "server": ("testserver", 443), "client": (peer, 9),
        "headers": [(b"host", b"testserver"), (b"x-forwarded-proto", b"https"), *sent],
    }  # fmt: skip
    communicator = ApplicationCommunicator(product, scope)
    await communicator.send_input({"type": "http.request", "body": body, "more_body": False})
    started = await communicator.receive_output(timeout=10)
    await communicator.receive_output(timeout=10)
    await communicator.wait()
    return started["status"], [value.decode() for name, value in started["headers"] if name == b"x-request-id"]


def of_call(number: int) -> bytes:
    ends = {"leg": f"{LEG}{number}", "from_": "+14155550171", "to": "+14155550101"}
    return encode(event("call.initiated", number, id=str(uuid.UUID(int=number)), direction="incoming", **ends))


async def until(claim: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not claim():
            await asyncio.sleep(0.01)


async def test_a_webhook_is_followed_to_the_push(product, door: Door, cleo, log):
    hub = Hub()
    page = await sync_to_async(lambda: Viewer(cleo.pk, "", audience_of(cleo), BoardFilter(), None, 0))()
    await hub.join(page)
    bodies = [encode(event("conference.created", n, id=str(uuid.UUID(int=n)), conference=f"c{n}")) for n in (1, 2, 3)]
    answers = await asyncio.gather(*(ask(product, PATH, body, door.signed(body)) for body in bodies))
    requests = [found[0] for status, found in answers if status == 200]
    batches = [line for line in log("webhooks stored") if str(uuid.UUID(int=2)) in line.get("events", ())]
    assert len(batches) == 1
    assert {*requests} == {one for line in log("webhooks stored") for one in _requests(line)}
    first, last = batches[0]["feed_from"], batches[0]["feed_to"]
    hub.nudge()
    await until(lambda: [line for line in log("pushed") if line["since"] < last <= line["feed"]])
    assert first <= last
    await hub.stop()


def _requests(line: dict[str, Any]) -> list[str]:
    """The requests that brought a batch, or the one that brought what was stored alone."""
    return line.get("requests") or [line["request"]]


async def test_a_delivery_that_comes_again_names_its_event(product, door: Door, log):
    body = of_call(7)
    for _ in range(2):
        await ask(product, PATH, body, door.signed(body))
    ids = [(line.get("events"), line.get("known")) for line in log("webhooks stored")]
    assert ids == [([str(uuid.UUID(int=7))], None), (None, [str(uuid.UUID(int=7))])]


async def test_what_cannot_be_read_has_its_digest(product, door: Door, log):
    body = b"no event"
    assert (await ask(product, PATH, body, door.signed(body)))[0] == 200
    (line,) = log("webhooks stored")
    assert len(line["events"][0]) >= 40


@pytest.mark.parametrize(
    ("given", "peer", "is_taken"),
    [
        (GIVEN, "127.0.0.1", True),
        (GIVEN.replace("-", ""), "10.1.2.3", True),
        (GIVEN, "192.0.2.1", False),
        ("+34600000012", "127.0.0.1", False),
        ("x" * 500, "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
async def test_a_request_id_is_a_trusted_proxys_only(product, given, peer, is_taken):
    status, found = await ask(product, "/webhooks/telnyx/", b"", {"X-Request-ID": given}, peer)
    assert (status, len(found), str(uuid.UUID(found[0]))) == (400, 1, found[0])
    assert (found[0] == GIVEN) is is_taken


def test_a_command_names_who_asked_and_what_came(story: Story, marta, product, log):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "rings_out")
    client: Client = browser(marta)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {settings.CSRF_COOKIE_NAME: "a" * 32}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": "a" * 32,
        "Origin": "https://testserver",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Request-ID": GIVEN,
    }
    device = marta.supervisor.devices.get(address=DESK)
    form = f"role=monitor&my_leg=device:{device.pk}&token={uuid.uuid4()}".encode()
    path = f"/conferences/{conference.pk}/supervise/"
    status, found = asyncio.run(ask(product, path, form, headers))
    assert (status < 400, found) == (True, [GIVEN])
    mine = Supervision.objects.get()
    (dial,) = log("command")
    assert (dial["step"], dial["result"], dial["supervision"]) == ("dial", "ok", str(mine.pk))
    assert (dial["asked_by"], dial["request"]) == (GIVEN, GIVEN)
    story.simulator.far_end_answers(story.simulator.legs_to(DESK)[-1])
    story.pass_time(3)
    later = log("command")[1:]
    assert {line["asked_by"] for line in later} == {GIVEN}
    answered = [one for one in story.simulator.deliverer.deliveries if one.event.type == "call.answered"]
    assert answered[-1].event.id in {line["after_event"] for line in later}
    assert [line["page"] for line in log("request") if line.get("request") == GIVEN] == ["supervise"]
