"""Webhooks on their way: envelope, signature, retries, failover and every fault."""

import base64
import json
import threading

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from conferences.simulator import Simulator
from conferences.simulator.delivery.keys import SigningKey

ANA = "sip:ana.ruiz@agents.example"


def verify(public_key, body, headers):
    """Check a signature the way Telnyx documents it, without our own code."""
    signed = headers["telnyx-timestamp"].encode() + b"|" + body
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    key.verify(base64.b64decode(headers["telnyx-signature-ed25519"]), signed)
    return True


def test_envelope_has_alphabetical_keys_and_its_meta(sim, receiver):
    sim.incoming_call()
    sim.pump()
    url, body, headers = receiver.posts[0]
    envelope = json.loads(body)
    assert body == json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    assert envelope["meta"] == {"attempt": 1, "delivered_to": url}
    assert (headers["User-Agent"], headers["Content-Type"]) == ("telnyx-webhooks", "application/json")


def test_client_state_that_was_never_set_is_null(sim, receiver):
    sim.incoming_call()
    sim.pump()
    assert receiver.bodies[0]["data"]["payload"]["client_state"] is None


def test_call_events_carry_undocumented_keys(sim, receiver):
    sim.incoming_call()
    sim.pump()
    payload = receiver.bodies[0]["data"]["payload"]
    assert (payload["calling_party_type"], payload["to_sip_uri"]) == ("pstn", "+14155550101@sip.telnyx.com")


IN_DATA = ("call.initiated", "call.answered", "conference.participant.joined", "call.hangup")
IN_PAYLOAD = ("conference.created", "conference.floor.changed", "conference.ended")


def a_whole_call(sim):
    conference = sim.conference_with([ANA])
    sim.world.participation.floor(conference.leg(ANA).participant)
    sim.world.conferences.end_by_command(conference)


def test_time_is_where_the_schemas_have_it(sim):
    a_whole_call(sim)
    data = {event.type: event.data for event in sim.events}
    assert [("occurred_at" in data[each], "occurred_at" in data[each]["payload"]) for each in IN_DATA + IN_PAYLOAD] == [
        *[(True, False)] * len(IN_DATA),
        *[(False, True)] * len(IN_PAYLOAD),
    ]


def test_recording_saved_has_no_time_at_all(sim, conference):
    sim.world.media.start_recording(conference, "mp3", "single")
    sim.world.media.stop_recording(conference)
    data = sim.events[-1].data
    assert ("occurred_at" in data, "occurred_at" in data["payload"]) == (False, False)


def test_no_webhook_tells_name_role_mute_hold_or_participant(sim, api, conference):
    supervisor = sim.dial("+14155550191")
    ana = conference.leg(ANA)
    sim.join(conference, supervisor, role="whisper", whisper_to=(ana.call_control_id,), mute=True, hold=True)
    sim.world.conferences.end_by_command(conference)
    keys = {key for event in sim.events for key in event.payload}
    assert keys & {"name", "conference_name", "role", "supervisor_role", "muted", "on_hold", "participant_id",
                   "whisper_call_control_ids"} == set()  # fmt: skip


def test_conference_events_have_no_numbers(sim):
    a_whole_call(sim)
    assert [
        event.type for event in sim.events if event.type.startswith("conference.") and "from" in event.payload
    ] == []


def test_signature_verifies_over_timestamp_and_raw_bytes(sim, receiver):
    sim.incoming_call()
    sim.pump()
    _, body, headers = receiver.posts[0]
    assert verify(sim.public_key, body, headers)
    with pytest.raises(InvalidSignature):
        verify(sim.public_key, body + b" ", headers)


def test_key_can_be_made_again_from_its_seed():
    key = SigningKey.generate()
    again = Simulator(key_seed=key.seed)
    assert (again.public_key, len(base64.b64decode(again.public_key))) == (key.public_key, 32)


