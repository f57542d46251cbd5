"""Bytes become an event or are unusable; nothing else ever happens."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.telnyx.events import Event, Unusable, encode, parse

RECEIVED = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
OCCURRED = datetime(2026, 11, 22, 10, 42, 6, 123456, tzinfo=UTC)
DATA = {
    "record_type": "event",
    "event_type": "call.answered",
    "id": "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0",
    "occurred_at": "2026-11-22T10:42:06.123456Z",
    "payload": {"call_control_id": "v3:leg", "from": "+34600000012", "client_state": None},
}
ORDER = [
    "call.initiated",
    "call.answered",
    "conference.created",
    "conference.participant.joined",
    "conference.floor.changed",
    "conference.participant.left",
    "call.hangup",
    "conference.ended",
]


def body(meta=None, **changes):
    data = {name: value for name, value in (DATA | changes).items() if value is not ...}
    return orjson.dumps({"data": data} if meta is None else {"data": data, "meta": meta})


def outcome(bytes_):
    try:
        return parse(bytes_, RECEIVED)
    except Unusable as unusable:
        return unusable


def reason_for(bytes_):
    with pytest.raises(Unusable) as caught:
        parse(bytes_, RECEIVED)
    return caught.value.reason


def test_parse_reads_the_envelope():
    event = parse(body(meta={"attempt": 3}), RECEIVED)
    assert event == Event(DATA["id"], "call.answered", OCCURRED, DATA["payload"], attempt=3)


def test_parse_keeps_unknown_types_and_fields():
    event = parse(body(event_type="call.brand_new", payload={"new": [1, {"deep": True}]}), RECEIVED)
    assert (event.type, event.payload) == ("call.brand_new", {"new": [1, {"deep": True}]})


@pytest.mark.parametrize(
    ("bytes_", "reason"),
    [
        (b"", "not JSON"),
        (b'{"data": "\xff"}', "not UTF-8"),
        ('{"data": {}}'.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf" + body(), "begins with a byte order mark"),
        (b'{"data": NaN}', "not JSON"),
        (b'{"data": -Infinity}', "not JSON"),
        (b'{"data": 1e400}', "not JSON"),
        (b'{"data": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"data": "\\ud800"}', "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "not JSON"),
        (b'{"data": ' + b"[" * 500 + b"]" * 500 + b"}", "nested too deeply"),
        (b"[]", "the body is no object"),
        (b"null", "the body is no object"),
        (b"{}", "data is no object"),
        (b'{"data": null}', "data is no object"),
        (b'{"data": []}', "data is no object"),
        (body(event_type=...), "no usable event_type"),
        (body(event_type=""), "no usable event_type"),
        (body(event_type=7), "no usable event_type"),
        (body(event_type="x" * 256), "no usable event_type"),
        (body(payload=...), "payload is no object"),
        (body(payload=[]), "payload is no object"),
        (body(payload={"to": "a\0b"}), "NUL character in a string"),
        (body(payload={"a\0b": 1}), "NUL character in a string"),
        (body(payload={"deep": [{"deeper": ["\0"]}]}), "NUL character in a string"),
        (body(id="\0"), "NUL character in a string"),
    ],
)
def test_parse_says_why_bytes_are_unusable(bytes_, reason):
    assert reason_for(bytes_) == reason


def test_parse_accepts_an_escaped_backslash_before_u0000():
    event = parse(body(payload={"to": r"a\u0000b"}), RECEIVED)
    assert event.to == r"a\u0000b"


@given(st.binary(max_size=300))
def test_parse_of_any_bytes_is_an_event_or_unusable(bytes_):
    assert isinstance(outcome(bytes_), Event | Unusable)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["event_type", "id", "occurred_at", "payload"]), json_values), json_values)
def test_parse_of_any_json_is_an_event_or_unusable(data, meta):
    event = outcome(orjson.dumps({"data": data, "meta": meta}))
    told = (data["event_type"], data["payload"]) if isinstance(event, Event) else None
    assert told == (event.type, event.payload) if told else isinstance(event, Unusable)


@pytest.mark.parametrize("missing", [..., None, "", 7, "x" * 256])
def test_parse_identifies_an_event_without_id_by_its_hash(missing):
    assert parse(body(id=missing), RECEIVED).id == hashlib.sha256(body(id=missing)).hexdigest()


@pytest.mark.parametrize(
    ("in_data", "payload"),
    [
        ("2026-11-22T10:42:06.123456Z", {"occurred_at": "2026-11-22T09:00:00Z"}),
        ("2026-11-22T11:42:06.123456+01:00", {}),
        ("2026-11-22T10:42:06.123456789Z", {}),
        (..., {"occurred_at": "2026-11-22T10:42:06.123456Z", "occured_at": "2026-11-22T09:00:00Z"}),
        (..., {"occured_at": "2026-11-22T10:42:06.123456Z"}),
        (None, {"occurred_at": 7, "occured_at": "2026-11-22T10:42:06.123456Z"}),
        ("yesterday", {"occurred_at": "2026-11-22T10:42:06.123456Z"}),
        ("2026-11-22T10:42:06", {"occurred_at": "2026-11-22T10:42:06.123456Z"}),
        ("0001-01-01T00:00:00+14:00", {"occurred_at": "2026-11-22T10:42:06.123456Z"}),
        ("9999-12-31T23:59:59Z", {"occurred_at": "2026-11-22T10:42:06.123456Z"}),
    ],
)
def test_parse_takes_the_first_usable_time(in_data, payload):
    event = parse(body(occurred_at=in_data, payload=payload), RECEIVED)
    assert (event.occurred_at, event.occurred_at.tzinfo) == (OCCURRED, UTC)


def test_parse_falls_back_on_the_receipt_time_in_utc():
    received = RECEIVED.astimezone(timezone(timedelta(hours=9)))
    event = parse(body(occurred_at=..., payload={"occurred_at": "never"}), received)
    assert (event.occurred_at, event.occurred_at.tzinfo) == (RECEIVED, UTC)


@pytest.mark.parametrize(
    "meta", [None, {}, [], {"attempt": "2"}, {"attempt": True}, {"attempt": 0}, {"attempt": 2**40}]
)
def test_parse_takes_an_odd_attempt_for_the_first(meta):
    assert parse(body(meta=meta), RECEIVED).attempt == 1


ACCESSORS = {
    "call_control_id": "call_control_id",
    "call_leg_id": "call_leg_id",
    "call_session_id": "call_session_id",
    "connection_id": "connection_id",
    "conference_id": "conference_id",
    "client_state": "client_state",
    "from_": "from",
    "to": "to",
    "direction": "direction",
    "state": "state",
    "hangup_cause": "hangup_cause",
    "hangup_source": "hangup_source",
    "sip_hangup_cause": "sip_hangup_cause",
    "reason": "reason",
}


@pytest.mark.parametrize(("accessor", "key"), ACCESSORS.items())
def test_event_gives_the_string_of_its_payload(accessor, key):
    assert getattr(Event("i", "t", OCCURRED, {key: "v" * 255}), accessor) == "v" * 255


@pytest.mark.parametrize("value", [None, "", 7, True, ["x"], {"x": 1}, "v" * 257])
@pytest.mark.parametrize(("accessor", "key"), ACCESSORS.items())
def test_event_gives_none_for_anything_but_a_short_string(accessor, key, value):
    assert getattr(Event("i", "t", OCCURRED, {key: value}), accessor) is None


def test_event_keeps_the_longest_client_state_we_send():
    assert Event("i", "t", OCCURRED, {"client_state": "v" * 256}).client_state == "v" * 256


def test_event_is_hashable_and_hides_its_payload_in_repr():
    event = Event("i", "t", OCCURRED, {"from": "+34600000012"})
    assert {event: 1}[Event("i", "t", OCCURRED, {"from": "+34600000012"})] == 1
    assert "+34600000012" not in repr(event)


@pytest.mark.parametrize("order", [ORDER, ORDER[::-1], ORDER[3:] + ORDER[:3]])
def test_sort_key_orders_equal_times_by_event_type(order):
    events = [Event("same", type_, OCCURRED, {}) for type_ in order]
    assert [event.type for event in sorted(events, key=lambda event: event.sort_key)] == ORDER


def test_sort_key_orders_by_time_first_and_id_last():
    later, b, a = (
        Event("0", "call.initiated", RECEIVED, {}),
        Event("b", "call.hangup", OCCURRED, {}),
        Event("a", "call.hangup", OCCURRED, {}),
    )
    assert sorted([later, b, a], key=lambda event: event.sort_key) == [a, b, later]


def test_sort_key_puts_our_own_facts_in_the_middle():
    joined, left = ORDER[3], ORDER[5]
    for type_, (first, last) in itertools.product(["readback.participant", "command.join"], [(joined, left)]):
        keys = [Event("i", kind, OCCURRED, {}).sort_key for kind in (first, type_, last)]
        assert keys == sorted(keys)


plain_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=8,
)
events = st.builds(
    Event,
    id=plain_text.filter(bool),
    type=plain_text.filter(bool),
    occurred_at=st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    payload=st.dictionaries(plain_text, plain_json, max_size=5),
    attempt=st.integers(1, 1000),
)


@given(events)
def test_encode_is_read_back_as_the_same_event(event):
    assert parse(encode(event), RECEIVED) == event


@pytest.mark.parametrize(
    ("payload", "reason"), [({"to": "\0"}, "NUL character in a string"), ({"n": float("nan")}, "number without end")]
)
def test_encode_refuses_what_parse_would_refuse(payload, reason):
    with pytest.raises(Unusable) as caught:
        encode(Event("i", "command.join", OCCURRED, payload))
    assert caught.value.reason == reason


@pytest.mark.parametrize("payload", [{"n": 2**70}, {"s": "\ud800"}, {"o": object()}])
def test_encode_refuses_what_json_has_no_form_for(payload):
    with pytest.raises(ValueError, match=r"^The event's payload has no JSON form: "):
        encode(Event("i", "command.join", OCCURRED, payload))
