"""End to end: signed webhook → state → screen; click → provider → webhook → screen; the audit complete."""

from __future__ import annotations

import pytest

from conferences.models import AuditEntry, Conference, Supervision
from tests.support.story import ANA, CUSTOMER, LUIS, Story, browser

pytestmark = pytest.mark.scaled


def test_a_call_appears_on_the_board_of_its_team(story: Story, marta, ben):
    story.call(ANA)
    assert "Ana Ruiz" in browser(marta).get("/").content.decode()
    assert "Ana Ruiz" not in browser(ben).get("/").content.decode()


def test_a_conference_gets_its_name_from_the_provider(story: Story, marta):
    world, conference = story.call(ANA)
    assert conference.name == world.name


def test_whispering_reaches_the_chosen_agent_alone(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert mine.state == Supervision.State.JOINED
    leg = story.simulator.state.legs[mine.call_control_id]
    assert story.hear(world, leg) == {story.leg(ANA).call_control_id}


def test_supervisor_monitors_barges_and_leaves_a_continuing_call(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    leg = story.simulator.state.legs[mine.call_control_id]
    assert story.hear(world, leg) == set()
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    story.pass_time()
    assert story.hear(world, leg) == {story.leg(ANA).call_control_id, story.leg(CUSTOMER).call_control_id}
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("ended", "left")
    assert (leg.state, Conference.objects.get().state) == ("ended", "in_progress")
    told = AuditEntry.objects.order_by("id")
    assert told.last().action == "out"
    commands = told.exclude(action__in=("ring", "confirm", "out", "login", "read"))
    actions = [(entry.action, entry.phase, entry.result) for entry in commands]
    expected = [(action, phase, result) for action in ("dial", "join", "update", "unmute", "leave", "hangup")
                for phase, result in (("intent", ""), ("outcome", "ok"))]  # fmt: skip
    assert actions == expected
