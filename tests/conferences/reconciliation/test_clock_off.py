"""A server whose clock is off by as much as signatures allow, either way: rows are right, and it is said."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conferences import clock
from conferences.models import Conference, Fact, Leg, Participant
from conferences.reconciliation import readback
from dashboard.live import heartbeats
from dashboard.presenters.audience import audience_of
from dashboard.presenters.seen import call_for
from tests.support.story import ANA, CUSTOMER, LUIS, SUPPORT_NUMBER, Directory, Story, browser
from tests.support.supervision_helpers import ask
from tests.support.world_diff import ours, read, read_everything_back, theirs, unheard

OFF = [-299, -45, -2.5, 2.5, 45, 299]
off = pytest.mark.parametrize("seconds", OFF)

pytestmark = [pytest.mark.usefixtures("directory"), pytest.mark.slow]


@off
def test_an_answer_never_overrides_a_later_event(story: Story, seconds: float):
    story.let_our_clock_be_off(seconds)
    world, call = story.call(ANA, LUIS)
    read(call)
    story.pass_time(8)
    for act in (
        lambda: story.simulator.world.participation.hold([world.leg(CUSTOMER).participant]),
        lambda: story.simulator.far_end_hangs_up(world.leg(LUIS)),
        lambda: story.simulator.world.participation.hold([world.leg(CUSTOMER).participant], held=False),
        lambda: story.simulator.join(world, story.simulator.dial(LUIS)),
        lambda: story.simulator.world.participation.mute([world.leg(ANA).participant]),
    ):
        read(call)
        story.pass_time(0.5)
        act()
        story.deliver()
        story.pass_time(8)
        read(call)
        assert ours(call.conference_id) == theirs(world)


@off
def test_an_event_never_overrides_a_later_answer(story: Story, seconds: float):
    """What no webhook told is known from asking, and stays known."""
    story.let_our_clock_be_off(seconds)
    world, call = story.call(ANA, LUIS)
    story.pass_time(8)
    with unheard(story.simulator):
        story.simulator.far_end_hangs_up(world.leg(LUIS))
        story.pass_time(8)
    read(call)
    assert ours(call.conference_id) == theirs(world)
    story.pass_time(8)
    read(call)
    assert ours(call.conference_id) == theirs(world)


@off
def test_times_on_the_board_are_the_calls_own(story: Story, marta: User, seconds: float):
    story.let_our_clock_be_off(seconds)
    _, call = story.call(ANA)
    read(call)
    story.pass_time(60)
    read(call)
    shown = call_for(audience_of(marta), Conference.objects.with_people().get(pk=call.pk))
    now = datetime.fromisoformat(orjson.loads(heartbeats.heartbeat(0, {}, {}, {}))["now"])
    assert abs((now - shown.started_at).total_seconds() - 60) < 2.5
    assert abs((now - shown.last_event_at).total_seconds()) < 2.5


@off
def test_a_supervision_is_joined_confirmed_and_left(story: Story, marta: User, seconds: float):
    story.simulator.phones.set("sip:marta@supervisors.example", "answers", after=0.5)
    _, call = story.call(ANA)
    story.let_our_clock_be_off(seconds)
    read(call)
    mine = story.supervise(marta, call)
    assert (mine.state, mine.accepted_role) == ("joined", "monitor")
    for _ in range(4):
        story.pass_time(2)
    mine.refresh_from_db()
    assert mine.confirmation == "agrees"
    mine = ask(marta, call, role="barge") if mine.ended_at else mine
    assert Participant.objects.filter(leg__call_control_id=mine.call_control_id, state="joined").exists()


@off
def test_watched_calls_are_read_back_as_often_as_ever(story: Story, seconds: float):
    story.let_our_clock_be_off(seconds)
    _, call = story.call(ANA)
    read(call)
    readback.note_watched(Conference.objects.all(), clock.now())
    assert readback.due(clock.now()) == []
    story.wait(6)
    assert readback.due(clock.now()) == [call]


@pytest.mark.parametrize(("seconds", "status"), [(-299, 503), (-45, 200), (0, 200), (45, 200), (299, 503)])
def test_probes_say_so(story: Story, settings: object, seconds: float, status: int):
    settings.METRICS_TOKEN = "a token of the tests"  # type: ignore[attr-defined]
    story.let_our_clock_be_off(seconds)
    _, call = story.call(ANA)
    read(call)
    said = Client().get("/readyz", headers={"Authorization": "Bearer a token of the tests"})
    way = "ahead of" if seconds > 0 else "behind"
    told = said.json()["clock"]
    assert (way in told, said.status_code) == (bool(seconds), status)


@pytest.mark.parametrize("seconds", [-600, 600])
def test_ten_minutes_off_calls_are_found_by_asking(story: Story, marta: User, settings: object, seconds: float):
    """Every webhook is too old or too young to be believed; that is counted, and said."""
    settings.METRICS_TOKEN = "a token of the tests"  # type: ignore[attr-defined]
    story.let_our_clock_be_off(seconds)
    world = story.simulator.conference_with([ANA], queue_number=SUPPORT_NUMBER)
    story.deliver()
    assert not Fact.objects.filter(source="webhook").exists()
    read_everything_back()
    call = Conference.objects.get()
    assert ours(call.conference_id) == theirs(world)
    said = Client().get("/readyz", headers={"Authorization": "Bearer a token of the tests"})
    assert (said.status_code, "every webhook is refused" in said.json()["clock"]) == (503, True)


def test_a_clock_that_jumps_back_shows_nothing_negative(story: Story, marta: User):
    _, call = story.call(ANA)
    read(call)
    story.pass_time(30)
    mine = story.supervise(marta, call)
    for seconds in (-200, 150, -100):
        story.let_our_clock_be_off(seconds)
        story.pass_time(2)
        read(call)
        story.deliver()
        page = browser(marta).get("/").content.decode()
        assert re.search(r">\s*-\d", page) is None
    mine.refresh_from_db()
    assert (mine.state, mine.ended_at) == ("joined", None)


def test_a_corrected_clock_is_believed_at_once(story: Story):
    story.let_our_clock_be_off(200)
    _, call = story.call(ANA)
    read(call)
    assert abs(clock.ahead() - 200) < 2
    story.let_our_clock_be_off(-200)
    read(call)
    assert clock.ahead() == 0.0


def test_without_any_answer_nothing_is_off():
    assert clock.ahead() == 0.0
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


@given(st.floats(-300, 300), st.lists(st.floats(0, 1.2), min_size=5, max_size=9))
def test_the_estimate_is_within_two_seconds_and_the_way(skew: float, lags: list[float]):
    """`lags`: the part of a second that a date leaves out, and the answer's way; the quickest answer tells most."""
    clock.forget()
    for lag in lags:
        clock.observe(skew + lag)
    found = clock.ahead()
    clock.forget()
    assert found == 0.0 if abs(skew) < 0.7 else abs(found - skew) <= 2.0 + min(lags)


def test_no_leg_is_left_behind(story: Story, directory: Directory):
    story.let_our_clock_be_off(299)
    world, _ = story.call(ANA)
    read_everything_back()
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time(8)
    assert not Leg.objects.exclude(state="ended").exists()
