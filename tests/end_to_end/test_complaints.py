"""What users of other products complain about most, one test for each complaint, told over the provider's own world."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils import timezone

from conferences import background
from conferences.errors import NotPossible
from conferences.models import Conference, Fact, Leg, Participant, Supervision
from conferences.reconciliation import readback
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.support.markup import on_one_line
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, LUIS, Story, browser

pytestmark = pytest.mark.slow


def board(user):
    return browser(user).get("/").content.decode()


def own_leg(story, mine):
    return story.simulator.state.legs[mine.call_control_id]


def lose(story, events):
    story.simulator.faults.webhooks.events = events
    story.simulator.faults.webhooks.drop_rate = 1.0


def read_back_after(story, conference, seconds=5):
    story.pass_time(seconds)
    readback.read_back(Conference.objects.get(pk=conference.pk))


def present(conference):
    stays = Participant.objects.filter(conference=conference, state="joined").select_related("leg__agent")
    return {str(stay.leg.agent or stay.leg.kind) for stay in stays}


def test_01_leg_ended_at_the_phone_is_not_coaching(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.far_end_hangs_up(own_leg(story, mine))
    story.pass_time()
    page = board(marta)
    assert ("whispers to" in page, "Your phone hung up." in page) == (False, True)


def test_02_leaving_takes_the_sip_leg_down(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    story.pass_time()
    assert (own_leg(story, mine).state, Leg.objects.get(call_control_id=mine.call_control_id).state) == (
        "ended",
        "ended",
    )


def test_03_a_failed_change_is_not_shown_as_done(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    body = {"errors": [{"code": "10033", "title": "Value outside of range"}]}
    story.simulator.faults.add("answer", path="/actions/update$", status=422, body=body)
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    assert 'data-role="monitor"' in board(marta).split('id="supervision"')[1][:400]
    assert story.hear(world, own_leg(story, mine)) == set()


def test_04_a_refresh_keeps_the_supervisor_on_the_list(story: Story, marta):
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    assert ["Marta Gil monitors" in board(marta) for _ in range(3)] == [True, True, True]


def test_05_unannounced_hangup_leaves_no_ghost(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    lose(story, r"call\.hangup|conference\.participant\.left")
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    for _ in range(8):
        story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.state, own_leg(story, mine).state) == ("ended", "ended")


def test_06_a_refresh_does_not_interrupt_the_supervisors_sound(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    heard = story.hear(world, own_leg(story, mine))
    board(marta)
    assert story.hear(world, own_leg(story, mine)) == heard != set()


def test_07_mute_done_elsewhere_is_shown_once_read(story: Story, marta):
    world, conference = story.call(ANA)
    unread = Participant.objects.get(conference=conference, leg__agent__name="Ana Ruiz").muted
    story.simulator.world.participation.mute([story.leg(ANA).participant])
    read_back_after(story, conference)
    read = Participant.objects.get(conference=conference, leg__agent__name="Ana Ruiz").muted
    assert unread is None
    assert read is True
    assert world.status == "in_progress"


def test_08_legs_added_by_disordered_events_are_all_seen(story: Story, marta):
    world, conference = story.call(ANA)
    story.simulator.faults.webhooks.paused = True
    story.simulator.join(world, story.simulator.dial(LUIS))
    story.simulator.faults.webhooks.reorder_rate = 1.0
    story.simulator.faults.webhooks.paused = False
    story.pass_time(3)
    assert present(conference) == {"Ana Ruiz", "Luis Ortega", "customer"}


def test_09_no_command_touches_the_agents_or_customers_leg(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    for role in ("monitor", "barge"):
        browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": role})
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    touched = [one for one in story.simulator.commands if one.action != "calls"]
    legs = {str(one.body.get("call_control_id") or one.body.get("call_control_ids") or one.path) for one in touched}
    assert all(mine.call_control_id in one and story.leg(ANA).call_control_id not in one for one in legs)
    assert {"join", "unmute", "update", "mute", "leave", "hangup"} == {one.action for one in touched}


def test_10_lost_event_does_not_leave_an_agent_busy(story: Story, marta):
    _, conference = story.call(ANA)
    lose(story, r"call\.hangup|conference\..*")
    story.simulator.far_end_hangs_up(story.leg(ANA))
    read_back_after(story, conference)
    assert present(conference) == {"customer"}


def test_11_missing_hangups_are_found_by_comparing_with_provider(story: Story, marta):
    calls = [story.call(agent, customer=f"+1415555017{n}") for n, agent in enumerate((ANA, LUIS, CHEN))]
    lose(story, ".*")
    for agent in (ANA, LUIS, CHEN):
        story.simulator.far_end_hangs_up(story.leg(agent))
    for number, (_, conference) in enumerate(calls):
        story.simulator.far_end_hangs_up(story.leg(f"+1415555017{number}"))
        read_back_after(story, conference)
    assert set(Conference.objects.values_list("state", flat=True)) == {"completed"}


def test_12_conference_unknown_to_the_provider_is_closed(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.state.conferences.clear()
    read_back_after(story, conference)
    assert Conference.objects.get().state == "completed"


def test_13_a_conference_does_not_outlive_its_four_hours(story: Story, marta):
    _, conference = story.call(ANA)
    lose(story, ".*")
    read_back_after(story, conference, seconds=timedelta(hours=4, minutes=1).total_seconds())
    assert (Conference.objects.get().state, board(marta).count("data-conference=")) == ("completed", 0)


def test_14_one_bad_event_does_not_stop_the_rest(story: Story, marta):
    body, headers = story.simulator.signed({"id": "x", "event_type": "conference.participant.joined", "payload": []})
    status = (
        browser(marta).post("/webhooks/telnyx/", body, content_type="application/json", headers=headers).status_code
    )
    story.call(ANA)
    assert status == 200
    assert Fact.objects.filter(outcome="dead").count() == 1
    assert "Ana Ruiz" in board(marta)


def test_15_stuck_call_is_shown_only_while_provider_lists(story: Story, marta):
    world, conference = story.call(ANA)
    lose(story, ".*")
    story.simulator.world.conferences.end_by_command(world)
    stuck = board(marta).count("data-conference=")
    read_back_after(story, conference)
    assert (stuck, board(marta).count("data-conference=")) == (1, 0)


def test_16_left_without_joined_makes_no_negative_count(story: Story, marta):
    world, conference = story.call(ANA)
    lose(story, r"conference\.participant\.joined")
    story.simulator.join(world, story.simulator.dial(LUIS))
    story.pass_time()
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time()
    assert present(conference) == {"Ana Ruiz", "customer"}


def test_17_ghost_leaves_when_the_provider_omits_it(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    lose(story, r"conference\.participant\.left|call\.hangup")
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time()
    ghost = present(conference)
    read_back_after(story, conference)
    assert (ghost - present(conference)) == {"Luis Ortega"}


def test_18_events_out_of_order_give_the_same_state(story: Story, marta):
    story.simulator.faults.webhooks.reorder_rate = 1.0
    world, conference = story.call(ANA, LUIS)
    story.simulator.far_end_hangs_up(story.leg(LUIS))
    story.pass_time(3)
    inside = {one.leg.far_end for one in world.participants if one.status == "joined"}
    assert (inside, present(conference)) == ({ANA, CUSTOMER}, {"Ana Ruiz", "customer"})


def test_19_leaving_lasts_until_our_leg_is_gone(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.webhooks.paused = True
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    mine.refresh_from_db()
    waiting = mine.state
    story.simulator.faults.webhooks.paused = False
    story.pass_time()
    mine.refresh_from_db()
    assert (waiting, mine.state) == ("leaving", "ended")


def test_20_when_the_call_ends_the_monitoring_leg_ends(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.world.conferences.complete(world, "all_left", hang_up=False)
    story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("between", "call_ended")  # in no call, until she chooses another
    assert story.hear(world, own_leg(story, mine)) == set()
    story.pass_time(settings.BETWEEN_CALLS_SECS)
    assert own_leg(story, mine).state == "ended"


def test_21_one_can_join_again_after_leaving(story: Story, marta):
    _, conference = story.call(ANA)
    first = story.supervise(marta, conference)
    browser(marta).post(f"/supervisions/{first.pk}/leave/")
    story.pass_time()
    second = story.supervise(marta, conference, role="barge")
    assert (second.state, second.pk != first.pk) == ("joined", True)


def test_22_leave_has_a_result_though_provider_is_away(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.faults.add("unavailable", method="POST", path="/actions/(leave|hangup)$", times=None)
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    away = board(marta)
    story.simulator.faults.clear()
    for _ in range(3):
        story.pass_time(6)
    mine.refresh_from_db()
    assert 'data-state="leaving"' in away
    assert mine.state == "ended"
    assert own_leg(story, mine).state == "ended"


def test_23_a_transfer_does_not_lose_the_monitoring(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.simulator.join(world, story.simulator.dial(LUIS))
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, present(conference)) == ("joined", {"Luis Ortega", "customer", "supervisor"})


def test_24_phone_that_is_off_is_called_unreachable(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "not_found")
    story.supervise(marta, conference)
    assert "Your phone could not be reached." in board(marta)


def test_25_call_continues_when_the_agent_leaves_a_barge(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    assert (world.status, story.hear(world, own_leg(story, mine))) == (
        "in_progress", {story.leg(CUSTOMER).call_control_id},
    )  # fmt: skip


def test_26_monitoring_never_enters_with_an_open_microphone(story: Story, marta):
    world, conference = story.call(ANA)
    page = on_one_line(browser(marta).get(f"/conferences/{conference.pk}/supervise/").content.decode())
    mine = story.supervise(marta, conference)
    assert 'value="monitor" checked' in page
    sent = story.commands("/actions/join")[0].body
    assert (sent["supervisor_role"], sent["mute"]) == ("monitor", True)
    assert story.hear(world, own_leg(story, mine)) == set()


def test_27_barge_says_that_the_customer_hears(story: Story, marta):
    _, conference = story.call(ANA)
    for _ in range(5):
        story.pass_time()
    story.supervise(marta, conference, role="barge")
    assert "Everyone hears you, including +1 415-555-0171." in board(marta)


def test_28_supervision_is_of_a_call_not_a_person(story: Story, marta):
    first_world, _ = story.call(ANA)
    second_world, second = story.call(ANA, customer="+14155550172")
    mine = story.supervise(marta, second)
    stays = [
        mine.call_control_id in {one.leg.call_control_id for one in world.participants}
        for world in (first_world, second_world)
    ]
    assert stays == [False, True]


@pytest.mark.parametrize("role", ["w", "W", "coach", "Whisper", "", "BARGE", "none"])
def test_29_no_letter_decides_who_hears(story: Story, marta, role):
    _, conference = story.call(ANA)
    form = {"role": role, "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": str(uuid.uuid4())}
    response = browser(marta).post(f"/conferences/{conference.pk}/supervise/", form)
    assert (response.status_code, bool(response.context["form"].errors["role"])) == (200, True)
    assert story.simulator.commands == []


def test_31_several_agents_can_be_coached_at_once(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA, LUIS))
    assert story.hear(world, own_leg(story, mine)) == {story.leg(one).call_control_id for one in (ANA, LUIS)}


def test_32_who_joins_later_is_named_as_not_hearing(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.simulator.join(world, story.simulator.dial(LUIS))
    story.pass_time()
    assert "Luis Ortega joined the call and does not hear you." in board(marta)
    assert story.hear(world, own_leg(story, mine)) == {story.leg(ANA).call_control_id}


def test_33_a_change_of_mode_keeps_the_leg(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    actions = [one.action for one in story.simulator.commands]
    assert actions.count("calls") == 1
    assert actions.count("join") == 1
    assert actions.count("update") == 1


def test_34_nobody_is_held_when_a_supervisor_comes(story: Story, marta):
    world, conference = story.call(ANA)
    story.supervise(marta, conference, role="barge")
    assert {one.action for one in story.simulator.commands} == {"calls", "join"}
    assert [one.on_hold for one in world.participants] == [False, False, False]


def test_old_form_sent_repeatedly_is_one_supervision(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    request = requests.Request(role="barge", token=mine.token, device=marta.supervisor.devices.first())
    assert requests.begin(marta, conference, request).pk == mine.pk


def test_a_withdrawn_right_stops_the_next_change(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    marta.user_permissions.remove(Permission.objects.get(codename="barge_conference"))
    mine.user = type(marta).objects.get(pk=marta.pk)
    with pytest.raises(NotPossible, match="You may not barge"):
        requests.change(mine, role="barge", targets=[])
    assert Supervision.objects.get(pk=mine.pk).requested_role == "monitor"


def test_tasks_found_by_another_process_are_done_once(story: Story, marta):
    _, conference = story.call(ANA)
    request = requests.Request(role="monitor", token=uuid.uuid4(), device=marta.supervisor.devices.first())
    mine = requests.begin(marta, conference, request)
    advancing.advance(mine.pk)
    background.run_due()
    assert (len(story.commands("/v2/calls")), mine.created_at <= timezone.now()) == (1, True)
