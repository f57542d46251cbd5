"""A mode is shown as confirmed only when the provider's own list supports it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from conferences.models import Supervision
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.conferences.supervision.test_muting import BODY, panel
from tests.support.story import ANA, LUIS, Story

pytestmark = pytest.mark.slow


def change(story, mine, role, *to):
    requests.change(mine, role=role, targets=[story.leg(one).call_control_id for one in to])
    advancing.advance(mine.pk)


def world_leg(story, mine):
    return story.simulator.state.legs[mine.call_control_id]


@pytest.mark.parametrize(
    ("role", "to"), [("monitor", ()), ("whisper", (ANA,)), ("whisper", (ANA, LUIS)), ("barge", ())]
)
def test_a_mode_in_the_list_is_confirmed_with_time(story: Story, marta, role, to):
    story.simulator.switches.monitor_shows_muted = True
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role=role, to=to)
    assert mine.confirmation == "agrees"
    assert mine.confirmed_role == role
    assert mine.confirmed_targets == mine.accepted_targets
    assert mine.confirmed_at >= mine.accepted_at


@pytest.mark.words
def test_a_monitor_not_listed_as_muted_stays_accepted(story: Story, marta):
    story.simulator.switches.monitor_shows_muted = False
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.faults.add("answer", path="/actions/mute", status=422, body=BODY)
    change(story, mine, "monitor")
    for _ in range(8):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "joined"
    assert mine.confirmation == "cannot_tell"
    assert mine.accepted_role == "monitor"
    assert "Everyone may hear you" in panel(marta)


def test_a_change_is_unproved_until_the_list_shows_it(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "barge")
    mine.refresh_from_db()
    assert mine.confirmation == "disagrees"
    assert mine.accepted_role == "barge"
    assert mine.confirmed_role == "whisper"
    story.simulator.faults.clear()
    story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.confirmation, mine.confirmed_role) == ("agrees", "barge")


def test_a_whisper_changed_elsewhere_is_resent_after_five_seconds(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "whisper", ANA)
    participant = world_leg(story, mine).participant
    story.simulator.world.participation.change_role(participant, "whisper", (story.leg(LUIS).call_control_id,))
    story.simulator.faults.clear()
    for _ in range(4):
        story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.confirmation, mine.confirmed_targets) == ("agrees", [story.leg(ANA).call_control_id])
    assert story.hear(world, world_leg(story, mine)) == {story.leg(ANA).call_control_id}


def test_an_unconfirmed_quiet_mode_hangs_up_our_leg(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "monitor")
    for _ in range(14):
        story.pass_time(1)
    mine.refresh_from_db()
    assert mine.state == "ended"
    assert mine.problem == "not_confirmed"
    assert world_leg(story, mine).state == "ended"


def test_an_unconfirmed_barge_stays_and_says_so(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "barge")
    for _ in range(14):
        story.pass_time(1)
    mine.refresh_from_db()
    assert mine.state == "joined"
    assert mine.confirmation == "disagrees"
    assert mine.accepted_role == "barge"


@pytest.mark.parametrize("role", ["barge", "whisper"])
def test_an_unconfirmed_mode_is_checked_after_growing_pauses(story: Story, marta, role):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, role, *((ANA,) if role == "whisper" else ()))
    looks = looked_at(story, mine, seconds=150)
    pauses = [round(later - earlier) for earlier, later in pairwise(looks)]
    if role == "whisper":
        assert (mine.problem, mine.ended_at is not None) == ("not_confirmed", True)
        return
    assert mine.state == "joined"
    assert pauses[-1] == 30
    last_start = max(number for number, pause in enumerate(pauses) if pause == 1)
    assert pauses[last_start:] == sorted(pauses[last_start:])
    assert len(looks) < 20


def looked_at(story, mine, *, seconds):
    """When the provider's list was asked for the mode, in seconds."""
    looks = []
    for _ in range(seconds):
        story.pass_time()
        mine.refresh_from_db()
        if mine.confirmation_at is not None and (not looks or mine.confirmation_at.timestamp() != looks[-1]):
            looks.append(mine.confirmation_at.timestamp())
    return looks


def test_a_barge_is_confirmed_once_the_list_is_back(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "barge")
    looked_at(story, mine, seconds=60)
    story.simulator.faults.clear()
    looked_at(story, mine, seconds=31)
    assert mine.state == "joined"
    assert mine.confirmation == "agrees"
    assert mine.confirmed_role == "barge"


def test_a_lost_announcement_of_our_joining_is_read_back(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.faults.webhooks.events = r"conference\.participant\.joined"
    story.simulator.faults.webhooks.drop_rate = 1.0
    mine = story.supervise(marta, conference)
    for _ in range(8):
        story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.accepted_role) == (Supervision.State.JOINED, "monitor")


def test_a_lost_hangup_of_our_ringing_phone_is_discovered(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.phones.default = type(story.simulator.phones.default)("rings_out")
    story.simulator.faults.webhooks.events = r"call\.hangup"
    story.simulator.faults.webhooks.drop_rate = 1.0
    mine = story.supervise(marta, conference)
    for _ in range(7):
        story.pass_time(10)
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("failed", "no_answer")
