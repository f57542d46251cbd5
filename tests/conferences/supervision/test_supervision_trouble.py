"""A supervision of which a command is refused, gets no answer, or comes too late."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conferences.errors import NotPossible
from conferences.models import AuditEntry, Supervision
from conferences.supervision import lease, requests
from conferences.supervision.executor import advancing
from conferences.supervision.phone.own_legs import own_legs
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser
from tests.support.supervision_helpers import ask, refuse

pytestmark = pytest.mark.slow


def test_refused_louder_mode_keeps_the_old_and_says_why(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    refuse(story, "update", "10033", "Value outside of range")
    requests.change(mine, role="barge", targets=[])
    advancing.advance(mine.pk)
    mine.refresh_from_db()
    assert mine.state == "joined"
    assert mine.requested_role == "monitor"
    assert mine.accepted_role == "monitor"
    assert mine.notice != ""
    assert story.hear(world, story.simulator.state.legs[mine.call_control_id]) == set()


def test_louder_mode_of_unknown_outcome_is_reverted(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("drop", path="/actions/update$", times=3)
    requests.change(mine, role="barge", targets=[])
    advancing.advance(mine.pk)
    mine.refresh_from_db()
    assert (mine.accepted_role, story.commands("/actions/update")[-1].body["supervisor_role"]) == ("monitor", "monitor")
    assert story.hear(world, story.simulator.state.legs[mine.call_control_id]) == set()


def test_quieter_mode_of_unknown_outcome_hangs_up_our_leg(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    story.simulator.faults.add("unavailable", path="/actions/update$", times=3)
    requests.change(mine, role="monitor", targets=[])
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("ended", "not_quieter")
    outcome = AuditEntry.objects.get(action="update", phase="outcome")
    assert outcome.result == "unknown"
    assert outcome.sends == 3
    assert outcome.http_status == 503


@pytest.mark.parametrize(
    ("code", "problem"),
    [("90019", "conference_over"), ("90032", "full"), ("10015", "refused")],
)
def test_refused_join_is_named_and_hangs_up_our_phone(story: Story, marta, code, problem):
    _, conference = story.call(ANA)
    refuse(story, "join", code, "Refused")
    mine = story.supervise(marta, conference)
    assert mine.state == "failed"
    assert mine.problem == problem
    assert story.leg(DESK).state == "ended"


def test_join_done_with_its_answer_lost_is_joined_once(story: Story, marta):
    world, conference = story.call(ANA)
    story.simulator.faults.add("drop", path="/actions/join$", times=3)
    mine = story.supervise(marta, conference)
    assert (mine.state, mine.accepted_role) == ("joined", "monitor")
    assert len([one for one in world.participants if one.leg.to == DESK]) == 1
    assert "unknown" in AuditEntry.objects.filter(action="join", phase="outcome").values_list("result", flat=True)


def test_restarted_server_repeats_its_command_under_the_same_id(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    now = timezone.now()
    Supervision.objects.filter(pk=mine.pk).update(
        command="update", command_id="one-and-only", command_at=now, requested_role="barge", requested_at=now
    )
    advancing.advance(mine.pk)
    assert [one.body["command_id"] for one in story.commands("/actions/update")] == ["one-and-only"]
    assert Supervision.objects.get(pk=mine.pk).accepted_role == "barge"


def test_command_lost_long_ago_is_unknown_and_made_quiet(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.pass_time(60)
    long_ago = timezone.now() - lease.LEASE
    Supervision.objects.filter(pk=mine.pk).update(
        command="update", command_id="lost", command_at=long_ago, requested_role="barge", requested_at=long_ago
    )
    advancing.advance(mine.pk)
    assert [one.body["supervisor_role"] for one in story.commands("/actions/update")] == ["monitor"]
    assert Supervision.objects.get(pk=mine.pk).accepted_role == "monitor"


def test_customer_as_target_is_refused_and_audited(story: Story, marta):
    _, conference = story.call(ANA)
    with pytest.raises(NotPossible, match="A customer can never be whispered to"):
        ask(marta, conference, role="whisper", targets=[story.leg(CUSTOMER).call_control_id])
    denied = AuditEntry.objects.get(result="denied")
    assert (denied.actor, denied.note) == (marta, "A customer can never be whispered to.")


def test_a_target_that_left_meanwhile_is_refused_by_name(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    with pytest.raises(NotPossible, match="Ana Ruiz has left the call meanwhile"):
        ask(marta, conference, role="whisper", targets=[story.leg(ANA).call_control_id])


def test_other_ways_into_an_ended_supervision_are_closed(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    with pytest.raises(NotPossible, match="You have left this call"):
        requests.change(mine, role="barge", targets=[])
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    assert len(story.commands("/actions/hangup")) == 1


def test_audit_keeps_what_the_screen_said_of_hearing(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    for _ in range(5):
        story.pass_time()
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    said = set(AuditEntry.objects.filter(action="join").values_list("detail__claim", flat=True))
    assert said == {"Only Ana Ruiz hears you. +1 ••• ••71 and Luis Ortega do not."}


def test_phone_ringing_after_an_abandoned_dial_is_hung_up(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.faults.webhooks.paused = True
    story.simulator.faults.add("drop", path="/v2/calls$", times=3)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    for _ in range(6):
        story.pass_time(10)
    mine.refresh_from_db()
    given_up = mine.state
    story.simulator.faults.webhooks.paused = False
    for _ in range(4):
        story.pass_time(10)
    mine.refresh_from_db()
    assert (given_up, mine.notice) == ("failed", "Your phone was still connected, so it was hung up.")
    assert story.leg(DESK).state == "ended"


def test_call_only_showing_her_number_is_not_offered(story: Story, marta):
    story.call(ANA)
    spoofed = story.simulator.incoming_call("+34600000091", "+14155550199")
    story.simulator.world.legs.answer(spoofed)
    mine = story.simulator.dial("+34600000091")
    story.pass_time()
    assert [leg.call_control_id for leg in own_legs(marta)] == [mine.call_control_id]
