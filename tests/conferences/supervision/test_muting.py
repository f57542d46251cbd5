"""A monitor is muted as well, so that the provider's list can prove it; who is to be heard is unmuted after that."""

from __future__ import annotations

import pytest

from conferences.models import Conference
from conferences.reconciliation import readback
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.support.story import ANA, CUSTOMER, LUIS, Story, browser

pytestmark = pytest.mark.slow

BODY = {"errors": [{"code": "90015", "title": "Invalid call control id", "detail": "As the provider words it."}]}


def change(story: Story, mine, role: str, *to: str) -> None:
    requests.change(mine, role=role, targets=[story.leg(one).call_control_id for one in to])
    advancing.advance(mine.pk)
    mine.refresh_from_db()


def world_leg(story: Story, mine):
    return story.simulator.state.legs[mine.call_control_id]


def settle(story: Story, mine, seconds: int = 8) -> None:
    for _ in range(seconds):
        story.pass_time()
    mine.refresh_from_db()


def panel(user) -> str:
    return browser(user).get("/").content.decode().partition('id="supervision"')[2]


def sent(story: Story) -> list[str]:
    return [one.action for one in story.simulator.commands if one.action in ("join", "update", "mute", "unmute")]


@pytest.mark.parametrize("shows", [True, False])
@pytest.mark.parametrize("lifts", [True, False])
def test_monitor_is_proved_silent_whatever_role_the_provider_applies(story: Story, marta, shows, lifts):
    story.simulator.switches.monitor_shows_muted, story.simulator.switches.unmute_lifts_monitor = shows, lifts
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    assert (mine.confirmation, story.hear(world, world_leg(story, mine))) == ("agrees", set())
    assert "Nobody hears you." in panel(marta)
    change(story, mine, "barge")
    assert len(story.hear(world, world_leg(story, mine))) == 2
    change(story, mine, "monitor")
    settle(story, mine)
    assert (mine.confirmation, story.hear(world, world_leg(story, mine))) == ("agrees", set())
    assert sent(story) == ["join", "update", "unmute", "update", "mute"]


def test_only_our_own_leg_is_ever_named(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    change(story, mine, "whisper", ANA)
    change(story, mine, "monitor")
    bodies = [one.body["call_control_ids"] for one in story.simulator.commands if one.action in ("mute", "unmute")]
    assert bodies == [[mine.call_control_id], [mine.call_control_id]]


@pytest.mark.parametrize("role", ["whisper", "barge"])
def test_who_joins_to_be_heard_is_not_muted(story: Story, marta, role):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=(ANA,) if role == "whisper" else ())
    assert "mute" not in story.commands("/actions/join")[0].body
    assert sent(story) == ["join"]
    assert mine.confirmation == "agrees"


def test_unmute_with_lost_answer_is_repeated_without_denying_hearing(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("drop", path="/actions/unmute", times=5)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    change(story, mine, "barge")
    assert len(story.hear(world, world_leg(story, mine))) == 2
    assert "Nobody hears you" not in panel(marta)
    story.simulator.faults.clear()
    settle(story, mine)
    assert (mine.confirmation, mine.accepted_mute) == ("agrees", False)
    assert "Everyone hears you" in panel(marta)


def test_failed_unmute_is_told_and_may_be_tried_again(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("answer", path="/actions/unmute", status=422, body=BODY, times=None)
    change(story, mine, "whisper", ANA)
    settle(story, mine)
    told = panel(marta)
    assert mine.state == "joined"
    assert mine.confirmation == "muted"
    assert story.hear(world, world_leg(story, mine)) == set()
    assert "could not be unmuted" in told
    assert "Only Ana Ruiz hears you" not in told
    story.simulator.faults.clear()
    change(story, mine, "whisper", ANA)
    settle(story, mine)
    assert (mine.confirmation, story.hear(world, world_leg(story, mine))) == (
        "agrees",
        {story.leg(ANA).call_control_id},
    )


def test_an_unmute_refused_once_is_tried_again_by_itself(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("answer", path="/actions/unmute", status=422, body=BODY)
    change(story, mine, "barge")
    settle(story, mine)
    assert (mine.confirmation, len(story.hear(world, world_leg(story, mine)))) == ("agrees", 2)
    assert "could not be unmuted" not in panel(marta)


def test_refused_mute_leaves_a_monitor_a_monitor(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    story.simulator.faults.add("answer", path="/actions/mute", status=422, body=BODY)
    change(story, mine, "monitor")
    settle(story, mine)
    assert (mine.state, mine.accepted_role, mine.confirmation) == (
        "joined",
        "monitor",
        "agrees",
    )  # the list shows it as muted
    assert story.hear(world, world_leg(story, mine)) == set()


@pytest.fixture
def monitored(story: Story, marta):
    """A monitor whom only her mute proves silent, in a call that somebody else may meddle with."""
    story.simulator.switches.monitor_shows_muted, story.simulator.switches.unmute_lifts_monitor = False, True
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.pass_time(5)
    story.wait(5)
    return world, conference, mine


def look(conference) -> None:
    readback.read_back(Conference.objects.get(pk=conference.pk), patient=True)


def test_monitor_unmuted_by_somebody_else_is_muted_again(story: Story, marta, monitored):
    world, conference, mine = monitored
    story.simulator.world.participation.mute([world_leg(story, mine).participant], muted=False)
    heard = [len(story.hear(world, world_leg(story, mine)))]
    look(conference)
    said = panel(marta)
    story.pass_time()
    heard.append(len(story.hear(world, world_leg(story, mine))))
    assert heard == [2, 0]
    assert "Nobody hears you." not in said
    assert "Nobody hears you." in panel(marta)
    assert (sent(story), Conference.objects.get().drift) == (["join", "mute"], "Marta Gil is not muted")


def test_mute_missing_from_every_list_is_not_repeated_endlessly(story: Story, marta, monitored):
    _, conference, mine = monitored
    story.simulator.faults.add("answer", path="/actions/mute", status=200, body={"data": {"result": "ok"}}, times=None)
    story.simulator.world.participation.mute([world_leg(story, mine).participant], muted=False)
    for _ in range(8):
        look(conference)
        story.pass_time(3)
    mine.refresh_from_db()
    assert story.commands("/actions/mute") == []
    assert mine.state == "joined"
    assert mine.confirmation == "cannot_tell"
    assert "may hear you" in panel(marta)


def test_targets_that_somebody_else_changed_are_put_back(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.pass_time(5)
    story.wait(5)
    luis = story.leg(LUIS).call_control_id
    story.simulator.world.participation.change_role(world_leg(story, mine).participant, "whisper", (luis,))
    look(conference)
    said = panel(marta)
    settle(story, mine)
    assert ("Only Ana Ruiz hears you" in said, mine.confirmation) == (False, "agrees")
    assert story.hear(world, world_leg(story, mine)) == {story.leg(ANA).call_control_id}


def test_policy_to_join_muted_holds_in_every_mode(story: Story, marta):
    world, conference = story.call(ANA)
    conference.queue.mute = True
    conference.queue.save()
    mine = story.supervise(marta, conference, role="barge")
    change(story, mine, "monitor")
    change(story, mine, "barge")
    settle(story, mine)
    assert (sent(story), story.hear(world, world_leg(story, mine))) == (["join", "update", "update"], set())
    assert story.leg(CUSTOMER).state == "answered"
