"""One page cannot stop all: what it sends is small and seldom, and the pages of one user are counted."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session

from conferences.ingest.feed import latest
from dashboard.live.hub import MOST_PAGES, hub
from dashboard.live.lag import LagMeter, Stamps
from tests.support.page import Page
from tests.support.story import ANA, Story

pytestmark = pytest.mark.django_db(transaction=True)
in_thread = sync_to_async


async def closed_with(socket: WebsocketCommunicator) -> int:
    while (message := await socket.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    return int(message["code"])


@pytest.mark.parametrize(
    "sent", [{"text_data": "1" * 65}, {"text_data": "1" * 900_000}, {"bytes_data": b"1" * 65}, {"text_data": "é" * 65}]
)
async def test_what_is_longer_than_any_page_sends_closes_it(story: Story, marta, open_page, sent):
    page = await open_page(marta)
    await page.frame()
    await page.socket.send_to(**sent)
    assert await closed_with(page.socket) == 1009


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "1" * 19, "{}", '{"type": "barge"}', "1 ", "１"])
async def test_what_is_not_understood_is_counted_all_the_same(story: Story, marta, open_page, sent):
    page = await open_page(marta)
    await page.frame()
    for _ in range(30):
        await page.socket.send_to(text_data=sent)
    assert await closed_with(page.socket) == 4429


async def test_a_flood_closes_it_and_nobody_elses(story: Story, marta, ben, open_page):
    other = await open_page(ben)
    await other.frame()
    page = await open_page(marta)
    await page.frame()
    for _ in range(200):
        await page.socket.send_to(text_data="1")
    assert await closed_with(page.socket) == 4429
    assert any(one.user_pk == ben.pk for one in hub._viewers)


async def test_a_page_that_says_what_it_shows_stays(story: Story, marta, open_page):
    page = await open_page(marta)
    await page.frame()
    for number in range(8):
        await page.socket.send_to(text_data=str(number))
    await in_thread(story.call)(ANA)
    assert (await page.until(lambda frame: bool(frame.get("rows"))))["rows"]


async def test_only_a_number_sent_to_the_page_is_measured(story: Story, marta, ben, open_page, monkeypatch):
    monkeypatch.setattr(hub, "_lag", LagMeter())
    page = await open_page(marta)
    await page.frame()
    await in_thread(story.call)(ANA)
    frame = await page.until(lambda frame: bool(frame.get("rows")))
    before = hub._lag.summary().get("n", 0)
    number = frame["feed"]
    hub._lag.sent(number, Stamps(*[story.now()] * 3))  # a change of which it is known when it happened
    for said in (number + 1000, 10**9, number, number, number):
        await page.socket.send_to(text_data=str(said))
    await asyncio.sleep(0.3)
    assert hub._lag.summary().get("n", 0) == before + 1
    bens = await open_page(ben, f"since={await in_thread(latest)()}")
    await bens.frame()
    await bens.socket.send_to(text_data=str(number))
    await asyncio.sleep(0.3)
    assert hub._lag.summary().get("n", 0) == before + 1


async def test_a_users_pages_are_counted_and_anothers_are_not(story: Story, marta, ben, open_page):
    for _ in range(MOST_PAGES):
        await (await open_page(marta)).frame()
    one_more = await in_thread(Page)(marta)
    assert await one_more.open()
    assert await closed_with(one_more.socket) == 4409
    assert (await (await open_page(ben)).frame())["feed"] >= 0


async def test_one_page_too_many_has_nothing_looked_up(story: Story, marta):
    """Her login is over a moment before: whoever looked it up would say so."""
    first = (await in_thread(Page)(marta)).socket
    again = [WebsocketCommunicator(first.application, "/ws/board/?since=0", first.scope["headers"]) for _ in "x" * 20]
    pages = [first, *again]
    for one in pages[:MOST_PAGES]:
        assert (await one.connect(timeout=5))[0]
        await one.receive_from(timeout=5)
    await in_thread(Session.objects.all().delete)()
    assert (await pages[MOST_PAGES].connect(timeout=5))[0]
    assert await closed_with(pages[MOST_PAGES]) == 4409
    for one in pages[:MOST_PAGES]:
        await one.disconnect()
