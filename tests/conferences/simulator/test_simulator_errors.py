"""Every documented error: its status, its code and what it points at."""

import json

import httpx
import pytest

ANA = "sip:ana.ruiz@agents.example"
NOBODY = "v3:nobody"


def seen(response):
    error = response.json()["errors"][0]
    return response.status_code, error["code"], error.get("source", {})


def join(api, conference, **body):
    return api.post(f"/conferences/{conference.id}/actions/join", json=body)


def dial(api, sim, **changes):
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": "+14155550199", **changes}
    return api.post("/calls", json={key: value for key, value in body.items() if value is not None})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "KEY_SIMULATOR"}])
def test_missing_or_wrong_key_is_refused(sim, headers):
    with httpx.Client(transport=sim.client_transport, base_url="http://provider.test/v2", headers=headers) as stranger:
        response = stranger.get("/conferences")
    assert seen(response) == (401, "10009", {})
    assert response.json()["errors"][0]["meta"] == {"url": "https://developers.telnyx.com/docs/overview/errors/10009"}


def test_right_key_is_accepted(api):
    assert api.get("/conferences").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/conferences", {"name": "x"}, "/call_control_id"),
        ("/conferences", {"call_control_id": "v3:x"}, "/name"),
        ("/conferences/{id}/actions/join", {}, "/call_control_id"),
        ("/conferences/{id}/actions/join", {"call_control_id": " "}, "/call_control_id"),
        ("/conferences/{id}/actions/leave", {}, "/call_control_id"),
        ("/conferences/{id}/actions/update", {"call_control_id": "v3:x"}, "/supervisor_role"),
        ("/conferences/{id}/actions/unhold", {}, "/call_control_ids"),
        ("/conferences/{id}/actions/unhold", {"call_control_ids": []}, "/call_control_ids"),
        ("/conferences/{id}/actions/speak", {"payload": "Hi"}, "/voice"),
        ("/conferences/{id}/actions/play", {}, "/audio_url"),
        ("/conferences/{id}/actions/record_start", {}, "/format"),
        ("/calls", {"from": "+14155550100", "to": "+14155550199"}, "/connection_id"),
        ("/telephony_credentials", {}, "/connection_id"),
    ],
)
def test_missing_field_is_named(api, conference, path, body, pointer):
    assert seen(api.post(path.format(id=conference.id), json=body)) == (422, "10004", {"pointer": pointer})


@pytest.mark.parametrize("field", ["from", "to"])
def test_dial_without_an_end_is_refused(sim, api, field):
    assert seen(dial(api, sim, **{field: None})) == (422, "10004", {"pointer": f"/{field}"})


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ("join", "supervisor_role"),
        ("join", "beep_enabled"),
        ("join", "region"),
        ("update", "supervisor_role"),
        ("leave", "beep_enabled"),
        ("mute", "region"),
    ],
)
def test_bad_enum_names_its_field_and_the_allowed_values(api, conference, action, field):
    body = {"call_control_id": conference.leg(ANA).call_control_id, field: "loud"}
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert seen(response) == (422, "10032", {"pointer": f"/{field}"})


def test_bad_role_lists_the_four_roles(api, conference):
    response = join(api, conference, call_control_id="v3:x", supervisor_role="coach")
    assert response.json()["errors"][0]["detail"] == "The value must be one of: barge, monitor, none, whisper."


def test_bad_enum_inside_conference_config_has_a_deep_pointer(sim, api, conference):
    response = dial(api, sim, conference_config={"id": conference.id, "supervisor_role": "coach"})
    assert seen(response) == (422, "10032", {"pointer": "/conference_config/supervisor_role"})


@pytest.mark.parametrize("value", ["none", "", "mute"])
def test_switching_to_a_role_unknown_to_bridges_is_refused(sim, api, value):
    leg = sim.dial(ANA)
    response = api.post(f"/calls/{leg.call_control_id}/actions/switch_supervisor_role", json={"role": value})
    assert seen(response)[0] == 422


@pytest.mark.parametrize("value", ["not base64!", "YWJj=", "ü"])
def test_client_state_that_is_not_base64_is_refused(api, conference, value):
    response = join(api, conference, call_control_id="v3:x", client_state=value)
    assert seen(response) == (422, "90017", {"pointer": "/client_state"})


@pytest.mark.parametrize("action", ["join", "leave", "update"])
def test_unknown_leg_is_refused(api, conference, action):
    body = {"call_control_id": NOBODY, "supervisor_role": "monitor"}
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert seen(response) == (422, "90015", {"pointer": "/call_control_id"})


