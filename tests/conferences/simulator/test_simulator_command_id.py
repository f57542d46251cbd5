"""A command_id makes a repeated command harmless for a minute, within its scope."""

import pytest

ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"


def act(api, conference, action, **body):
    return api.post(f"/conferences/{conference.id}/actions/{action}", json=body)


def test_repeated_join_is_ok_and_joins_once(sim, api, conference, told):
    leg = sim.dial("+14155550191")
    told()
    answers = [act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a") for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"data": {"result": "ok"}}] * 2
    assert (told(), [command.repeated for command in sim.commands]) == (
        ["conference.participant.joined"],
        [False, True],
    )


def test_repeat_after_a_minute_is_a_new_command(sim, api, conference):
    leg = sim.dial("+14155550191")
    act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    sim.advance(59)
    within = act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    sim.advance(1)
    after = act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    assert (within.status_code, after.json()["errors"][0]["code"]) == (200, "90044")


def test_refused_command_was_not_executed_and_may_be_repeated(sim, api, conference):
    leg = sim.dial("+14155550191", answered=False)
    early = act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    sim.far_end_answers(leg)
    again = act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    assert early.status_code == 422
    assert again.status_code == 200
    assert leg.participant.status == "joined"


def test_other_command_id_is_another_command(sim, api, conference):
    leg = sim.dial("+14155550191")
    act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    assert act(api, conference, "join", call_control_id=leg.call_control_id, command_id="b").status_code == 422


def test_join_leave_and_update_share_one_scope(sim, api, conference):
    ana = conference.leg(ANA)
    act(api, conference, "update", call_control_id=ana.call_control_id, supervisor_role="none", command_id="a")
    response = act(api, conference, "leave", call_control_id=ana.call_control_id, command_id="a")
    assert (response.status_code, ana.participant.status) == (200, "joined")


def test_call_commands_are_deduplicated_per_leg(sim, api, conference):
    ana, luis = conference.leg(ANA), conference.leg(LUIS)
    for leg in (ana, ana, luis):
        response = api.post(f"/calls/{leg.call_control_id}/actions/hangup", json={"command_id": "a"})
        assert response.status_code == 200
    assert (ana.state, luis.state) == ("ended", "ended")


def test_repeated_dial_gives_the_first_leg_back(sim, api):
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": ANA, "command_id": "a"}
    answers = [api.post("/calls", json=body).json() for _ in range(2)]
    assert (answers[0] == answers[1], len(sim.legs_to(ANA))) == (True, 1)


def test_repeated_end_is_ok_though_the_conference_is_over(api, conference):
    answers = [act(api, conference, "end", command_id="a").status_code for _ in range(2)]
    assert (answers, act(api, conference, "end", command_id="b").status_code) == ([200, 200], 422)


@pytest.mark.parametrize("action", ["mute", "hold"])
def test_mute_and_hold_ignore_a_command_id(sim, api, conference, action):
    stay = conference.leg(ANA).participant
    ids = [stay.leg.call_control_id]
    act(api, conference, action, call_control_ids=ids, command_id="a")
    act(api, conference, "unmute" if action == "mute" else "unhold", call_control_ids=ids, command_id="a")
    assert (stay.muted, stay.held) == (False, False)
