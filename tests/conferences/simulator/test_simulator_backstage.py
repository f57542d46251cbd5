"""The routes only tests use."""

import httpx
import pytest

ANA = "sip:ana.ruiz@agents.example"


@pytest.fixture
def backstage(sim):
    with httpx.Client(transport=sim.client_transport, base_url="http://provider.test/test") as client:
        yield client


def test_world_shows_what_the_api_hides(sim, backstage, conference):
    leg = sim.dial("+14155550191")
    sim.join(conference, leg, role="whisper", whisper_to=(conference.leg(ANA).call_control_id,))
    seen = backstage.get("/world").json()
    participant = seen["conferences"][0]["participants"][-1]
    assert participant["role"] == "whisper"
    assert participant["far_end"] == "+14155550191"
    assert participant["whisper_call_control_ids"] == [conference.leg(ANA).call_control_id]
    assert seen["legs"][-1]["conference_id"] == conference.id


def test_hearing_is_the_oracles(sim, backstage, conference):
    heard = backstage.get(f"/conferences/{conference.id}/hearing").json()
    assert {key: set(value) for key, value in heard.items()} == sim.heard_by(conference)


def test_hearing_on_a_bridged_call_is_the_oracles(sim, backstage):
    agent, caller = (sim.dial(address) for address in ("sip:ana.ruiz@agents.example", "+14155550171"))
    sim.world.legs.bridge(agent, caller)
    heard = backstage.get(f"/legs/{agent.call_control_id}/hearing").json()
    assert heard == {
        agent.call_control_id: [caller.call_control_id],
        caller.call_control_id: [agent.call_control_id],
    }


def test_ready_conference_is_built_in_one_go(sim, backstage):
    body = {"agents": [ANA, "+14155550122"], "customer": "+34600000050", "name": "Support 9"}
    made = backstage.post("/conferences", json=body).json()
    assert (made["name"], [each["far_end"] for each in made["participants"]]) == (
        "Support 9",
        ["+34600000050", ANA, "+14155550122"],
    )


def test_incoming_call_rings(sim, backstage):
    leg = backstage.post("/calls", json={"from": "+34600000050", "to": "+14155550101"}).json()
    assert (leg["state"], leg["direction"]) == ("initiated", "incoming")


@pytest.mark.parametrize(
    ("action", "event"), [("hangs_up", "call.hangup"), ("holds", "call.hold"), ("answers", None), ("resumes", None)]
)
def test_far_end_does_as_told(backstage, conference, told, action, event):
    leg = conference.leg(ANA)
    backstage.post(f"/legs/{leg.call_control_id}/{action}")
    assert told()[:1] == ([event] if event else [])


def test_phone_is_set_and_clock_advanced(sim, backstage):
    backstage.post("/phones", json={"address": "+14155550199", "outcome": "busy", "after": 1})
    leg = sim.dial("+14155550199", answered=False)
    backstage.post("/clock", json={"seconds": 1})
    assert leg.hangup_cause == "user_busy"


def test_switches_are_set(sim, backstage):
    backstage.post("/switches", json={"monitor_shows_muted": False})
    assert sim.switches.monitor_shows_muted is False


def test_faults_are_set_and_cleared(sim, api, backstage):
    faults = {"webhooks": {"drop_rate": 0.5}, "api": [{"kind": "unavailable", "times": None}]}
    backstage.post("/faults", json=faults)
    during = (sim.faults.webhooks.drop_rate, api.get("/conferences").status_code)
    backstage.delete("/faults")
    assert during == (0.5, 503)
    assert sim.faults.webhooks.drop_rate == 0.0
    assert api.get("/conferences").status_code == 200


def test_the_application_is_changed_as_in_the_portal(sim, api, backstage):
    backstage.post("/application", json={"webhook_timeout_secs": 1, "first_command_timeout": False})
    shown = api.get(f"/call_control_applications/{sim.app.connection_id}").json()["data"]
    assert (shown["webhook_timeout_secs"], shown["first_command_timeout"]) == (1, False)


def test_command_log_tells_what_was_sent(api, backstage, conference):
    api.post(f"/conferences/{conference.id}/actions/mute", json={"call_control_ids": ["v3:x"]})
    log = backstage.get("/commands").json()
    assert [(each["path"], each["body"], each["status"]) for each in log] == [
        (f"/v2/conferences/{conference.id}/actions/mute", {"call_control_ids": ["v3:x"]}, 422)
    ]


def test_events_are_told_whether_delivered_or_not(sim, backstage, conference):
    assert backstage.get("/events").json() == [event.data for event in sim.events]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/switches", {"nonsense": 1}),
        ("/phones", {"address": "+1", "outcome": "explodes"}),
        ("/faults", {"api": [{"kind": "meteor"}]}),
        ("/faults", {"api": [{"kind": "error", "path": "("}]}),
        ("/faults", {"api": [{"kind": "error", "method": None}]}),
        ("/faults", {"api": [{"kind": "error", "times": "often"}]}),
        ("/faults", {"api": [{"kind": "slow", "seconds": -1}]}),
        ("/faults", {"api": [{"kind": "answer", "status": None, "body": 7, "colour": "red"}]}),
        ("/application", {"colour": "red"}),
        ("/calls", {}),
        ("/clock", {"seconds": "soon"}),
        ("/conferences", {"agent": ANA}),
    ],
)
def test_mistake_is_answered_with_400_and_its_words(backstage, path, body):
    response = backstage.post(path, json=body)
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_command_log_omits_questions_and_backstage_requests(sim, api, backstage, conference):
    api.get("/conferences")
    backstage.get("/world")
    backstage.post("/clock", json={"seconds": 1})
    assert sim.commands == []
