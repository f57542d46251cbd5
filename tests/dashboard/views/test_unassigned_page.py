"""The page of what belongs to no team: its calls stay on it, its legs and counts are pushed; nobody else sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from conferences.admin.live import reaching_live_calls
from conferences.ingest import feed
from conferences.models import Conference, Leg, QueueNumber
from conferences.reconciliation import readback
from conferences.unassigned import legs
from dashboard.live import frames, heartbeats
from dashboard.live.connect import viewer_of
from dashboard.presenters.audience import audience_of
from dashboard.presenters.unassigned import bridged_sentence
from tests.support.story import ANA, CUSTOMER, LUIS, Directory, Story, browser, make_supervisor

STRANGER, OTHER = "sip:new.one@agents.example", "+14155550177"
PAGE = {"view": "unassigned", "unassigned": "1"}

pytestmark = pytest.mark.usefixtures("directory")


@pytest.fixture
def watcher(db: None) -> User:
    user = User.objects.create_user("watcher", password="a long enough password")
    user.user_permissions.set(Permission.objects.filter(codename="view_unassigned"))
    return user


@pytest.fixture
def stray(story: Story) -> Conference:
    """A call to a number of no queue, taken by nobody known."""
    return story.call(STRANGER, queue=OTHER)[1]


def page(user: User) -> str:
    return browser(user).get("/unassigned/").content.decode()


def content(user: User, since: int, query: dict[str, str] | None = None) -> str:
    """What a page of the user's, told of everything up to `since`, is sent."""
    viewer = viewer_of(user, "", {"since": str(since), **(query or {})})
    return frames.changes_since(since).frame(viewer) or ""


def test_the_page_is_for_those_who_may(stray: Conference, marta: User, cleo: User, watcher: User):
    assert browser(marta).get("/unassigned/").status_code == 403
    assert all(f'id="conference-{stray.pk}"' in page(user) for user in (cleo, watcher))


def test_header_counts_on_every_page_of_those_permitted(stray: Conference, marta: User, cleo: User):
    counted = '<span id="unassigned-count" data-n="1">Unassigned <b>1</b></span>'
    pages = ("/", "/agents/", "/audit/", "/unassigned/", f"/conferences/{stray.pk}/")
    assert [counted in browser(cleo).get(one).content.decode() for one in pages] == [True] * 5
    assert "unassigned-count" not in browser(marta).get("/").content.decode()


def test_heartbeat_knows_a_call_of_no_team(stray: Conference, directory: Directory, marta: User, cleo: User):
    """A row that two heartbeats do not know is taken off the page."""
    of_team, both = (audience_of(user).scope for user in (marta, cleo))
    ages = heartbeats.mark_watched({of_team, both})
    assert {scope: set(known) for scope, known in ages.items()} == {of_team: set(), both: {str(stray.pk)}}
    assert str(stray.pk) in frames.polled(viewer_of(cleo, "", {"since": "0"}))


def test_displayed_call_of_no_team_is_read_equally_often(stray: Conference, marta: User, cleo: User):
    now = timezone.now()
    readback.read_back(stray)
    heartbeats.mark_watched({audience_of(marta).scope})
    assert Conference.objects.get().watched_at is None
    heartbeats.mark_watched({audience_of(cleo).scope})
    assert readback.due(now + timedelta(seconds=6)) == [stray]


def test_the_count_is_pushed(story: Story, marta: User, cleo: User):
    since = feed.latest()
    story.call(STRANGER, queue=OTHER)
    assert 'data-n=\\"1\\">Unassigned <b>1</b>' in content(cleo, since)
    assert "unassigned" not in content(marta, since)


def test_call_that_gets_a_team_leaves_page_and_count(stray: Conference, directory: Directory, marta: User, cleo: User):
    since = feed.latest()
    with reaching_live_calls():
        QueueNumber.objects.create(queue=directory.queue, number=OTHER)
    assert f"conference-{stray.pk}" not in page(cleo)
    assert 'data-n=\\"0\\">Unassigned<' in content(cleo, since)
    assert f"conference-{stray.pk}" in content(marta, since)
    assert str(stray.pk) not in heartbeats.mark_watched({audience_of(cleo).scope})[audience_of(cleo).scope]


