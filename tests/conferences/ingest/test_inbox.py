"""What is signed is kept: as a fact, or as a dead letter that says why, and never twice."""

from __future__ import annotations

import hashlib

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conferences.ingest import inbox
from conferences.ingest.inbox import Receipt
from conferences.models import Conference, Fact, Leg, Participant
from tests.support.events import MORNING, envelope

pytestmark = pytest.mark.scaled

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(
    ["call.initiated", "call.answered", "call.hangup", "call.hold", "conference.created", "conference.ended",
     "conference.participant.joined", "conference.participant.left", "conference.floor.changed", "call.new"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["call_control_id", "call_leg_id", "call_session_id", "conference_id", "connection_id", "client_state", "from",
     "to", "direction", "hangup_cause", "hangup_source", "reason", "occurred_at", "state"]
)  # fmt: skip
ODD_TEXT = st.text(max_size=300) | st.sampled_from(
    ["v3:a", "v3:b", "c1", "é" * 255, "x" * 256, "\u202e", "\ufeff", "💥"]
)
PAYLOADS = st.dictionaries(KEYS, ODD_TEXT | JSON, max_size=8)


def many_keys(count: int) -> bytes:
    return envelope(payload={f"{number:x}": 1 for number in range(count)})


UNUSABLE = {
    "empty": (b"", "not JSON"),
    "not JSON": (b"hello", "not JSON"),
    "form": (b"CallSid=1&From=%2B1", "not JSON"),
    "not UTF-8": (b'{"data": "\xff\xfe"}', "not UTF-8"),
    "UTF-16": (envelope().decode().encode("utf-16"), "not UTF-8"),
    "UTF-16 without mark": (envelope().decode().encode("utf-16-le"), "not JSON"),
    "BOM": (b"\xef\xbb\xbf" + envelope(), "begins with a byte order mark"),
    "list": (b"[" + envelope() + b"]", "the body is no object"),
    "string": (b'"data"', "the body is no object"),
    "NaN": (envelope().replace(b'"v3:a"', b"NaN"), "not JSON"),
    "1e400": (envelope().replace(b'"v3:a"', b"1e400"), "not JSON"),
    "lone surrogate": (envelope().replace(b"v3:a", b"\\ud800"), "not JSON"),
    "NUL": (envelope().replace(b"v3:a", b"v3:\\u0000a"), "NUL character in a string"),
    "NUL in a key": (envelope().replace(b"call_control_id", b"call\\u0000id"), "NUL character in a string"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "not JSON"),
    "deep payload": (envelope(payload={}).replace(b"{}", b'{"x":' * 200 + b"1" + b"}" * 200), "nested too deeply"),
    "long number": (envelope().replace(b'"v3:a"', b"9" * 5000), "not JSON"),
    "no data": (b"{}", "data is no object"),
    "data null": (b'{"data": null}', "data is no object"),
    "data list": (b'{"data": []}', "data is no object"),
    "no type": (envelope(event_type=...), "no usable event_type"),
    "empty type": (envelope(event_type=""), "no usable event_type"),
    "type of 256": (envelope(event_type="x" * 256), "no usable event_type"),
    "no payload": (envelope(payload=...), "payload is no object"),
}


def kept() -> list[tuple[str, str]]:
    return list(Fact.objects.values_list("outcome", "reason"))


@pytest.mark.parametrize(("body", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_signed_body_without_event_becomes_a_dead_letter(door, body, reason):
    assert [door.post(body).status_code, door.post(body).status_code] == [200, 200]
    assert (kept(), bytes(Fact.objects.get().body)) == ([("dead", reason)], body)
    assert (Conference.objects.count(), Leg.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        many_keys(20_000),
        envelope().replace(b'"id":', b'"id":"first","id":'),  # duplicate keys: the last one counts
        envelope(id=...),
        envelope(id=7),
        envelope(id="x" * 256),
        envelope(occurred_at="yesterday"),
        envelope(occurred_at="9999-12-31T23:59:59.999999Z"),
        envelope(payload={}),
        envelope(payload={"call_control_id": ["v3:a"], "from": 3, "client_state": {"x": None}}),
        envelope(payload={"call_control_id": "x" * 256}),
        b" \n" + envelope() + b"\n ",
        envelope()[:-1] + b',"meta":{"attempt":"many"}}',
        envelope()[:-1] + b',"meta":null}',
        envelope()[:-1] + b',"meta":{"attempt":99999999999999}}',
    ],
)
def test_what_is_odd_but_an_event_counts(door, body):
    assert [door.post(body).status_code, door.post(body).status_code] == [200, 200]
    assert kept() == [("applied", "")]


def test_an_event_without_id_is_identified_by_its_bytes(door):
    body = envelope(id=...)
    door.post(body)
    assert Fact.objects.get().event_id == hashlib.sha256(body).hexdigest()


def test_a_dead_letter_does_not_block_what_follows(door):
    bodies = [b"[]", envelope(id="1"), b"{}", envelope(id="2", event_type="call.answered")]
    assert [door.post(body).status_code for body in bodies] == [200] * 4
    assert Leg.objects.get().state == "answered"


def test_receipts_tell_what_became_of_a_delivery(db):
    bodies = [envelope(), envelope(), envelope(id="2", event_type="call.cost"), b"", b""]
    receipts = [inbox.receive(body, received_at=MORNING) for body in bodies]
    assert receipts == [Receipt.NEW, Receipt.DUPLICATE, Receipt.IGNORED, Receipt.DEAD, Receipt.DUPLICATE]


def test_our_own_facts_are_stored_as_told(db):
    payload = {"conference_id": "c1", "call_control_id": "v3:a", "status": "joined", "muted": True}
    told = {"source": Fact.Source.READBACK, "occurred_at": MORNING}
    assert inbox.record("readback.participant", payload, **told) is Receipt.NEW
    fact = Fact.objects.get()
    assert (fact.event.payload, fact.event.occurred_at, fact.source, fact.key_index) == (
        payload, MORNING, "readback", None,
    )  # fmt: skip
    assert Participant.objects.get().muted is True


def test_a_type_learned_later_counts_from_then_on(db):
    inbox.receive(envelope(), received_at=MORNING)
    inbox.receive(envelope(id="2", event_type="readback.conference"), received_at=MORNING)
    Fact.objects.update(outcome=Fact.Outcome.IGNORED, reason="unknown type")  # as an older fold had left them
    assert inbox.reapply_ignored() == 1
    assert dict(Fact.objects.values_list("event_type", "outcome")) == {
        "call.initiated": "applied",
        "readback.conference": "ignored",
    }


hostile = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@hostile
@given(event_type=TYPES, payload=PAYLOADS)
def test_no_payload_whatsoever_breaks_the_door(door, event_type, payload):
    payload = {key: value for key, value in payload.items() if is_json(value)}
    body = envelope(id=..., event_type=event_type, payload=payload)
    assert [door.post(body).status_code, door.post(body).status_code] == [200, 200]
    assert Fact.objects.filter(event_id=hashlib.sha256(body).hexdigest()).count() == 1


@hostile
@given(document=st.dictionaries(st.sampled_from(["data", "meta", "x"]), JSON, max_size=3))
def test_no_document_whatsoever_breaks_the_door(door, document):
    if is_json(document):
        body = orjson.dumps(document)
        assert [door.post(body).status_code, door.post(body).status_code] == [200, 200]
        assert Fact.objects.filter(event_id=hashlib.sha256(body).hexdigest()).count() == 1


def is_json(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:  # numbers beyond 64 bits and lone surrogates, which never arrive as bytes
        return False
    return True
