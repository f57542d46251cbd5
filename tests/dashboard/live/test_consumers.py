"""The socket, over the real ASGI application: who is let in, what they are told, and that it only listens."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from conferences.ingest.feed import latest
from conferences.ingest.readback_notes import note_drift
from conferences.liveness import boundaries
from conferences.liveness.boundaries import Boundary
from conferences.reconciliation.readback import due, read_back
from dashboard.live import frames, heartbeats
from dashboard.live.hub import hub
from dashboard.live.lag import LagMeter
from tests.support.page import Page
from tests.support.story import ANA, CHEN, SALES_NUMBER, SUPPORT_NUMBER, Story

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.scaled]
in_thread = sync_to_async


async def test_page_is_told_what_changed_since_it_was_rendered(story: Story, marta, open_page):
    _, conference = await in_thread(story.call)(ANA)
    frame = await (await open_page(marta)).frame()
    assert frame["rows"] == frame["live"] == [f"conference-{conference.pk}"]
    assert "Ana Ruiz" in frame["content"]


async def test_a_page_that_is_current_is_told_nothing_old(story: Story, marta, open_page):
    _, conference = await in_thread(story.call)(ANA)
    now = await in_thread(latest)()
    frame = await (await open_page(marta, f"since={now}")).frame()
    assert frame["rows"] == []
    assert frame["live"] == [f"conference-{conference.pk}"]
    assert frame["feed"] == now


def has_a_call(frame: dict[str, Any]) -> bool:
    """A row of a call, and not that of its customer who is in none yet."""
    return any(one.startswith("conference-") for one in frame.get("rows", []))


async def test_a_new_call_is_pushed(story: Story, marta, open_page):
    page = await open_page(marta)
    await page.frame()
    _, conference = await in_thread(story.call)(ANA)
    frame = await page.until(has_a_call)
    assert frame["rows"] == [f"conference-{conference.pk}"]


async def test_another_team_is_told_nothing_of_it(story: Story, marta, ben, open_page):
    bens, martas = await open_page(ben), await open_page(marta)
    await bens.frame()
    await in_thread(story.call)(ANA)
    await martas.until(lambda frame: "Ana Ruiz" in frame.get("content", ""))
    _, theirs = await in_thread(story.call)(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    frame = await bens.until(has_a_call)
    assert frame["rows"] == [f"conference-{theirs.pk}"]
    assert "Ana" not in frame["content"]


async def test_a_masked_number_is_masked_in_pushes_too(story: Story, ben, open_page):
    page = await open_page(ben)
    await page.frame()
    await in_thread(story.call)(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    frame = await page.until(lambda frame: "Chen" in frame.get("content", ""))
    assert ("5550172" in frame["content"].replace(" ", "").replace("-", ""), "72" in frame["content"]) == (False, True)


async def test_a_filtered_page_gets_its_rows_only(story: Story, marta, open_page):
    page = await open_page(marta, "since=0&q=nobody+of+that+name")
    await page.frame()
    _, conference = await in_thread(story.call)(ANA)
    frame = await page.until(lambda frame: f"conference-{conference.pk}" in frame.get("gone", []))
    assert frame["rows"] == []
    assert f"#conference-{conference.pk}" in frame["content"]  # a row that has to stay for a while stays true


async def test_a_conferences_own_page_is_told_of_that_one(story: Story, marta, open_page):
    _, conference = await in_thread(story.call)(ANA)
    page = await open_page(marta, f"since=0&conference={conference.pk}")
    frame = await page.frame()
    assert f'id="detail-{conference.pk}"' in frame["content"]
    assert frame["rows"] == []


async def test_own_supervision_is_pushed_to_every_own_page(story: Story, marta, open_page):
    _, conference = await in_thread(story.call)(ANA)
    pages = [await open_page(marta), await open_page(marta)]
    await in_thread(story.supervise)(marta, conference)
    for page in pages:
        frame = await page.until(lambda frame: 'data-state="joined"' in frame.get("content", ""))
        assert 'hx-target="#supervision"' in frame["content"]


async def test_a_heartbeat_tells_the_number_and_the_time(story: Story, marta, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.05)
    page = await open_page(marta)
    await page.frame()
    frame = await page.frame()
    assert set(frame) == {"feed", "now", "ages", "version"}


async def test_heartbeat_tells_when_each_call_was_last_known(story: Story, marta, ben, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.05)
    _, conference = await in_thread(story.call)(ANA)
    pages = [await open_page(marta), await open_page(ben)]
    before = [await one.until(lambda frame: "ages" in frame) for one in pages]
    await in_thread(story.wait)(30)
    await in_thread(read_back)(conference)
    known = [datetime.fromisoformat(before[0]["ages"][str(conference.pk)]), story.now()]
    after = await pages[0].until(lambda frame: frame.get("ages", before[0]["ages"]) != before[0]["ages"])
    assert (known[0] < known[1], datetime.fromisoformat(after["ages"][str(conference.pk)])) == (True, known[1])
    assert ("content" in after, before[1]["ages"]) == (False, {})


async def test_call_on_a_screen_is_read_back_more_often(story: Story, marta, ben, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.05)
    worlds = [
        await in_thread(story.call)(one, queue=queue) for one, queue in ((ANA, SUPPORT_NUMBER), (CHEN, SALES_NUMBER))
    ]
    for _, conference in worlds:
        await in_thread(read_back)(conference)
    page = await open_page(marta)
    await page.until(lambda frame: "ages" in frame)
    soon = await in_thread(lambda: due(story.now() + timedelta(seconds=6)))()
    assert soon == [worlds[0][1]]


async def test_a_change_is_seen_though_every_nudge_is_lost(story: Story, marta, open_page, monkeypatch):
    monkeypatch.setattr(hub, "nudge", lambda: None)
    page = await open_page(marta)
    await page.frame()
    await in_thread(story.call)(ANA)
    assert (await page.until(has_a_call))["rows"] != []


async def test_nobody_is_let_in_without_a_login():
    page = await sync_to_async(Page)(None)
    assert await page.open()
    assert (await page.socket.receive_output())["code"] == 4401


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8000", "http://127.0.0.1:8000.evil"]
)
async def test_a_foreign_origin_is_refused(marta, origin):
    page = await sync_to_async(Page)(marta, origin=origin)
    assert not await page.open()


async def test_what_a_browser_sends_is_not_acted_on(story: Story, marta, open_page):
    _, conference = await in_thread(story.call)(ANA)
    page = await open_page(marta)
    await page.frame()
    await page.socket.send_to(json.dumps({"role": "barge", "conference": str(conference.pk)}))
    await asyncio.sleep(0.1)
    assert await in_thread(lambda: story.simulator.commands)() == []


async def test_a_logout_closes_the_open_page(story: Story, marta, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.CHECK_LOGINS", 0.05)
    page = await open_page(marta)
    await page.frame()
    await in_thread(lambda: marta.__class__.objects.filter(pk=marta.pk).update(is_active=False))()
    async with asyncio.timeout(5):
        while (output := await page.socket.receive_output(5))["type"] != "websocket.close":
            pass
    assert output["code"] == 4401


async def test_page_that_accepts_no_frames_is_told_to_return(story: Story, marta, open_page):
    page = await open_page(marta)
    await page.frame()
    (viewer,) = hub._viewers
    viewer.dismiss(1013)
    async with asyncio.timeout(5):
        while (output := await page.socket.receive_output(5))["type"] != "websocket.close":
            pass
    assert output["code"] == 1013


@pytest.mark.parametrize("query", ["", "since=abc", "since=-1", "since=99999999999999999999", "since=0&conference=x"])
async def test_an_odd_address_is_an_ordinary_page(story: Story, marta, open_page, query):
    frame = await (await open_page(marta, query)).frame()
    assert frame["feed"] == await in_thread(latest)()


async def test_acknowledgement_of_a_browser_shows_as_lag_in_heartbeat(story: Story, marta, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.05)
    monkeypatch.setattr(hub, "_lag", LagMeter())
    await in_thread(story.call)(ANA)
    page = await open_page(marta)
    await page.frame()
    await in_thread(story.simulator.far_end_hangs_up)(story.leg(ANA))
    await in_thread(story.simulator.pump)()  # the provider's news alone, without what tasks then read back
    frame = await page.until(has_a_call)
    await page.socket.send_to(str(frame["feed"]))
    beat = await page.until(lambda frame: "lag" in frame)
    assert (beat["lag"]["n"] >= 1, beat["lag"]["late"]) == (True, False)


@pytest.mark.parametrize("said", [" ", "-1", "1e9", "9" * 40, '{"ack": 1}', "\u0661"])
async def test_an_odd_acknowledgement_is_ignored(story: Story, marta, open_page, said):
    page = await open_page(marta)
    await page.frame()
    await page.socket.send_to(said)
    await in_thread(story.call)(ANA)
    assert (await page.until(has_a_call))["rows"] != []


async def test_our_own_change_is_no_sample_of_provider_lag(story: Story, marta, open_page, monkeypatch):
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.05)
    monkeypatch.setattr(hub, "_lag", LagMeter())
    _, conference = await in_thread(story.call)(ANA)
    page = await open_page(marta)
    await page.frame()
    await in_thread(story.wait)(30)
    await in_thread(note_drift)(conference, "Something was put right", story.now())
    frame = await page.until(has_a_call)
    await page.socket.send_to(str(frame["feed"]))
    assert "lag" not in await page.until(lambda frame: "content" not in frame)


async def test_error_while_pushing_is_counted_and_pushing_continues(story: Story, marta, open_page, monkeypatch):
    """Planted once in the reading of changes and once in the heartbeat: both go on, and it was counted."""
    for name in ("HUB", "HEARTBEAT"):
        monkeypatch.setattr(boundaries, name, Boundary(name))
    monkeypatch.setattr("dashboard.live.hub.HEARTBEAT", 0.3)
    changes, watched = frames.changes_since, heartbeats.mark_watched
    left = {"changes": 1, "beat": 1}

    def planted(what, work):
        def once(*args):
            if left[what]:
                left[what] -= 1
                raise KeyError("planted")
            return work(*args)

        return once

    page = await open_page(marta)
    await page.frame()
    monkeypatch.setattr(frames, "changes_since", planted("changes", changes))
    monkeypatch.setattr(heartbeats, "mark_watched", planted("beat", watched))
    _, conference = await in_thread(story.call)(ANA)
    frame = await page.until(has_a_call)
    assert frame["rows"] == [f"conference-{conference.pk}"]
    await page.until(lambda frame: "ages" in frame)
    assert [sum(one.counts.values()) for one in (boundaries.HUB, boundaries.HEARTBEAT)] == [1, 1]
