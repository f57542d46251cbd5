"""From the wish to the last leg down, against the provider's own world."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from conferences.errors import NotPossible, RefusedByProvider
from conferences.models import AuditEntry, Conference, Leg, Participant, Supervision
from conferences.supervision import lease, requests
from conferences.supervision.executor import advancing
from conferences.supervision.phone.own_legs import own_legs
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser
from tests.support.supervision_helpers import ask, refuse

pytestmark = [pytest.mark.scaled, pytest.mark.slow]


def test_the_phone_is_dialled_then_rings_then_is_joined(story: Story, marta):
    _, conference = story.call(ANA)
    mine = ask(marta, conference)
    states = [mine.state]
    advancing.advance(mine.pk)
    for _ in range(6):
        story.simulator.pump()
        advancing.advance(mine.pk)
        mine.refresh_from_db()
        states.append(mine.state)
        story.pass_time(1)
    assert list(dict.fromkeys(states)) == ["dialling", "ringing", "joined"]


def test_join_names_the_role_the_beep_and_the_command(story: Story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="whisper", to=(ANA,))
    (join,) = story.commands("/actions/join")
    body = join.body
    assert (body["supervisor_role"], body["beep_enabled"]) == ("whisper", "never")
    assert body["whisper_call_control_ids"] == [story.leg(ANA).call_control_id]
    assert (body["end_conference_on_exit"], body["soft_end_conference_on_exit"]) == (False, False)
    assert uuid.UUID(body["command_id"]).version == 4


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [("rings_out", "no_answer"), ("busy", "busy"), ("rejects", "declined"), ("not_found", "not_reached")],
)
def test_phone_that_does_not_answer_is_the_reason_given(story: Story, marta, outcome, problem):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, outcome)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    for _ in range(5):
        story.pass_time(10)
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("failed", problem)
    assert story.commands("/actions/join") == []


def test_call_that_ends_during_ringing_hangs_the_phone_up(story: Story, marta):
    world, conference = story.call(ANA)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    story.deliver()
    story.simulator.world.conferences.end_by_command(world)
    for _ in range(4):
        story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("failed", "conference_over")
    assert story.leg(DESK).state == "ended"


def test_a_refused_dial_says_so_and_is_audited(story: Story, marta, settings):
    settings.TELNYX_CONNECTION_ID = "999"
    _, conference = story.call(ANA)
    with pytest.raises(RefusedByProvider):
        ask(marta, conference)
    mine = Supervision.objects.get()
    outcome = AuditEntry.objects.get(phase="outcome", action="dial")
    assert (mine.state, mine.problem) == ("failed", "refused")
    assert outcome.result == "refused"
    assert outcome.http_status == 422
    assert outcome.provider_code == "10015"


def test_full_conference_hangs_our_phone_up_and_says_full(story: Story, marta):
    world, conference = story.call(ANA)
    world.max_participants = 2
    mine = story.supervise(marta, conference)
    assert (mine.state, mine.problem) == ("failed", "full")
    assert story.leg(DESK).state == "ended"


def test_cancel_while_it_rings_hangs_up_the_phone_alone(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "rings_out")
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    story.deliver()
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "failed"
    assert mine.problem == "cancelled"
    assert story.leg(DESK).state == "ended"
    assert story.leg(ANA).state == "answered"


def test_leaving_leaves_then_hangs_up_and_the_call_continues(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    paths = [one.path.rsplit("/", 1)[-1] for one in story.simulator.commands][-2:]
    assert paths == ["leave", "hangup"]
    assert world.status == "in_progress"


def test_leg_already_up_at_her_device_joins_at_once(story: Story, marta):
    _, conference = story.call(ANA)
    up = story.simulator.dial(DESK)
    story.pass_time()
    (leg,) = own_legs(marta)
    mine = ask(marta, conference, leg=leg)
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.call_control_id) == ("joined", up.call_control_id)
    assert story.commands("/v2/calls") == []


def test_a_leg_of_somebody_else_is_not_offered(story: Story, marta, ben):
    story.call(ANA)
    story.simulator.dial(DESK)
    story.pass_time()
    assert list(own_legs(ben)) == []
    assert [leg.far_address for leg in own_legs(marta)] == [DESK]


def test_same_form_twice_is_one_supervision_and_one_dial(story: Story, marta):
    _, conference = story.call(ANA)
    request = requests.Request(role="monitor", token=uuid.uuid4(), device=marta.supervisor.devices.first())
    first, second = (requests.begin(marta, conference, request) for _ in range(2))
    advancing.advance(first.pk)
    advancing.advance(second.pk)
    assert first.pk == second.pk
    assert len(story.commands("/v2/calls")) == 1


@pytest.mark.words
def test_second_supervision_of_one_person_is_refused_in_words(story: Story, marta):
    _, conference = story.call(ANA)
    ask(marta, conference)
    with pytest.raises(NotPossible, match="already supervising a call"):
        ask(marta, conference)


def test_two_supervisors_may_be_in_one_call(story: Story, marta, ben, directory):
    ben.supervisor.teams.add(directory.support)
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    story.supervise(ben, conference)
    assert Supervision.objects.filter(state="joined").count() == 2


def test_switching_targets_resends_the_whole_list(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    requests.change(mine, role="whisper", targets=[story.leg(one).call_control_id for one in (ANA, LUIS)])
    advancing.advance(mine.pk)
    leg = story.simulator.state.legs[mine.call_control_id]
    assert story.hear(world, leg) == {story.leg(ANA).call_control_id, story.leg(LUIS).call_control_id}


@pytest.mark.words
def test_target_that_leaves_is_dropped_and_the_rest_kept(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA, LUIS))
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    mine.refresh_from_db()
    leg = story.simulator.state.legs[mine.call_control_id]
    assert (mine.accepted_role, mine.notice) == ("whisper", "Ana Ruiz left the call. You still whisper to Luis Ortega.")
    assert story.hear(world, leg) == {story.leg(LUIS).call_control_id}


def test_last_target_leaving_makes_a_monitor_never_a_barge(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    mine.refresh_from_db()
    leg = story.simulator.state.legs[mine.call_control_id]
    assert (mine.accepted_role, mine.accepted_targets) == ("monitor", [])
    assert story.hear(world, leg) == set()


def test_failed_change_to_quieter_mode_hangs_up_our_leg(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    refuse(story, "update", "10033", "Value outside of range")
    requests.change(mine, role="monitor", targets=[])
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("ended", "not_quieter")
    assert story.simulator.state.legs[mine.call_control_id].state == "ended"


def test_supervisor_who_hangs_up_is_out_with_the_reason(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.far_end_hangs_up(story.simulator.state.legs[mine.call_control_id])
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("ended", "hung_up")


def test_a_conference_that_ends_takes_our_leg_down(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.far_end_hangs_up(story.leg(CUSTOMER))
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    story.simulator.world.conferences.end_by_command(world)
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, story.simulator.state.legs[mine.call_control_id].state) == ("ended", "ended")


def test_permission_withdrawn_during_ringing_ends_it_unjoined(story: Story, marta):
    _, conference = story.call(ANA)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    marta.user_permissions.clear()
    for _ in range(5):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "failed"
    assert mine.problem == "withdrawn"
    assert story.commands("/actions/join") == []


def test_dial_with_lost_answer_is_found_by_client_state(story: Story, marta):
    _, conference = story.call(ANA)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    Supervision.objects.filter(pk=mine.pk).update(call_control_id="")
    for _ in range(5):
        story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, len(story.commands("/v2/calls"))) == ("joined", 1)


def test_a_running_supervision_is_shown_again_on_any_page(story: Story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    for _ in range(2):
        page = browser(marta).get("/").content.decode()
        assert 'id="supervision" data-state="joined"' in page or 'data-state="joined"' in page


def test_one_worker_at_a_time_has_a_supervision(story: Story, marta):
    _, conference = story.call(ANA)
    mine = ask(marta, conference)
    Supervision.objects.filter(pk=mine.pk).update(busy_until=timezone.now() + lease.LEASE)
    story.simulator.far_end_answers(story.leg(DESK))
    story.simulator.pump()
    advancing.advance(mine.pk)
    assert [one.path for one in story.simulator.commands] == ["/v2/calls"]
    Supervision.objects.filter(pk=mine.pk).update(busy_until=timezone.now() - lease.LEASE)
    advancing.advance(mine.pk)
    assert len(story.simulator.commands) > 1


def test_a_supervisors_leg_is_never_taken_for_an_agents(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    assert Leg.objects.get(call_control_id=mine.call_control_id).kind == Leg.Kind.SUPERVISOR
    assert Participant.objects.filter(conference=conference, leg__kind=Leg.Kind.AGENT).count() == 1
    assert Conference.objects.get() == conference