@pytest.mark.parametrize("action", ["mute", "unmute", "hold", "unhold", "speak", "play", "stop"])
def test_unknown_leg_in_a_list_is_refused_without_effect(api, conference, action):
    body = {"call_control_ids": [NOBODY], "payload": "x", "voice": "female", "audio_url": "http://m.example/a.wav"}
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert seen(response) == (422, "90015", {"pointer": "/call_control_ids"})
    assert [stay.muted or stay.held for stay in conference.participants] == [False, False, False]


@pytest.mark.parametrize("action", ["leave", "update"])
def test_leg_that_is_not_in_the_conference_is_refused(sim, api, conference, action):
    leg = sim.dial("+14155550191")
    body = {"call_control_id": leg.call_control_id, "supervisor_role": "monitor"}
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert seen(response) == (422, "90015", {"pointer": "/call_control_id"})


def test_ended_leg_takes_no_command(sim, api, conference):
    leg = sim.dial("+14155550191")
    sim.far_end_hangs_up(leg)
    hangup = api.post(f"/calls/{leg.call_control_id}/actions/hangup", json={})
    answers = [seen(join(api, conference, call_control_id=leg.call_control_id)), seen(hangup)]
    assert answers == [(422, "90018", {})] * 2


def test_leg_that_is_not_answered_cannot_join_or_create(sim, api, conference):
    leg = sim.dial("+14155550191", answered=False)
    body = {"call_control_id": leg.call_control_id}
    created = api.post("/conferences", json={**body, "name": "New"})
    assert [seen(join(api, conference, **body)), seen(created)] == [(422, "90034", {})] * 2


def test_second_join_of_a_leg_is_refused(api, conference):
    response = join(api, conference, call_control_id=conference.leg(ANA).call_control_id)
    assert seen(response) == (422, "90044", {})


def test_full_conference_is_refused_with_its_limit(sim, api):
    owner, other = sim.dial(ANA), sim.dial("+14155550191")
    body = {"call_control_id": owner.call_control_id, "name": "Small", "max_participants": 2}
    made = api.post("/conferences", json=body).json()["data"]
    first = api.post(f"/conferences/{made['id']}/actions/join", json={"call_control_id": other.call_control_id})
    late = sim.dial("+14155550192")
    second = api.post(f"/conferences/{made['id']}/actions/join", json={"call_control_id": late.call_control_id})
    assert (first.status_code, seen(second)) == (200, (422, "90032", {}))
    assert "reached at 2." in second.json()["errors"][0]["detail"]


@pytest.mark.parametrize("action", ["join", "leave", "update", "mute", "unmute", "hold", "end", "stop", "record_stop"])
def test_completed_conference_takes_no_command(sim, api, conference, action):
    leg = sim.dial("+14155550191")
    sim.world.conferences.end_by_command(conference)
    body = {"call_control_id": leg.call_control_id, "supervisor_role": "monitor"}
    response = api.post(f"/conferences/{conference.id}/actions/{action}", json=body)
    assert seen(response) == (422, "90019", {})


@pytest.mark.parametrize("action", ["join", "leave", "update", "mute", "unmute", "hold", "end", "speak"])
def test_unknown_conference_is_refused(api, action):
    body = {"call_control_id": "v3:x", "supervisor_role": "monitor", "payload": "x", "voice": "female"}
    response = api.post(f"/conferences/no-such/actions/{action}", json=body)
    assert seen(response) == (404, "90058", {})


@pytest.mark.parametrize("path", ["/conferences/{name}", "/conferences/{name}/participants"])
def test_questions_do_not_accept_a_name(api, conference, path):
    assert seen(api.get(path.format(name=conference.name))) == (404, "90058", {})


def test_end_does_not_accept_a_name(api, conference):
    response = api.post(f"/conferences/{conference.name}/actions/end", json={})
    assert (seen(response), conference.status) == ((404, "90058", {}), "in_progress")


def test_name_in_use_cannot_be_created_again(sim, api, conference):
    leg = sim.dial("+14155550191")
    response = api.post("/conferences", json={"call_control_id": leg.call_control_id, "name": conference.name})
    assert seen(response) == (422, "90033", {})


def test_name_of_a_completed_conference_is_free_again(sim, api, conference):
    sim.world.conferences.end_by_command(conference)
    leg = sim.dial("+14155550191")
    response = api.post("/conferences", json={"call_control_id": leg.call_control_id, "name": conference.name})
    assert response.json()["data"]["id"] != conference.id


def test_unknown_application_cannot_dial(sim, api):
    assert seen(dial(api, sim, connection_id="1")) == (422, "10015", {"pointer": "/connection_id"})


