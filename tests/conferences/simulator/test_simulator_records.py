"""The endpoints beside calls and conferences: deliveries, call events, credentials, the application."""

import base64
import json

import pytest

ANA = "sip:ana.ruiz@agents.example"


def deliveries(api, **params):
    return api.get("/webhook_deliveries", params=params).json()["data"]


def events(api, **params):
    return api.get("/call_events", params=params).json()["data"]


def test_deliveries_are_listed_latest_first_once_they_are_finished(sim, api):
    sim.incoming_call()
    pending = deliveries(api)
    sim.pump()
    sim.incoming_call()
    sim.pump()
    ids = [item["webhook"]["id"] for item in deliveries(api)]
    assert (pending, ids) == ([], [event.id for event in reversed(sim.events)])


def test_delivery_tells_its_event_and_every_attempt_latest_first(sim, api, receiver):
    receiver.statuses = [500]
    sim.incoming_call()
    sim.pump()
    sim.advance(1)
    sim.pump()
    record = deliveries(api)[0]
    assert record["webhook"]["payload"] == sim.events[0].payload
    assert (record["status"], [attempt["http"]["response"]["status"] for attempt in record["attempts"]]) == (
        "delivered",
        [200, 500],
    )


def test_lost_webhooks_are_found_by_their_status(sim, api):
    sim.faults.webhooks.set({"drop_rate": 1.0, "events": r"call\.answered"})
    sim.dial(ANA)
    sim.pump()
    failed = deliveries(api, **{"filter[status][eq]": "failed"})
    assert [item["webhook"]["event_type"] for item in failed] == ["call.answered"]


def test_deliveries_are_filtered_by_type_and_time(sim, api):
    sim.dial(ANA)
    sim.pump()
    sim.advance(60)
    sim.incoming_call()
    sim.pump()
    since = sim.events[-1].occurred_at.isoformat()
    recent = deliveries(api, **{"filter[started_at][gte]": since})
    answered = deliveries(api, **{"filter[event_type]": "call.answered,call.hangup"})
    assert [item["webhook"]["event_type"] for item in recent] == ["call.initiated"]
    assert [item["webhook"]["event_type"] for item in answered] == ["call.answered"]


def test_call_events_order_a_legs_webhooks_and_commands(sim, api, conference):
    leg = sim.dial("+14155550191")
    api.post(f"/conferences/{conference.id}/actions/join", json={"call_control_id": leg.call_control_id})
    sim.advance(1)
    api.post(f"/calls/{leg.call_control_id}/actions/hangup", json={})
    names = [(item["type"], item["name"]) for item in events(api, **{"filter[leg_id]": leg.call_leg_id})]
    assert names == [
        ("webhook", "call.initiated"),
        ("webhook", "call.answered"),
        ("webhook", "conference.participant.joined"),
        ("command", "join"),
        ("webhook", "call.hangup"),
        ("webhook", "conference.participant.left"),
        ("command", "hangup"),
    ]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("event", lambda data: data), ("raw_event", lambda data: {"raw_event": data}), ("nothing", lambda data: {})],
)
def test_call_events_hold_the_webhook_as_it_was_sent(sim, api, shape, expected):
    sim.switches.call_event_metadata = shape
    sim.incoming_call()
    assert events(api, **{"filter[type]": "webhook"})[0]["metadata"] == expected(sim.events[0].data)


def test_a_webhook_that_is_swallowed_counts_as_delivered(sim, api, receiver):
    sim.faults.webhooks.swallow_rate = 1.0
    sim.incoming_call()
    sim.pump()
    assert ([item["status"] for item in deliveries(api)], receiver.bodies) == (["delivered"], [])


@pytest.mark.parametrize(
    ("parameter", "value", "count"),
    [("filter[type]", "webhook", 2), ("filter[type]", "command", 0), ("filter[name]", "call.answered", 1)],
)
def test_call_events_are_filtered(sim, api, parameter, value, count):
    sim.dial(ANA)
    assert len(events(api, **{parameter: value})) == count