@pytest.mark.usefixtures("marta")
@pytest.mark.parametrize(
    "case",
    [
        (lambda simulator: simulator.incoming_call(CUSTOMER, OTHER), "customer", "Ringing"),
        (lambda simulator: simulator.dial_out(STRANGER, CUSTOMER), "unknown", "Answered"),
        (lambda simulator: simulator.dial(OTHER), "customer", "Answered"),
        (lambda simulator: simulator.dial("sip:marta@supervisors.example"), "supervisor", "Answered"),
    ],
    ids=["a caller", "an unknown phone", "somebody called", "a supervisor's phone"],
)
def test_a_leg_in_no_conference_is_shown_and_pushed(
    story: Story, cleo: User, watcher: User, case: tuple[Any, str, str]
):
    begin, kind, word = case
    since = feed.latest()
    begin(story.simulator)
    story.deliver()
    leg = Leg.objects.get()
    told = content(cleo, since, PAGE)
    assert leg.kind == kind
    assert leg.call_control_id in page(cleo)
    assert leg.call_control_id in told
    assert word in page(cleo)
    assert leg.call_control_id not in content(cleo, since)  # the board
    assert "555-01" not in page(watcher).partition('id="outside"')[2]
    since = feed.latest()
    story.simulator.far_end_hangs_up(next(iter(story.simulator.state.legs.values())))
    story.deliver()
    assert leg.call_control_id not in content(cleo, since, PAGE)
    assert 'id="outside"' in content(cleo, since, PAGE).replace("\\", "")


def test_legs_of_agents_calls_and_supervisors_are_excluded(story: Story, marta: User, cleo: User):
    _, conference = story.call(ANA)
    story.simulator.dial(LUIS)
    story.supervise(marta, conference)
    assert list(legs.unplaced()) == []
    assert [str(leg.agent) for leg in Leg.objects.up().outside()] == ["Luis Ortega"]


def test_our_own_leg_is_excluded_while_it_rings(story: Story, marta: User):
    _, conference = story.call(ANA)
    story.simulator.phones.set("sip:marta@supervisors.example", "rings_out")
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    browser(marta).post(f"/conferences/{conference.pk}/supervise/", form)
    story.deliver()
    assert Leg.objects.filter(kind="supervisor").count() == 1
    assert list(legs.unplaced()) == []


def bridge(story: Story, *, customer: str = CUSTOMER, agent: str = ANA) -> Any:
    caller = story.simulator.incoming_call(customer, OTHER)
    story.simulator.world.legs.answer(caller)
    leg = story.simulator.dial(agent)
    story.simulator.world.legs.bridge(caller, leg)
    story.pass_time()
    return caller, leg


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 call is bridged, not in a conference; Earshot cannot join it."),
        (2, "2 calls are bridged, not in a conference; Earshot cannot join them."),
    ],
)
def test_bridged_calls_are_counted_in_so_many_words(story: Story, cleo: User, count: int, said: str):
    since = feed.latest()
    for number in range(count):
        bridge(story, customer=f"+1415555017{number}", agent=(ANA, LUIS)[number])
    assert legs.bridged_calls() == count
    assert said in page(cleo)
    assert said in content(cleo, since, PAGE)


def test_no_word_of_bridges_where_there_are_none(story: Story, cleo: User):
    story.call(ANA)
    assert legs.bridged_calls() == 0
    assert bridged_sentence(0) == ""
    assert "bridged" not in page(cleo)


@pytest.mark.parametrize("parks", [False, True])
def test_a_bridge_that_ended_is_counted_no_more(story: Story, parks: bool):
    caller, leg = bridge(story)
    leg.parks_after_unbridge = parks
    story.simulator.far_end_hangs_up(caller)
    story.pass_time()
    assert legs.bridged_calls() == 0


def test_leg_moved_from_bridge_to_conference_is_not_bridged(story: Story):
    world, _ = story.call(LUIS)
    caller, leg = bridge(story)
    for one in (caller, leg):
        story.simulator.join(world, one)
    story.pass_time()
    assert legs.bridged_calls() == 0
    story.simulator.world.participation.leave(caller.participant)
    story.pass_time()
    assert legs.bridged_calls() == 0


def test_a_supervisor_who_sees_both_has_both(stray: Conference, directory: Directory, story: Story):
    user = make_supervisor("lea", "Lea Roth", [directory.support], ["view_unassigned", "monitor_conference"])
    _, mine = story.call(ANA, customer="+14155550172")
    board = browser(user).get("/").content.decode()
    assert all(f'id="conference-{one.pk}"' in board for one in (mine, stray))
    assert [f'id="conference-{one.pk}"' in page(user) for one in (mine, stray)] == [False, True]
