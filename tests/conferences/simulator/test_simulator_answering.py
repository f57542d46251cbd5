"""Whoever answers: what detection tells of them, when, and which keys they press."""

import pytest

from conferences.simulator.phones import ANSWERERS
from conferences.simulator.world import DialOptions, Gather

PHONE, FROM, AGENT = "+14155550191", "+14155550100", "+14155550121"
IOS, PREMIUM = "premium_ios_call_screening_detection", "premium"


def call(sim, outcome, detection=None):
    sim.phones.set(PHONE, outcome, after=1)
    leg = sim.world.legs.dial(sim.app, FROM, PHONE, DialOptions(detection=detection))
    sim.advance(1.5)
    assert leg.state == "answered"
    return leg


def told(sim):
    names = {"call.machine.": "", "premium.": "", "call_screening.detected": "screening", "detection.ended": "is",
             "greeting.ended": "greeting"}  # fmt: skip
    found = []
    for event in sim.events:
        if event.type.startswith(("call.machine.", "call.gather.")):
            name = event.type
            for long, short in names.items():
                name = name.replace(long, short)
            found.append(f"{name} {event.payload.get('result') or event.payload.get('status')}")
    return found


@pytest.mark.parametrize(
    ("outcome", "detection", "expected"),
    [
        ("answers", None, []),
        ("answers", "disabled", []),
        ("voicemail", None, []),
        ("answers", PREMIUM, ["is human_residence"]),
        ("answers", "detect", ["is human"]),
        ("unclear", PREMIUM, ["is not_sure"]),
        ("silence", IOS, ["is silence"]),
        ("silence", "detect", ["is not_sure"]),
        ("fax", IOS, ["is fax_detected"]),
        ("fax", "detect", ["is machine"]),
        ("voicemail", PREMIUM, ["is machine", "greeting beep_detected"]),
        ("voicemail", IOS, ["is machine", "greeting beep_detected"]),
        ("voicemail", "detect", ["is machine"]),
        ("voicemail", "detect_beep", ["is machine", "greeting beep_detected"]),
        ("voicemail", "greeting_end", ["is machine", "greeting ended"]),
        ("screener", IOS, ["is machine", "greeting prompt_ended"]),
        ("screener", PREMIUM, ["is machine"]),
        ("screener_then_person", IOS, ["is machine", "screening screening", "is human_residence"]),
        ("screener_then_voicemail", IOS, ["is machine", "screening screening", "is machine", "greeting beep_detected"]),
    ],
)
def test_detection_tells_of_whoever_answered(sim, outcome, detection, expected):
    call(sim, outcome, detection)
    sim.advance(60)
    assert told(sim) == expected


def test_a_beep_before_detection_is_told_instead_of_it(sim):
    sim.switches.set({"beep_before_detection": True})
    call(sim, "voicemail", IOS)
    sim.advance(60)
    assert told(sim) == ["greeting beep_detected"]


def test_detection_of_a_leg_that_ended_tells_nothing(sim):
    leg = call(sim, "answers", IOS)
    sim.far_end_hangs_up(leg)
    sim.advance(60)
    assert told(sim) == []


@pytest.mark.parametrize(
    ("outcome", "status", "keys"),
    [
        ("answers", "valid", "1"),
        ("late_key", "valid", "1"),
        ("wrong_key", "invalid", "77"),
        ("no_key", "timeout", ""),
        ("silence", "timeout", ""),
        ("fax", "timeout", ""),
        ("voicemail", "timeout", ""),
        ("screener", "timeout", ""),
        ("screener_then_person", "valid", "1"),
        ("screener_then_voicemail", "timeout", ""),
    ],
)
def test_whoever_is_asked_presses_the_key_or_not(sim, outcome, status, keys):
    leg = call(sim, outcome)
    sim.world.answering.gather(Gather(leg, "Press 1 to join the call.", "1", 6000, 2))
    sim.advance(90)
    assert told(sim) == [f"call.gather.ended {status}"]
    assert "".join(one.payload["digit"] for one in sim.events if one.type == "call.dtmf.received") == keys


