"""The hub: everybody who comes is brought up to date at once and together, and then misses nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences import clock
from conferences.ingest.batches import Delivery
from conferences.ingest.feed import latest
from conferences.ingest.inbox import Receipt
from conferences.ingest.webhooks.writer import Writer
from conferences.models import Conference
from dashboard.live import frames
from dashboard.live.hub import Hub
from dashboard.live.threads import in_thread as live_thread
from dashboard.live.viewer import Viewer
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.presenters.rows.call_cache import call_cache
from tests.support.story import ANA, LUIS, Story, make_supervisor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.scaled]
in_thread = sync_to_async


def page(user: User, since: int = 0, conference: Any = None) -> Viewer:
    return Viewer(user.pk, "", audience_of(user), BoardFilter(), conference, since)


def told(viewer: Viewer) -> list[dict[str, Any]]:
    """The frames that wait for this page."""
    return [json.loads(viewer.frames.get_nowait()) for _ in range(viewer.frames.qsize())]


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not claim():
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def new_hub() -> AsyncIterator[Callable[..., Hub]]:
    hubs: list[Hub] = []

    def make(kind: type[Hub] = Hub) -> Hub:
        hubs.append(kind())
        return hubs[-1]

    yield make
    for one in hubs:
        await one.stop()


class Dawdling(Hub):
    """Has read what newcomers need, and takes its time to say so."""

    def __init__(self) -> None:
        super().__init__()
        self.has_read, self.may_tell = asyncio.Event(), asyncio.Event()
        self.read_for: list[int] = []

    async def _catch_up(self, newcomers: list[Viewer]) -> Any:
        found = await super()._catch_up(newcomers)
        self.read_for.append(len(found))
        self.has_read.set()
        await self.may_tell.wait()
        return found


async def test_pages_that_come_together_are_told_nothing_they_know(story: Story, marta, new_hub):
    await in_thread(story.call)(ANA)
    now, hub = await in_thread(latest)(), new_hub()
    pages = [await in_thread(page)(marta, now) for _ in range(3)]
    await asyncio.gather(*(hub.join(one) for one in pages))
    await asyncio.sleep(0.6)  # longer than the hub goes without looking
    assert [[frame["rows"] for frame in told(one)] for one in pages] == [[[]], [[]], [[]]]


async def test_change_during_a_catch_up_is_sent_after_it(story: Story, marta, new_hub):
    world, conference = await in_thread(story.call)(ANA)
    hub, viewer = new_hub(Dawdling), await in_thread(page)(marta)
    joining = asyncio.create_task(hub.join(viewer))
    await hub.has_read.wait()
    leg = story.simulator.dial(LUIS)
    await in_thread(lambda: (story.simulator.join(world, leg), story.deliver()))()
    hub.may_tell.set()
    await joining
    await until(lambda: viewer.frames.qsize() >= 2)
    first, *later = told(viewer)
    assert ("Luis Ortega" in first["content"], "Luis Ortega" in later[-1]["content"]) == (False, True)
    assert later[-1]["rows"] == [f"conference-{conference.pk}"]


async def test_pages_that_come_during_a_reading_share_the_next(story: Story, marta, new_hub):
    hub, pages = new_hub(Dawdling), [await in_thread(page)(marta) for _ in range(5)]
    first = asyncio.create_task(hub.join(pages[0]))
    await hub.has_read.wait()
    others = [asyncio.create_task(hub.join(one)) for one in pages[1:]]
    hub.may_tell.set()
    await asyncio.gather(first, *others)
    assert (hub.read_for, [len(told(one)) for one in pages]) == ([1, 4], [1] * 5)


async def test_page_cancelled_before_its_first_frame_is_not_kept(story: Story, marta, new_hub):
    hub, viewer = new_hub(Dawdling), await in_thread(page)(marta)
    joining = asyncio.create_task(hub.join(viewer))
    await hub.has_read.wait()
    joining.cancel()
    hub.may_tell.set()
    await asyncio.gather(joining, return_exceptions=True)
    assert (joining.cancelled(), hub._viewers) == (True, set())


def test_catching_up_many_pages_takes_the_queries_of_one(story: Story, marta):
    """And those of a page alone, where others were just shown all that it is to show."""
    story.call(ANA)
    asked = []
    for count, is_shown_already in ((1, False), (3, False), (1, True)):
        if not is_shown_already:
            call_cache.clear()
        viewers = [page(marta) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            frames.catch_up(viewers)
        asked.append(len(queries))
    assert asked[0] == asked[1] > asked[2]


def test_pages_of_different_people_load_a_call_once(story: Story, marta, directory):
    story.call(ANA)
    nora = make_supervisor("nora", "Nora Diaz", [directory.support], ["monitor_conference"])
    loadings = []
    for users in ([marta], [marta, nora]):
        viewers = [page(one) for one in users]
        call_cache.clear()
        with CaptureQueriesContext(connection) as queries:
            _, told = frames.catch_up(viewers)
        loadings.append(sum(one["sql"].startswith('SELECT "conferences_participant"') for one in queries))
        assert ["Whisper" in told[one] for one in viewers] == [one is marta for one in users]
    assert loadings[0] == loadings[1]


def test_catching_up_an_old_page_reads_no_ended_calls(story: Story, marta):
    world, conference = story.call(ANA)
    for participant in list(world.participants):
        story.simulator.far_end_hangs_up(participant.leg)
    story.pass_time()
    assert not Conference.objects.live().exists()
    viewer = page(marta)
    with CaptureQueriesContext(connection) as queries:
        _, made = frames.catch_up([viewer])
    frame = json.loads(made[viewer])
    assert (frame["rows"], frame["live"]) == ([], [])
    assert str(conference.pk.hex) not in str(queries.captured_queries)


def test_page_of_a_call_ended_meanwhile_is_told_so(story: Story, marta):
    world, conference = story.call(ANA)
    viewer = page(marta, latest(), conference.pk)
    for participant in list(world.participants):
        story.simulator.far_end_hangs_up(participant.leg)
    story.pass_time()
    _, made = frames.catch_up([viewer, page(marta)])
    assert f'id="detail-{conference.pk}"' in json.loads(made[viewer])["content"]


def test_returning_page_is_told_its_own_supervision_ended(story: Story, marta):
    world, conference = story.call(ANA)
    story.supervise(marta, conference)
    viewer = page(marta, latest())
    for participant in list(world.participants):
        story.simulator.far_end_hangs_up(participant.leg)
    for _ in range(6):
        story.pass_time()
    _, made = frames.catch_up([viewer])
    content = json.loads(made[viewer])["content"]
    assert ('hx-target="#supervision"' in content, 'data-state="ended"' in content) == (True, True)


def test_only_pages_seeing_the_same_share_one_frame(story: Story, marta, directory):
    other = make_supervisor("ines", "Ines Vega", [directory.support], ["monitor_conference"])
    _, conference = story.call(ANA)
    changes = frames.changes_since(0)
    mine, mine_too, theirs = (changes.frame(page(user)) for user in (marta, marta, other))
    assert mine is mine_too
    assert (mine == theirs) is False
    assert "Barge" in str(mine)
    assert "Barge" not in str(theirs)
    assert changes.frame(page(marta, conference=conference.pk)) != mine


def test_page_that_knows_a_change_is_not_told_again(story: Story, marta):
    story.call(ANA)
    changes = frames.changes_since(0)
    assert changes.frame(page(marta, since=changes.number)) is None
    assert changes.frame(page(marta, since=changes.number - 1)) is not None


@pytest.mark.parametrize(("longest", "order"), [(4.0, ["stored", "read"]), (0.01, ["read", "stored"])])
async def test_pages_wait_for_webhooks_and_not_for_ever(monkeypatch, longest: float, order: list[str]):
    """One interpreter does both: what stores a webhook is let go first."""
    release, begun, done = threading.Event(), threading.Event(), []

    def receive(deliveries: Sequence[Delivery]) -> list[Receipt]:
        begun.set()
        release.wait(5)
        done.append("stored")
        return [Receipt.NEW for _ in deliveries]

    busy = Writer(receive)
    monkeypatch.setattr("dashboard.live.threads.writer", busy)
    monkeypatch.setattr("dashboard.live.threads.LONGEST_WAIT", longest)
    assert await in_thread(busy.give_way)(1) == 0
    storing = asyncio.create_task(busy.store(Delivery(b"", clock.now())))
    await in_thread(begun.wait)(5)
    reading = asyncio.create_task(live_thread(lambda: (latest(), done.append("read"))))
    await asyncio.wait([reading], timeout=0.2 if longest > 1 else 5)
    assert done == order[:1] * reading.done()
    release.set()
    await asyncio.gather(storing, reading)
    assert done == order
    await in_thread(busy.stop)()