def test_call_events_older_than_a_day_need_a_leg(sim, api):
    leg = sim.incoming_call()
    sim.advance(24 * 3600 + 1)
    assert (events(api), len(events(api, **{"filter[leg_id]": leg.call_leg_id}))) == ([], 1)


def test_call_events_of_a_session_hold_its_legs(sim, api):
    one = sim.incoming_call()
    session = {"filter[application_session_id]": one.call_session_id}
    sim.incoming_call()
    assert [item["call_leg_id"] for item in events(api, **session)] == [one.call_leg_id]


@pytest.mark.parametrize("text", ["yesterday", "2026-03-02T09:00:00"])
def test_time_that_is_no_moment_is_refused(api, text):
    response = api.get("/call_events", params={"filter[occurred_at][gte]": text})
    assert response.json()["errors"][0]["source"] == {"parameter": "filter[occurred_at][gte]"}


def test_application_tells_where_webhooks_go(sim, api):
    shown = api.get(f"/call_control_applications/{sim.app.connection_id}").json()["data"]
    assert shown["webhook_event_url"] == "http://testserver/webhooks/telnyx/"
    assert shown["webhook_api_version"] == "2"
    assert shown["webhook_timeout_secs"] is None


def test_application_settings_can_be_changed(sim, api):
    sim.configure(webhook_url="http://other.test/", webhook_timeout_secs=5, first_command_timeout=False)
    shown = api.get(f"/call_control_applications/{sim.app.connection_id}").json()["data"]
    assert shown["webhook_event_url"] == "http://other.test/"
    assert shown["webhook_timeout_secs"] == 5
    assert shown["first_command_timeout"] is False


def test_webhooks_go_to_the_applications_url_at_call_start(sim, receiver):
    sim.configure(webhook_url="http://other.test/")
    sim.incoming_call()
    sim.pump()
    assert [url for url, _, _ in receiver.posts] == ["http://other.test/"]


def test_application_without_a_webhook_url_cannot_dial(sim, api):
    sim.configure(webhook_url="")
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": ANA}
    assert api.post("/calls", json=body).json()["errors"][0]["code"] == "10015"


def test_unknown_application_is_not_found(api):
    assert api.get("/call_control_applications/1").status_code == 404


def test_credential_is_made_for_the_credential_connection(sim, api):
    response = api.post("/telephony_credentials", json={"connection_id": sim.desk.account.credential_connection_id})
    shown = response.json()["data"]
    assert response.status_code == 201
    assert shown["sip_username"][:7] == "gencred"
    assert shown["expired"] is False


def test_credential_for_an_application_is_refused(sim, api):
    response = api.post("/telephony_credentials", json={"connection_id": sim.app.connection_id})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "10015")


def test_token_is_a_bare_jwt_that_lasts_a_day(sim, api):
    made = api.post("/telephony_credentials", json={"connection_id": sim.desk.account.credential_connection_id})
    response = api.post(f"/telephony_credentials/{made.json()['data']['id']}/token")
    claims = json.loads(base64.urlsafe_b64decode(response.text.split(".")[1] + "=="))
    assert (response.status_code, response.headers["content-type"]) == (201, "text/plain; charset=utf-8")
    assert claims["exp"] - claims["iat"] == 24 * 3600


def test_token_of_an_unknown_credential_is_not_found(api):
    assert api.post("/telephony_credentials/nobody/token").status_code == 404


def test_client_state_can_be_replaced(sim, api):
    leg = sim.dial(ANA, client_state="b2xk")
    response = api.put(f"/calls/{leg.call_control_id}/actions/client_state_update", json={"client_state": "bmV3"})
    sim.far_end_hangs_up(leg)
    assert (response.status_code, sim.events[-1].payload["client_state"]) == (200, "bmV3")