@pytest.mark.parametrize("to", ["4155550199", "+0123456789", "+34", "ana.ruiz", "sip:", "sip:ana", "tel:+14155550199"])
def test_dial_to_an_invalid_address_is_refused(sim, api, to):
    assert seen(dial(api, sim, to=to)) == (422, "10016", {"pointer": "/to"})


@pytest.mark.parametrize("to", ["+34600000001", "sip:ana@agents.example", ["+34600000001", "+34600000002"]])
def test_dial_to_number_sip_address_or_list_is_accepted(sim, api, to):
    assert dial(api, sim, to=to).status_code == 200


@pytest.mark.parametrize("seconds", [4, 601, "30", True])
def test_ring_time_outside_its_bounds_is_refused(sim, api, seconds):
    assert seen(dial(api, sim, timeout_secs=seconds)) == (422, "90028", {"pointer": "/timeout_secs"})


def test_answer_on_an_outgoing_leg_is_refused(sim, api):
    leg = sim.dial(ANA, answered=False)
    assert seen(api.post(f"/calls/{leg.call_control_id}/actions/answer", json={})) == (422, "90102", {})


@pytest.mark.parametrize("limit", [1, 801])
def test_max_participants_out_of_range_is_refused(api, limit):
    response = api.post("/conferences", json={"call_control_id": "v3:x", "name": "x", "max_participants": limit})
    assert seen(response) == (422, "10033", {"pointer": "/max_participants"})


@pytest.mark.parametrize("limit", [2, 800])
def test_max_participants_at_its_bounds_is_accepted(sim, api, limit):
    body = {"call_control_id": sim.dial(ANA).call_control_id, "name": "x", "max_participants": limit}
    assert api.post("/conferences", json=body).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"), [("mute", "yes"), ("whisper_call_control_ids", "v3:x"), ("whisper_call_control_ids", [1])]
)
def test_value_of_the_wrong_type_is_refused(api, conference, field, value):
    response = join(api, conference, call_control_id="v3:x", **{field: value})
    assert seen(response) == (422, "10026", {"pointer": f"/{field}"})


def test_hold_audio_and_hold_media_exclude_each_other(api, conference):
    response = join(api, conference, call_control_id="v3:x", hold_audio_url="http://m.example/a", hold_media_name="a")
    assert seen(response) == (422, "10015", {"pointer": "/hold_audio_url"})


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"])
def test_body_that_is_not_a_json_object_is_refused(api, conference, body):
    response = api.post(f"/conferences/{conference.id}/actions/mute", content=body)
    assert (seen(response)[:2], [stay.muted for stay in conference.participants]) == ((400, "10023"), [False] * 3)


def test_unknown_address_is_not_found(api):
    assert [seen(api.get("/nothing")), seen(api.delete("/conferences"))] == [(404, "10005", {})] * 2


def test_unknown_participant_is_not_found(api, conference):
    assert seen(api.get(f"/conferences/{conference.id}/participants/nobody")) == (404, "10005", {})


def test_call_is_remembered_for_ten_minutes_after_its_end(sim, api):
    leg = sim.dial(ANA)
    sim.far_end_hangs_up(leg)
    sim.advance(599)
    shown = api.get(f"/calls/{leg.call_control_id}").json()["data"]
    sim.advance(2)
    assert (shown["is_alive"], "end_time" in shown) == (False, True)
    assert seen(api.get(f"/calls/{leg.call_control_id}")) == (404, "10005", {})


JOIN_PAGE_EXAMPLES = [
    ("10004", "/to"), ("90015", "/call_control_id"), ("90018", None), ("90034", None), ("90020", None),
    ("90054", None), ("90061", None), ("90019", None), ("90033", None), ("90032", None), ("90036", None),
    ("90038", None), ("10015", "/connection_id"), ("10016", "/to"), ("10011", "/media_encryption"),
    ("90031", None), ("90045", None), ("10032", "/record_channels"), ("10033", "/max_participants"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "pointer"), JOIN_PAGE_EXAMPLES)
def test_every_example_of_the_join_page_can_be_produced(sim, api, conference, code, pointer):
    error = {
        "code": code,
        "title": "Example",
        "detail": "Words.",
        **({"source": {"pointer": pointer}} if pointer else {}),
    }
    sim.faults.add("answer", method="POST", path="/actions/join$", status=422, body={"errors": [error]})
    ana = conference.leg(ANA).call_control_id
    first = join(api, conference, call_control_id=ana)
    assert (first.status_code, json.loads(first.content)) == (422, {"errors": [error]})
    assert seen(join(api, conference, call_control_id=ana))[1] == "90044"
