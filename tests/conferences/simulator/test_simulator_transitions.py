"""Every transition of legs, conferences and participants, and the webhooks that announce it."""

import pytest

ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"


def act(api, conference, action, **body):
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert response.json() == {"data": {"result": "ok"}}


def command(api, leg, action, **body):
    response = api.post(f"/calls/{leg.call_control_id}/actions/{action}", json=body)
    assert response.json() == {"data": {"result": "ok"}}


def stay_of(conference, address):
    return conference.leg(address).participant


def test_incoming_call_is_parked_until_answered(sim, told):
    leg = sim.incoming_call("+14155550171", "+14155550101")
    event = sim.events[-1]
    assert told() == ["call.initiated"]
    assert event.payload["direction"] == "incoming"
    assert event.payload["state"] == "parked"
    assert leg.state == "initiated"


def test_dial_rings_then_answers(sim, api, told):
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": "+14155550199"}
    answer = api.post("/calls", json=body).json()["data"]
    assert answer["is_alive"] is False
    assert told() == ["call.initiated"]
    sim.advance(2)
    assert told() == ["call.answered"]
    assert api.get(f"/calls/{answer['call_control_id']}").json()["data"]["is_alive"] is True


@pytest.mark.parametrize(
    ("outcome", "cause", "code"),
    [
        ("busy", "user_busy", "486"),
        ("rejects", "call_rejected", "603"),
        ("not_found", "not_found", "404"),
        ("rings_out", "timeout", "487"),
    ],
)
def test_dial_that_is_not_taken_ends_with_its_cause(sim, outcome, cause, code):
    sim.phones.set("+14155550199", outcome)
    sim.dial("+14155550199", answered=False)
    sim.advance(31)
    hangup = sim.events[-1]
    assert hangup.type == "call.hangup"
    assert hangup.payload["hangup_cause"] == cause
    assert hangup.payload["sip_hangup_cause"] == code


def test_dial_without_retry_on_timeout_reports_no_answer(sim, api):
    sim.phones.set("+14155550199", "rings_out")
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": "+14155550199"}
    api.post("/calls", json={**body, "retry_on_timeout": False, "timeout_secs": 5})
    sim.advance(5)
    assert sim.events[-1].payload["hangup_cause"] == "no_answer"


def test_answer_command_answers_an_incoming_leg(sim, api, told):
    leg = sim.incoming_call()
    told()
    command(api, leg, "answer")
    assert (told(), leg.state) == (["call.answered"], "answered")


def test_create_puts_its_leg_in_at_once(sim, api, told):
    leg = sim.dial(ANA)
    told()
    made = api.post("/conferences", json={"call_control_id": leg.call_control_id, "name": "Support 1"}).json()["data"]
    assert told() == ["conference.created", "conference.participant.joined"]
    assert made["status"] == "in_progress"
    assert leg.participant.conference.id == made["id"]
    assert leg.participant.status == "joined"


def test_conference_created_not_started_keeps_joiners_waiting(sim, api):
    leg, other = sim.dial(ANA), sim.dial(LUIS)
    body = {"call_control_id": leg.call_control_id, "name": "Support 1", "start_conference_on_create": False}
    made = api.post("/conferences", json=body).json()["data"]
    api.post(f"/conferences/{made['id']}/actions/join", json={"call_control_id": other.call_control_id})
    assert made["status"] == "init"
    assert leg.participant.on_hold is True
    assert other.participant.on_hold is True


def test_joining_leg_may_start_the_conference(sim, api):
    leg, other = sim.dial(ANA), sim.dial(LUIS)
    body = {"call_control_id": leg.call_control_id, "name": "Support 1", "start_conference_on_create": False}
    made = api.post("/conferences", json=body).json()["data"]
    start = {"call_control_id": other.call_control_id, "start_conference_on_enter": True}
    api.post(f"/conferences/{made['id']}/actions/join", json=start)
    assert leg.participant.conference.status == "in_progress"
    assert leg.participant.on_hold is False
    assert other.participant.on_hold is False


@pytest.mark.parametrize(("role", "keeps"), [("none", False), ("barge", False), ("monitor", False), ("whisper", True)])
def test_join_keeps_its_role_and_a_whisperers_targets(sim, api, conference, role, keeps):
    supervisor, ana = sim.dial("+14155550191"), conference.leg(ANA).call_control_id
    body = {"call_control_id": supervisor.call_control_id, "supervisor_role": role, "whisper_call_control_ids": [ana]}
    act(api, conference, "join", **body)
    assert sim.events[-1].type == "conference.participant.joined"
    assert (supervisor.participant.role, supervisor.participant.whisper_to) == (role, (ana,) if keeps else ())


def test_conference_events_carry_only_the_owners_client_state(sim, api):
    owner, other = sim.dial(ANA, client_state="b3duZXI="), sim.dial(LUIS, client_state="b3RoZXI=")
    api.post("/conferences", json={"call_control_id": owner.call_control_id, "name": "Support 1"})
    conference = owner.participant.conference
    act(api, conference, "join", call_control_id=other.call_control_id, client_state="am9pbmVy")
    joined = sim.events[-1].payload
    assert joined["call_control_id"] == other.call_control_id
    assert joined["client_state"] == "b3duZXI="
    assert other.client_state == "am9pbmVy"