@pytest.mark.parametrize("tells", ["answers", "tells_wrong", "tells_nothing"])
@pytest.mark.parametrize("role", ["monitor", "whisper", "barge"])
def test_a_phone_tells_whether_it_hears_a_supervisor(sim, role, tells):
    conference = sim.conference_with((AGENT,), customer=PHONE)
    agent, customer = (conference.leg(one) for one in (AGENT, PHONE))
    targets = (agent.call_control_id,) if role == "whisper" else ()
    sim.join(conference, sim.dial("+34600000077"), role=role, whisper_to=targets)
    for leg in (agent, customer):
        sim.phones.set(leg.far_end, tells)
        sim.world.answering.gather(Gather(leg, "Did you hear her? Press 1 or 2.", "12", 6000, 1))
    sim.advance(60)
    pressed = {one.payload["call_control_id"]: one.payload["digits"] for one in sim.events if "gather" in one.type}
    truth = ["12"[role == "monitor"], "12"[role != "barge"]]
    turned = {"answers": {"1": "1", "2": "2"}, "tells_wrong": {"1": "2", "2": "1"}, "tells_nothing": {"1": "", "2": ""}}
    assert [pressed[leg.call_control_id] for leg in (agent, customer)] == [turned[tells][one] for one in truth]


def test_every_answerer_is_a_phone_that_is_answered(sim):
    for outcome in ANSWERERS:
        assert call(sim, outcome).state == "answered"


def test_hanging_up_ends_the_waiting_for_a_key(sim):
    leg = call(sim, "no_key")
    sim.world.answering.gather(Gather(leg, "Press 1.", "1"))
    sim.far_end_hangs_up(leg)
    sim.advance(300)
    assert told(sim) == ["call.gather.ended call_hangup"]


def test_a_second_asking_cancels_the_first(sim):
    leg = call(sim, "no_key")
    for _ in range(2):
        sim.world.answering.gather(Gather(leg, "Press 1.", "1", 6000, 1))
    sim.advance(60)
    assert told(sim) == ["call.gather.ended cancelled", "call.gather.ended timeout"]


BODY = {"payload": "Press 1.", "voice": "AWS.Polly.Joanna", "language": "en-US", "valid_digits": "1"}


def test_a_key_is_asked_for_by_command(sim, api):
    leg = call(sim, "answers")
    response = api.post(
        f"/calls/{leg.call_control_id}/actions/gather_using_speak", json=BODY | {"client_state": "eA=="}
    )
    assert (response.status_code, response.json()) == (200, {"data": {"result": "ok"}})
    sim.advance(2)
    ended = sim.events[-1]
    assert ended.type == "call.gather.ended"
    assert ended.payload["status"] == "valid"
    assert ended.payload["digits"] == "1"
    assert ended.payload["client_state"] == "eA=="


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payload": None}, "10004"),
        ({"voice": None}, "10004"),
        ({"payload": "x" * 3001}, "10033"),
        ({"language": "xx-XX"}, "10032"),
        ({"service_level": "basic", "language": "es-ES"}, "10032"),
        ({"maximum_digits": 200}, "10033"),
        ({"client_state": "no base64"}, "90017"),
    ],
)
def test_a_bad_asking_is_refused(sim, api, changes, code):
    leg = call(sim, "answers")
    response = api.post(f"/calls/{leg.call_control_id}/actions/gather_using_speak", json=BODY | changes)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, code)


def test_a_phone_that_rings_cannot_be_asked(sim, api):
    leg = sim.dial(PHONE, answered=False)
    response = api.post(f"/calls/{leg.call_control_id}/actions/gather_using_speak", json=BODY)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "90034")


def test_a_detection_that_there_is_not_is_refused(sim, api):
    dial = {"connection_id": sim.app.connection_id, "from": FROM, "to": PHONE}
    response = api.post("/calls", json=dial | {"answering_machine_detection": "yes"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "10032")


def test_a_key_is_pressed_from_behind(sim, api):
    leg = call(sim, "no_key")
    sim.world.answering.gather(Gather(leg, "Press 1.", "1"))
    response = api.post(f"http://provider.test/test/legs/{leg.call_control_id}/presses", json={"digit": "1"})
    assert response.status_code == 200
    assert told(sim) == ["call.gather.ended valid"]
