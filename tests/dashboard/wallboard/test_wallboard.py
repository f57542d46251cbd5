"""A screen on a wall: what it counts, who may look at it, and what it is pushed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from conferences.attention import Level
from conferences.logins import wall
from conferences.models import WallScreen
from dashboard.asgi import application
from dashboard.live.hub import hub
from dashboard.wallboard.board import Board, boards
from dashboard.wallboard.counting import Doing
from tests.support.story import ANA, CUSTOMER, LUIS, SUPPORT_NUMBER, Story

TOKEN = "wall_of_the_hall"


def screen_for(cleo: User, *teams: Any, **fields: Any) -> WallScreen:
    screen = WallScreen(name="Hall", slug="hall", **fields)
    wall.give(screen, TOKEN, cleo)
    screen.teams.set(teams)
    return screen


def shown(screen: WallScreen) -> Board:
    return boards([screen], timezone.now())[screen.pk]


def opened(token: str = TOKEN) -> Client:
    """A browser that was given the token once."""
    client = Client()
    client.post("/wallboard/hall/", {"token": token})
    return client


def figures(board: Board) -> tuple[int, int, int, int]:
    (row,) = board.rows
    return row.counted.waiting, row.counted.talking, row.counted.abandoned, row.without


def test_a_caller_waits_talks_and_gives_up(story: Story, cleo, directory):
    screen = screen_for(cleo, directory.support, waiting_warn=1, waiting_alarm=2)
    world = story.simulator.conference_with((), customer=CUSTOMER, queue_number=SUPPORT_NUMBER)
    story.pass_time()
    first = shown(screen)
    assert (figures(first), first.rows[0].level) == ((1, 0, 0, 2), Level.ATTENTION)
    story.pass_time(35)
    waiting = shown(screen).rows[0]
    assert waiting.wait_level(timezone.now()) == Level.ATTENTION
    assert waiting.wait_level(timezone.now() + timedelta(seconds=30)) == Level.ALARM
    story.simulator.far_end_hangs_up(story.leg(CUSTOMER))
    story.pass_time(2)
    assert world.status == "completed" or story.simulator.world.conferences.end_by_command(world) is None
    story.pass_time(2)
    assert figures(shown(screen)) == (0, 0, 1, 2)
    story.call(ANA)
    assert figures(shown(screen)) == (0, 1, 1, 1)
    assert {doing: n for doing, _, n in shown(screen).teams[0].states}[Doing.IN_CALL] == 1


def test_what_was_abandoned_is_forgotten_at_midnight(story: Story, cleo, directory):
    screen = screen_for(cleo, directory.support)
    world = story.simulator.conference_with((), customer=CUSTOMER, queue_number=SUPPORT_NUMBER)
    story.pass_time()
    story.simulator.far_end_hangs_up(story.leg(CUSTOMER))
    story.pass_time(2)
    assert world.status == "completed"
    assert (figures(shown(screen))[2], shown(screen).rows[0].counted.since) == (1, None)
    tomorrow = timezone.now() + timedelta(days=1)
    assert boards([screen], tomorrow)[screen.pk].rows[0].counted.abandoned == 0


def test_nothing_personal_is_shown_unless_allowed(story: Story, cleo, directory):
    screen = screen_for(cleo, directory.support)
    story.call(ANA, LUIS)
    page = opened().get("/wallboard/hall/").content.decode()
    assert not [one for one in ("Ana", "Luis", CUSTOMER[-4:]) if one in page]
    WallScreen.objects.update(shows_names=True)
    page = opened().get("/wallboard/hall/").content.decode()
    assert ("Ana Ruiz" in page, "Luis Ortega" in page, CUSTOMER[-4:] in page) == (True, True, False)
    screen.refresh_from_db()


def test_a_single_queue_brings_no_names_of_its_team(story: Story, cleo, directory):
    screen = screen_for(cleo, directory.sales, shows_names=True)
    screen.queues.add(directory.queue)
    page = opened().get("/wallboard/hall/").content.decode()
    assert (directory.queue.name in page, "Ana Ruiz" in page, directory.chen.name in page) == (True, False, True)


def test_a_token_opens_its_own_screen_and_nothing_else(cleo, directory):
    screen_for(cleo, directory.support)
    other = WallScreen(name="Door", slug="door")
    wall.give(other, "wall_of_the_door", cleo)
    stranger = Client()
    asked = stranger.get("/wallboard/hall/")
    assert (asked.status_code, "needs its token" in asked.content.decode()) == (403, True)
    assert stranger.get("/wallboard/nowhere/").content.decode().count("needs its token") == 1
    assert opened("wall_of_the_door").get("/wallboard/hall/").status_code == 403
    screen = opened()
    assert screen.get("/wallboard/hall/").status_code == 200
    paths = {one["path"] for one in screen.cookies.values() if one.value == TOKEN}
    assert paths == {"/wallboard/hall/", "/ws/wall/hall/"}
    assert screen.get("/").status_code == 302  # to the login
    wall.take_back(WallScreen.objects.get(slug="hall"))
    lost = screen.get("/wallboard/hall/")
    assert (lost.status_code, "may show nothing any more" in lost.content.decode()) == (403, True)


def test_the_token_stands_in_no_address_that_is_sent(cleo, directory):
    client = Client()
    client.force_login(cleo, backend="django.contrib.auth.backends.ModelBackend")
    form = {"name": "Hall", "slug": "hall", "look": "dark", "teams": [directory.support.pk]}
    page = client.post("/admin/conferences/wallscreen/add/", form, follow=True).content.decode()
    (address,) = re.findall(r"http://testserver/wallboard/hall/(#wall_[\w-]{43})", page)
    assert wall.admit("hall", address.removeprefix("#")) is not None
    answer = Client().post("/wallboard/hall/", {"token": address.removeprefix("#")})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/wallboard/hall/")
    assert {(one["samesite"], one["httponly"]) for one in answer.cookies.values()} == {("Strict", True)}


@pytest.mark.django_db(transaction=True)
async def test_a_screen_is_pushed_and_turned_out(story: Story, cleo, directory):
    in_thread = sync_to_async
    screen = await in_thread(screen_for)(cleo, directory.support)
    socket = socket_of(TOKEN)
    assert (await socket.connect())[0]
    frame = json.loads(await socket.receive_from(5))
    assert 'data-queue="Helpdesk"' in frame["content"]
    await in_thread(story.call)(ANA)
    while 'data-n="1"' not in (frame := json.loads(await socket.receive_from(5))).get("content", ""):
        pass
    assert "Ana" not in frame["content"]
    await in_thread(wall.take_back)(screen)
    while (said := await socket.receive_output(5))["type"] != "websocket.close":
        pass
    assert said["code"] == 4401
    await socket.disconnect()
    refused = socket_of(TOKEN)
    await refused.connect()
    assert (await refused.receive_output(5))["code"] == 4401
    await hub.stop()


def socket_of(token: str) -> WebsocketCommunicator:
    headers = [(b"origin", settings.ORIGINS[0].encode()), (b"cookie", f"wall-socket={token}".encode())]
    return WebsocketCommunicator(application, "/ws/wall/hall/", headers)