@pytest.mark.parametrize("early", [True, False])
def test_dial_into_a_conference_joins_early_or_on_answer(sim, api, conference, early):
    config = {"id": conference.id, "supervisor_role": "monitor", "early_media": early}
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": "+14155550191"}
    dialled = api.post("/calls", json={**body, "conference_config": config}).json()["data"]
    leg = sim.state.legs[dialled["call_control_id"]]
    joined_before_answer = leg.participant is not None
    sim.advance(2)
    assert (joined_before_answer, leg.participant.role) == (early, "monitor")


def test_dial_into_a_new_name_creates_the_conference(sim, api, told):
    config = {"conference_name": "Room 9", "early_media": False}
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": ANA, "conference_config": config}
    api.post("/calls", json=body)
    sim.advance(2)
    assert told() == ["call.initiated", "call.answered", "conference.created", "conference.participant.joined"]


def test_update_changes_the_role_and_replaces_the_list_silently(sim, api, conference, told):
    supervisor = sim.dial("+14155550191")
    ana = conference.leg(ANA).call_control_id
    sim.join(conference, supervisor, role="whisper", whisper_to=(ana,))
    told()
    act(api, conference, "update", call_control_id=supervisor.call_control_id, supervisor_role="monitor")
    assert told() == []
    assert supervisor.participant.role == "monitor"
    assert supervisor.participant.whisper_to == ()


def test_update_to_whisper_without_a_list_only_monitors(sim, api, conference):
    supervisor = sim.dial("+14155550191")
    sim.join(conference, supervisor, role="barge")
    act(api, conference, "update", call_control_id=supervisor.call_control_id, supervisor_role="whisper")
    assert sim.hears(conference, conference.leg(ANA), supervisor) is False


@pytest.mark.parametrize("change", [("mute", "unmute", "muted"), ("hold", "unhold", "held")])
def test_mute_and_hold_touch_only_named_legs_without_webhooks(api, conference, told, change):
    on, off, flag = change
    ana, luis = stay_of(conference, ANA), stay_of(conference, LUIS)
    act(api, conference, on, call_control_ids=[ana.leg.call_control_id])
    set_to = (getattr(ana, flag), getattr(luis, flag))
    act(api, conference, off, call_control_ids=[ana.leg.call_control_id])
    assert set_to == (True, False)
    assert getattr(ana, flag) is False
    assert told() == []


@pytest.mark.parametrize("body", [{}, {"call_control_ids": []}])
@pytest.mark.parametrize(("action", "flag"), [("mute", "muted"), ("hold", "held")])
def test_mute_and_hold_without_a_list_mean_everybody(api, conference, action, flag, body):
    act(api, conference, action, **body)
    assert [getattr(stay, flag) for stay in conference.participants] == [True, True, True]


def test_unmute_without_a_list_unmutes_everybody(api, conference):
    act(api, conference, "mute")
    act(api, conference, "unmute")
    assert [stay.muted for stay in conference.participants] == [False, False, False]


def test_leave_parks_the_leg_without_hanging_up(api, conference, told):
    ana = conference.leg(ANA)
    act(api, conference, "leave", call_control_id=ana.call_control_id)
    assert told() == ["conference.participant.left"]
    assert ana.state == "answered"
    assert ana.participant is None


def test_hangup_ends_the_leg_and_its_stay(api, conference, told):
    ana = conference.leg(ANA)
    command(api, ana, "hangup")
    assert (told(), ana.state) == (["call.hangup", "conference.participant.left"], "ended")


def test_far_end_hangup_ends_the_leg_and_its_stay(sim, conference, told):
    sim.far_end_hangs_up(conference.leg(ANA))
    assert told() == ["call.hangup", "conference.participant.left"]
    assert sim.events[-2].payload["hangup_source"] == "callee"


def test_last_one_out_ends_the_conference(sim, conference, told):
    for stay in list(conference.participants):
        sim.far_end_hangs_up(stay.leg)
    assert told()[-1] == "conference.ended"
    assert sim.events[-1].payload["reason"] == "all_left"
    assert conference.status == "completed"
    assert conference.end_reason == "all_left"


def test_ending_on_exit_hangs_up_the_others(sim, conference, told):
    host = sim.dial("+14155550190")
    sim.join(conference, host, end_on_exit=True)
    told()
    sim.world.participation.leave(host.participant)
    assert sorted(told()) == sorted(
        ["conference.participant.left"] * 4 + ["call.hangup"] * 3 + ["conference.ended"],
    )
    assert sim.events[-1].payload["reason"] == "host_left"
    assert conference.ended_by == host
    assert host.state == "answered"