def test_body_of_ones_own_is_signed_the_same_way(sim):
    body, headers = sim.signed({"event_type": "call.new_thing", "id": "1"})
    assert verify(sim.public_key, body, headers)
    assert json.loads(body)["data"] == {"event_type": "call.new_thing", "id": "1"}


def test_every_attempt_is_signed_anew_at_its_own_time(receiver):
    times = iter([1000.0, 1002.0])
    sim = Simulator(post=receiver, signing_time=lambda: next(times))
    receiver.statuses = [500]
    sim.incoming_call()
    sim.pump()
    sim.advance(1)
    sim.pump()
    assert [headers["telnyx-timestamp"] for _, _, headers in receiver.posts] == ["1000", "1002"]
    assert all(verify(sim.public_key, body, headers) for _, body, headers in receiver.posts)


@pytest.mark.parametrize("status", [0, 408, 429, 500, 503])
def test_failure_is_tried_again_with_growing_waits(sim, receiver, status):
    receiver.statuses = [status] * 3
    sim.incoming_call()
    counts = [sim.pump()]
    for seconds in (1, 2, 4):
        sim.advance(seconds - 0.01)
        early = sim.pump()
        sim.advance(0.02)
        counts.append(early + sim.pump())
    assert counts == [1, 1, 1, 1]
    assert [body["meta"]["attempt"] for body in receiver.bodies] == [1, 2, 3, 4]
    assert len({body["data"]["id"] for body in receiver.bodies}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_other_client_errors_are_not_tried_again(sim, receiver, status):
    receiver.statuses = [status]
    sim.incoming_call()
    sim.pump()
    sim.advance(60)
    assert sim.pump() == 0
    assert len(receiver.posts) == 1
    assert sim.deliverer.deliveries[0].status == "failed"


def test_attempts_end_after_the_last(sim, receiver):
    receiver.statuses = [500] * 9
    sim.incoming_call()
    for _ in range(9):
        sim.pump()
        sim.advance(30)
    assert (len(receiver.posts), sim.deliverer.deliveries[0].status) == (4, "failed")


def test_failover_url_is_used_without_the_first_urls_acknowledgement(receiver):
    sim = Simulator(post=receiver, webhook_url="http://first.test/", failover_url="http://second.test/")
    receiver.statuses = [404]
    sim.incoming_call()
    sim.pump()
    assert [url for url, _, _ in receiver.posts] == ["http://first.test/", "http://second.test/"]
    assert receiver.bodies[1]["meta"] == {"attempt": 1, "delivered_to": "http://second.test/"}


def test_receiver_that_breaks_the_connection_is_tried_again(sim):
    def broken(url, body, headers):
        raise ConnectionResetError

    sim.deliverer.post = broken
    sim.incoming_call()
    sim.pump()
    assert (sim.deliverer.deliveries[0].attempts[0].status, sim.deliverer.waiting) == (0, 1)


def test_leg_dialled_with_its_own_webhook_url_reports_there(sim, api, receiver):
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": ANA}
    api.post("/calls", json={**body, "webhook_url": "http://other.test/"})
    sim.pump()
    assert [url for url, _, _ in receiver.posts] == ["http://other.test/"]


def test_nothing_is_posted_before_it_is_pumped(sim, receiver):
    sim.incoming_call()
    assert (receiver.posts, sim.deliverer.waiting) == ([], 1)


def test_webhooks_come_in_order_when_nothing_disturbs_them(sim, receiver):
    a_whole_call(sim)
    sim.pump()
    assert receiver.types == [event.type for event in sim.events]


def test_webhooks_a_receiver_causes_are_pumped_too(sim, receiver):
    receiver.meanwhile = lambda: sim.incoming_call() if len(receiver.posts) == 1 else None
    sim.incoming_call()
    assert sim.pump() == 2


def test_duplicates_repeat_the_event_and_its_id(sim, receiver):
    sim.faults.webhooks.duplicate_rate = 1.0
    sim.incoming_call()
    sim.pump()
    assert receiver.bodies[0] == receiver.bodies[1]
    assert len(receiver.posts) == 2


def test_dropped_webhooks_never_arrive_but_are_on_record(sim, receiver):
    sim.faults.webhooks.drop_rate = 1.0
    sim.incoming_call()
    assert sim.pump() == 0
    assert receiver.posts == []
    assert sim.deliverer.deliveries[0].status == "failed"


def test_reordered_webhooks_all_arrive_in_another_order(sim, receiver):
    sim.faults.webhooks.reorder_rate = 0.5
    a_whole_call(sim)
    sim.pump()
    in_order = [event.id for event in sim.events]
    arrived = [body["data"]["id"] for body in receiver.bodies]
    assert (sorted(arrived), arrived == in_order) == (sorted(in_order), False)


def test_delayed_webhooks_arrive_later(sim, receiver):
    sim.faults.webhooks.set({"delay_rate": 1.0, "delay_seconds": [5, 5]})
    sim.incoming_call()
    early = sim.pump()
    sim.advance(5)
    assert (early, sim.pump()) == (0, 1)


def test_pretty_printed_body_is_still_signed_over_its_bytes(sim, receiver):
    sim.faults.webhooks.pretty_rate = 1.0
    sim.incoming_call()
    sim.pump()
    _, body, headers = receiver.posts[0]
    assert (b"\n" in body, verify(sim.public_key, body, headers)) == (True, True)


def test_extra_keys_appear_beside_the_known_ones(sim, receiver):
    sim.faults.webhooks.extra_keys_rate = 1.0
    sim.incoming_call()
    sim.pump()
    data = receiver.bodies[0]["data"]
    assert "x_shard" in data
    assert "x_added_later" in data["payload"]
    assert data["id"] == sim.events[0].id


def test_bad_signature_does_not_verify(sim, receiver):
    sim.faults.webhooks.bad_signature_rate = 1.0
    sim.incoming_call()
    sim.pump()
    _, body, headers = receiver.posts[0]
    with pytest.raises(InvalidSignature):
        verify(sim.public_key, body, headers)


def test_faults_can_be_kept_to_some_events(sim, receiver):
    sim.faults.webhooks.set({"drop_rate": 1.0, "events": r"conference\.ended"})
    a_whole_call(sim)
    sim.pump()
    assert receiver.types == [event.type for event in sim.events if event.type != "conference.ended"]


def test_paused_webhooks_wait(sim, receiver):
    sim.faults.webhooks.paused = True
    sim.incoming_call()
    while_paused = sim.pump()
    sim.faults.webhooks.paused = False
    assert (while_paused, sim.pump()) == (0, 1)


@pytest.mark.parametrize("rate", [1.0, 0.0])
def test_webhooks_may_come_before_the_answer_to_their_command(sim, api, conference, receiver, rate):
    sim.pump()
    receiver.posts.clear()
    sim.faults.webhooks.early_rate = rate
    ana = conference.leg(ANA).call_control_id
    api.post(f"/conferences/{conference.id}/actions/leave", json={"call_control_id": ana})
    assert len(receiver.posts) == rate


def test_unknown_webhook_fault_is_a_mistake(sim):
    with pytest.raises(ValueError, match="no such webhook fault: drop"):
        sim.faults.webhooks.set({"drop": 1.0})


def test_workers_deliver_concurrently_and_everything(sim, receiver):
    both = threading.Barrier(2, timeout=5)
    receiver.meanwhile = lambda: both.wait() if len(receiver.posts) <= 2 else None
    sim.deliverer.start(workers=4)
    try:
        sim.incoming_call()
        sim.incoming_call()
        assert sim.deliverer.settle() is True
    finally:
        sim.deliverer.stop()
    assert {body["data"]["id"] for body in receiver.bodies} == {event.id for event in sim.events}
