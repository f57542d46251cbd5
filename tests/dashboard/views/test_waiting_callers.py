"""A customer who rang a queue and is in no conference is a row of the board, until she is in one or has gone."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from conferences.admin.live import reaching_live_calls
from conferences.ingest.feed import latest
from conferences.models import Conference, Leg, Queue, Team, WallScreen
from dashboard.live import frames, heartbeats
from dashboard.live.connect import viewer_of
from dashboard.presenters.audience import audience_of
from dashboard.presenters.timeline.past_calls import past_call
from dashboard.wallboard.board import boards
from tests.dashboard.views.test_agents import ring
from tests.dashboard.wallboard.test_wallboard import screen_for
from tests.support.markup import on_one_line
from tests.support.story import ANA, CUSTOMER, SALES_NUMBER, SUPPORT_NUMBER, Story, browser

pytestmark = pytest.mark.usefixtures("directory")


def rows(user: User, query: str = "") -> dict[str, str]:
    """The rows of callers on the user's board, by their id, each as markup."""
    page = on_one_line(browser(user).get(f"/{query}").content.decode())
    found = re.findall(r'<article id="(caller-\d+)"(.*?)</article>', page)
    return dict(found)


def told(user: User, since: int, query: dict[str, str] | None = None) -> dict[str, Any]:
    viewer = viewer_of(user, "", {"since": str(since), **(query or {})})
    return json.loads(frames.changes_since(since).frame(viewer) or "{}")


def rings(story: Story, *, queue: str = SUPPORT_NUMBER, customer: str = CUSTOMER) -> tuple[Any, str]:
    """A customer's leg at the provider, and the row that she has."""
    leg = story.simulator.incoming_call(customer, queue)
    story.pass_time()
    return leg, f"caller-{Leg.objects.get(call_control_id=leg.call_control_id).pk}"


def test_ringing_then_waiting_with_its_own_clock(story: Story, marta: User):
    since = latest()
    leg, row = rings(story)
    assert told(marta, since)["rows"] == [row]
    assert "Ringing" in rows(marta)[row]
    since = latest()
    story.simulator.world.legs.answer(leg)
    story.pass_time(80)
    assert told(marta, since)["rows"] == [row]
    shown = rows(marta)[row]
    assert "Waiting" in shown
    assert re.search(r'data-kind="waiting"[^>]*>waiting <time[^>]*>1:2\d</time> of 0:30<', shown)
    assert "data-role" not in shown  # nothing to press
    assert "cannot be joined" in shown
    page = on_one_line(browser(marta).get("/").content.decode())
    assert 'data-count="No agent" data-word="No agent" data-n="1"' in page


def test_row_becomes_that_of_the_call(story: Story, marta: User):
    leg, row = rings(story)
    story.simulator.world.legs.answer(leg)
    story.pass_time()
    since = latest()
    story.simulator.world.conferences.create(leg, "Support 4711")
    story.pass_time()
    call = f"conference-{Conference.objects.get().pk}"
    news = told(marta, since)
    assert news["became"] == {row: call}
    assert call in news["rows"]
    assert row not in news["rows"]
    assert rows(marta) == {}
    since = latest()
    story.simulator.world.participation.leave(leg.participant)  # she is put back into the queue
    story.pass_time()
    assert row in told(marta, since)["rows"]
    assert row in rows(marta)


def test_her_clock_goes_on_when_she_becomes_a_call(story: Story, marta: User, cleo: User, directory):
    """The board, the screen on the wall and the history all count from when she rang."""
    screen = screen_for(cleo, directory.support)
    leg, row = rings(story)
    rang = Leg.objects.get().started_at
    story.simulator.world.legs.answer(leg)
    story.pass_time(40)
    assert waits(story, marta, screen) == (row, rang)
    world = story.simulator.world.conferences.create(leg, "Support 4711")
    story.pass_time(40)
    call = Conference.objects.get()
    assert waits(story, marta, screen) == (f"conference-{call.pk}", rang)
    story.simulator.join(world, story.simulator.dial(ANA))
    story.pass_time()
    assert waits(story, marta, screen) == (None, None)
    past = past_call(audience_of(marta), Conference.objects.with_people().get())
    assert past.waited == call.participants.get(leg__agent=directory.ana).joined_at - rang