def test_softly_ending_on_exit_leaves_the_others_parked(sim, conference, told):
    host, ana = sim.dial("+14155550190"), conference.leg(ANA)
    sim.join(conference, host, soft_end_on_exit=True)
    told()
    sim.far_end_hangs_up(host)
    assert told() == ["call.hangup", *["conference.participant.left"] * 4, "conference.ended"]
    assert ana.state == "answered"
    assert ana.participant is None
    assert conference.status == "completed"


def test_end_hangs_everybody_up(api, sim, conference, told):
    act(api, conference, "end")
    assert told() == [*["conference.participant.left", "call.hangup"] * 3, "conference.ended"]
    assert (conference.end_reason, conference.ended_by) == ("ended_via_api", None)


def test_conference_dies_after_four_hours(sim, conference):
    sim.advance(4 * 3600 - 60)
    alive = conference.status
    sim.advance(61)
    ended = [event for event in sim.events if event.type == "conference.ended"]
    assert alive == "in_progress"
    assert conference.status == "completed"
    assert ended[0].payload["reason"] == "time_exceeded"


def test_conference_dies_after_its_own_duration(sim, api):
    leg = sim.dial(ANA)
    body = {"call_control_id": leg.call_control_id, "name": "Short", "duration_minutes": 1}
    made = api.post("/conferences", json=body).json()["data"]
    sim.advance(61)
    shown = api.get(f"/conferences/{made['id']}").json()["data"]
    assert (shown["status"], shown["end_reason"]) == ("completed", "time_exceeded")


def test_phone_hold_is_announced_once_each_way(sim, conference, told):
    ana = conference.leg(ANA)
    sim.far_end_holds(ana)
    sim.far_end_holds(ana)
    sim.far_end_resumes(ana)
    assert told() == ["call.hold", "call.unhold"]


def test_leg_ends_at_its_time_limit(sim, api):
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": ANA, "time_limit_secs": 30}
    api.post("/calls", json=body)
    sim.advance(31)
    assert sim.events[-1].payload["hangup_cause"] == "time_limit"


def test_joining_another_conference_leaves_the_first(sim, api, conference, told):
    second = sim.conference_with([], name="Other")
    ana = conference.leg(ANA)
    told()
    act(api, second, "join", call_control_id=ana.call_control_id)
    assert (told(), ana.participant.conference) == (
        ["conference.participant.left", "conference.participant.joined"],
        second,
    )


def test_commands_accept_a_name_with_spaces_slashes_and_accents(sim, api):
    conference = sim.conference_with([ANA], name="All hands/meeting é")
    response = api.post("/conferences/All%20hands%2Fmeeting%20%C3%A9/actions/mute", json={})
    assert (response.status_code, stay_of(conference, ANA).muted) == (200, True)


def test_bridging_joins_two_legs_which_then_end_together(sim, api, told):
    one, other = sim.dial(ANA), sim.dial(LUIS)
    told()
    command(api, one, "bridge", call_control_id=other.call_control_id)
    sim.far_end_hangs_up(one)
    assert (told(), other.state) == (["call.bridged", "call.bridged", "call.hangup", "call.hangup"], "ended")


def test_bridged_leg_that_parks_survives_the_other(sim, api):
    one, other = sim.dial(ANA), sim.dial(LUIS)
    command(api, one, "bridge", call_control_id=other.call_control_id, park_after_unbridge="self")
    sim.far_end_hangs_up(other)
    assert one.state == "answered"


def test_reject_declines_an_incoming_leg(sim, api):
    leg = sim.incoming_call()
    command(api, leg, "reject", cause="USER_BUSY")
    assert (sim.events[-1].payload["hangup_cause"], leg.state) == ("user_busy", "ended")


def test_caller_who_gives_up_cancels(sim):
    leg = sim.incoming_call()
    sim.far_end_hangs_up(leg)
    payload = sim.events[-1].payload
    assert (payload["hangup_cause"], payload["hangup_source"]) == ("originator_cancel", "caller")


def test_speaking_or_playing_to_all_is_a_conference_event(sim, api, conference, told):
    act(api, conference, "speak", payload="Hello", voice="female")
    act(api, conference, "play", audio_url="http://media.example/a.wav")
    sim.advance(6)
    assert told() == [
        "conference.speak.started",
        "conference.playback.started",
        "conference.speak.ended",
        "conference.playback.ended",
    ]


def test_playing_to_one_leg_is_a_stoppable_participant_event(api, conference, told):
    ana = conference.leg(ANA).call_control_id
    act(api, conference, "play", media_name="hold_music", call_control_ids=[ana])
    act(api, conference, "stop", call_control_ids=[ana])
    assert told() == ["conference.participant.playback.started", "conference.participant.playback.ended"]


def test_recording_is_announced_when_it_stops(sim, api, conference, told):
    act(api, conference, "record_start", format="wav", channels="dual")
    act(api, conference, "record_pause")
    act(api, conference, "record_resume")
    act(api, conference, "record_stop")
    assert told() == ["conference.recording.saved"]
    assert (sim.events[-1].payload["format"], sim.events[-1].payload["channels"]) == ("wav", "dual")