def test_her_clock_starts_anew_after_a_call(story: Story, marta: User, cleo: User, directory):
    screen = screen_for(cleo, directory.support)
    world, call = story.call(ANA)
    story.simulator.world.participation.leave(world.participants[0])
    story.pass_time(5)
    left = call.participants.get(leg__agent=None).left_at
    assert waits(story, marta, screen)[1] == left
    story.simulator.world.conferences.create(story.leg(CUSTOMER), "Support 4712")
    story.pass_time(5)
    assert waits(story, marta, screen) == (f"conference-{Conference.objects.latest('created_at').pk}", left)


def waits(story: Story, user: User, screen: WallScreen) -> tuple[str | None, datetime | None]:
    """The row of the one who waits, and since when, by the board and by the screen alike."""
    page = on_one_line(browser(user).get("/").content.decode())
    said = re.findall(
        r'<article id="([^"]+)"((?:(?!</article>).)*?data-kind="waiting"[^>]*data-since="([\d.]+)")', page
    )
    (queue,) = boards([screen], story.now())[screen.pk].rows
    since = queue.counted.since
    assert [one for *_, one in said] == ([f"{since.timestamp():.1f}"] if since else [])
    return (said[0][0], since) if said else (None, None)


def test_one_who_hangs_up_says_so_and_goes(story: Story, marta: User):
    leg, row = rings(story)
    since = latest()
    story.simulator.far_end_hangs_up(leg)
    story.pass_time()
    news = told(marta, since)
    assert news["rows"] == [row]
    assert 'data-state="completed"' in news["content"]
    assert rows(marta) == {}
    assert row not in heartbeats.row_ages(audience_of(marta).scope)


@pytest.mark.parametrize(("queue", "seers"), [(SUPPORT_NUMBER, ["marta"]), (SALES_NUMBER, ["ben"])])
def test_each_team_sees_its_own_queues_callers(story: Story, marta: User, ben: User, queue: str, seers: list[str]):
    since = latest()
    _, row = rings(story, queue=queue)
    users = (marta, ben)
    assert [one.username for one in users if row in rows(one)] == seers
    assert [one.username for one in users if row in told(one, since).get("rows", [])] == seers
    assert [one.username for one in users if row in heartbeats.row_ages(audience_of(one).scope)] == seers


def test_numbers_are_masked_filters_and_searches_apply(story: Story, marta: User):
    since = latest()
    _, row = rings(story)
    assert row in rows(marta, f"?q={CUSTOMER[1:]}")
    marta.user_permissions.remove(Permission.objects.get(codename="view_customer_number"))
    assert CUSTOMER[-7:] not in rows(marta)[row].replace("-", "")
    assert rows(marta, f"?q={CUSTOMER[1:]}") == {}  # she may not read it, so it finds nothing
    assert row in rows(marta, "?state=No+agent")
    assert row in rows(marta, "?queue=Helpdesk")
    assert rows(marta, "?state=Talking") == {}
    news = told(marta, since, {"state": "Talking"})
    assert (news["rows"], news["gone"]) == ([], [row])


def test_phones_that_ring_for_her_show_on_the_row(story: Story, marta: User):
    leg, row = rings(story)
    since = latest()
    ring(story, ANA, link_to=leg)
    assert row in told(marta, since)["rows"]
    assert "Ana Ruiz" in rows(marta)[row]


def test_a_queue_given_away_takes_them_along(story: Story, marta: User, ben: User):
    _, row = rings(story)
    with reaching_live_calls():
        Queue.objects.filter(name="Helpdesk").update(team=Team.objects.get(name="Sales"))
    assert (row in rows(marta), row in rows(ben)) == (False, True)
    since = latest()
    with reaching_live_calls():
        Queue.objects.update(wait_warn=5)
    assert row in told(ben, since)["rows"]
