"""The door: who gets in, what is answered, and that nothing but a signed event leaves a trace."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from conferences.ingest.webhooks.checking import LARGEST_BODY
from conferences.models import Conference, Fact, Leg
from conferences.simulator.delivery.keys import SigningKey
from tests.support.events import MORNING, PATH, Door, envelope, over_asgi

BODY = envelope()
SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"
slow_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("earshot_webhooks_total", {"outcome": outcome}) or 0.0


def padded(size: int) -> bytes:
    return envelope(payload={"call_control_id": "v3:a", "x": "y" * (size - len(envelope()) - len(',"x":""'))})


def test_a_signed_event_is_stored_unchanged_and_acknowledged(door):
    response = door.post(BODY)
    assert (response.status_code, response.content) == (200, b"ok")
    fact = Fact.objects.get()
    assert bytes(fact.body) == BODY
    assert fact.outcome == "applied"
    assert fact.source == "webhook"
    assert fact.received_at == MORNING
    assert Leg.objects.get().call_control_id == "v3:a"


@pytest.mark.parametrize("path", ["/webhooks/telnyx/", "/webhooks/telnyx"])
def test_the_address_answers_with_and_without_its_last_slash(door, path):
    response = door.client.generic("POST", path, BODY, "application/json", headers=door.signed(BODY))
    assert (response.status_code, Fact.objects.count()) == (200, 1)


@pytest.mark.parametrize("path", ["/webhooks/telnyx/", "/webhooks/telnyx"])
def test_without_its_last_slash_the_door_is_no_wider(door, path):
    response = door.client.generic("POST", path, BODY, "application/json")
    assert (response.status_code, Fact.objects.count()) == (400, 0)


def test_a_repeated_delivery_is_acknowledged_and_changes_nothing(door):
    assert [door.post(BODY).status_code for _ in range(3)] == [200, 200, 200]
    assert Fact.objects.count() == 1


def test_a_retry_differing_only_by_attempt_is_a_duplicate(door):
    again = BODY[:-1] + b',"meta":{"attempt":2,"delivered_to":"https://other.example/"}}'
    assert [door.post(BODY).status_code, door.post(again).status_code] == [200, 200]
    assert list(Fact.objects.values_list("outcome", "attempt")) == [("applied", 1)]


def test_a_retry_of_an_undated_event_is_a_duplicate(door):
    body = envelope(occurred_at=...)
    door.post(body)
    with time_machine.travel(MORNING.replace(minute=1), tick=False):
        door.post(body, door.key.headers(body, int(MORNING.timestamp()) + 60))
    assert list(Fact.objects.values_list("outcome", "occurred_at")) == [("applied", MORNING)]


@pytest.mark.parametrize(
    "changed", [{"payload": {"call_control_id": "v3:other"}}, {"event_type": "call.hangup"}], ids=["payload", "type"]
)
def test_other_content_under_one_id_is_dead_lettered(door, changed):
    other = envelope(**changed)
    assert [door.post(BODY).status_code, door.post(other).status_code, door.post(other).status_code] == [200, 200, 200]
    dead = Fact.objects.get(outcome=Fact.Outcome.DEAD)
    assert (dead.reason, bytes(dead.body)) == ("the id of another event (0d3c)", other)
    assert Leg.objects.values_list("call_control_id", "state").get() == ("v3:a", "initiated")


@pytest.mark.parametrize("late", [-300, -299, 0, 299, 300])
def test_a_timestamp_within_five_minutes_is_accepted(door, late):
    assert door.post(BODY, door.signed(BODY, late=late)).status_code == 200


@pytest.mark.parametrize("late", [-86_400, -301, 301, 86_400])
def test_a_timestamp_further_off_is_refused_and_nothing_stored(door, late):
    response = door.post(BODY, door.signed(BODY, late=late))
    assert response.status_code == 400
    assert response.content == b"Not accepted."
    assert Fact.objects.count() == 0


@pytest.mark.parametrize("seconds", [10, 299, 301, 86_400])
def test_a_replayed_request_is_a_duplicate_and_later_refused(door, seconds):
    headers = door.signed(BODY)
    door.post(BODY, headers)
    with time_machine.travel(MORNING.timestamp() + seconds, tick=False):
        assert door.post(BODY, headers).status_code == (200 if seconds < 300 else 400)
    assert Fact.objects.count() == 1


def altered(name: str, change: Any) -> Any:
    def alter(headers: dict[str, str]) -> dict[str, str]:
        value = change(headers[name])
        others = {key: one for key, one in headers.items() if key != name}
        return others if value is None else others | {name: value}

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        lambda headers: {},
        altered(SIGNATURE, lambda value: None),
        altered(TIMESTAMP, lambda value: None),
        altered(SIGNATURE, lambda value: ""),
        altered(TIMESTAMP, lambda value: ""),
        altered(SIGNATURE, lambda value: f"{value},{value}"),  # what a server makes of a header given twice
        altered(TIMESTAMP, lambda value: f"{value},{value}"),
        altered(SIGNATURE, lambda value: value.lower()),
        altered(SIGNATURE, lambda value: value.rstrip("=")),
        altered(SIGNATURE, lambda value: f" {value}"),
        altered(SIGNATURE, lambda value: "A" * 200_000),
        altered(TIMESTAMP, lambda value: "1" * 200_000),
        altered(TIMESTAMP, lambda value: f"1_{value[1:]}"),
        altered(TIMESTAMP, lambda value: value.translate({48 + n: 0x660 + n for n in range(10)})),
        altered(TIMESTAMP, lambda value: f"-{value}"),
        altered(TIMESTAMP, lambda value: f"{value}.0"),
        altered(TIMESTAMP, lambda value: f"{value}\n"),
        altered(TIMESTAMP, lambda value: str(int(value) - 1)),
        altered(TIMESTAMP, lambda value: "nan"),
    ],
)
def test_headers_that_are_not_exactly_the_providers_are_refused(door, alter):
    response = door.post(BODY, alter(door.signed(BODY)))
    assert response.status_code == 400
    assert response.content == b"Not accepted."
    assert Fact.objects.count() == 0


def test_header_names_count_whatever_their_case(door):
    headers = {name.upper(): value for name, value in door.signed(BODY).items()}
    assert door.post(BODY, headers).status_code == 200


def test_either_key_of_a_rotation_is_accepted_until_withdrawn(door, settings):
    old, new = SigningKey.generate(), SigningKey.generate()
    settings.TELNYX_PUBLIC_KEY = f"{old.public_key}, {new.public_key}"
    first, second = envelope(id="1"), envelope(id="2")
    assert Door(key=old).post(first).status_code == 200
    assert Door(key=new).post(second).status_code == 200
    assert list(Fact.objects.order_by("event_id").values_list("event_id", "key_index")) == [("1", 0), ("2", 1)]
    settings.TELNYX_PUBLIC_KEY = new.public_key
    assert [Door(key=old).post(first).status_code, Door(key=new).post(second).status_code] == [400, 200]


@pytest.mark.parametrize("key", ["", "   ", "not base64!", "AAAA", "AAAA" * 11 + "=", ","])
def test_without_a_usable_key_everything_is_refused_and_logged(door, settings, caplog, key):
    settings.TELNYX_PUBLIC_KEY = key
    with caplog.at_level(logging.ERROR):
        response = door.post(BODY)
    assert (response.status_code, Fact.objects.count()) == (503, 0)
    said = [record.message for record in caplog.records if record.name == "conferences.ingest.webhooks.checking"]
    assert [one.split(". ")[0] for one in said] == ["No webhook can be verified: TELNYX_PUBLIC_KEY is unusable"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_are_refused(door, method):
    response = door.client.generic(method, PATH, BODY, "application/json", headers=door.signed(BODY))
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert Fact.objects.count() == 0


def test_login_and_csrf_token_are_needed_only_elsewhere(door):
    assert door.post(BODY).status_code == 200
    elsewhere = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "x", "password": "y"})
    assert elsewhere.status_code == 403
    assert Client().get("/").status_code == 302


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413), (4 * LARGEST_BODY, 413)])
def test_a_body_may_have_at_most_256_kilobytes(door, size, status):
    body = padded(size)
    assert (len(body), door.post(body).status_code) == (size, status)
    assert Fact.objects.count() == (1 if status == 200 else 0)


@pytest.mark.parametrize("length", ["abc", "", "-5", "1e3", "٣", "0x10"])
def test_a_content_length_that_is_no_number_is_survived(door, length):
    response = door.post(BODY, CONTENT_LENGTH=length)
    assert (response.status_code, Fact.objects.count()) == (400, 0)


def test_a_too_short_content_length_breaks_the_signature(door):
    assert (door.post(BODY, CONTENT_LENGTH=str(len(BODY) - 1)).status_code, Fact.objects.count()) == (400, 0)


@pytest.mark.parametrize("length", [None, "abc", "-5", "1", "99999999999"])
def test_the_received_body_counts_whatever_length_was_declared(transactional_db, door, length):
    headers = door.signed(BODY) | ({} if length is None else {"content-length": length})
    assert (over_asgi([BODY[:9], b"", BODY[9:]], headers), Fact.objects.count()) == (200, 1)


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413), (8 * LARGEST_BODY, 413)])
def test_a_chunked_body_has_the_same_limit(transactional_db, door, size, status):
    body = padded(size)
    chunks = [body[start : start + 50_000] for start in range(0, size, 50_000)]
    assert (over_asgi(chunks, door.signed(body)), Fact.objects.count()) == (status, 1 if status == 200 else 0)


def test_the_limit_does_not_hang_on_djangos_own(door, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert door.post(BODY).status_code == 200


def test_an_event_of_unknown_type_is_stored_and_ignored(door):
    before = counted("ignored")
    assert door.post(envelope(event_type="call.brand_new", payload={"new": {"deep": [1, None]}})).status_code == 200
    assert Fact.objects.values_list("outcome", "reason").get() == ("ignored", "unknown type")
    assert (counted("ignored") - before, Leg.objects.count()) == (1, 0)


def test_every_outcome_is_counted(door):
    outcomes = ("new", "duplicate", "dead", "http_400", "http_413")
    before = {outcome: counted(outcome) for outcome in outcomes}
    for body in (BODY, BODY, b"[]", padded(LARGEST_BODY + 1)):
        door.post(body)
    door.post(BODY, {})
    assert {outcome: counted(outcome) - before[outcome] for outcome in outcomes} == dict.fromkeys(outcomes, 1)


@pytest.mark.parametrize("event_type", ["readback.conference", "command.join", "readback.leg", "command.brand_new"])
def test_a_webhook_claiming_one_of_our_types_is_ignored(door, event_type):
    payload = {"conference_id": "c1", "call_control_id": "v3:a", "supervisor_role": "monitor", "is_alive": False}
    assert door.post(envelope(event_type=event_type, payload=payload)).status_code == 200
    assert Fact.objects.values_list("outcome", "reason").get() == ("ignored", "unknown type")
    assert (Conference.objects.count(), Leg.objects.count()) == (0, 0)


@pytest.fixture
def hold_database(transactional_db: None) -> Iterator[Any]:
    """Another process that has the database's lock, and ours, which does not wait for it long."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        hold, impatient, patient = "BEGIN IMMEDIATE", "PRAGMA busy_timeout = 50", "PRAGMA busy_timeout = 20000"
    else:
        other = connection.Database.connect(connection.connection.info.dsn, autocommit=True)
        other.execute("BEGIN")
        hold, impatient, patient = (
            "LOCK TABLE conferences_fact IN SHARE MODE", "SET lock_timeout = 50", "SET lock_timeout = 0",
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(impatient)
    other.execute(hold)
    yield lambda: other.execute("ROLLBACK")
    other.close()
    with connection.cursor() as cursor:
        cursor.execute(patient)


def test_an_event_that_cannot_be_stored_is_requested_again(hold_database, door, caplog):
    assert (door.post(BODY).status_code, Fact.objects.count()) == (503, 0)
    said = [record.message for record in caplog.records if record.name == "conferences.ingest.webhooks.checking"]
    assert said == ["A webhook could not be stored"]
    hold_database()
    assert (door.post(BODY).status_code, Fact.objects.count()) == (200, 1)


def test_an_unreadable_body_not_stored_is_requested_again(hold_database, door):
    assert door.post(b"[]").status_code == 503
    hold_database()
    assert (door.post(b"[]").status_code, Fact.objects.count()) == (200, 1)


def test_a_fact_and_its_consequences_are_stored_atomically(door):
    assert door.post(BODY).status_code == 200
    with connection.execute_wrapper(fail_on("UPDATE")):
        assert door.post(envelope(id="2", event_type="call.answered")).status_code == 503
    assert (Fact.objects.count(), Leg.objects.get().state) == (1, "initiated")


def fail_on(verb: str) -> Any:
    """The database refuses statements of this kind, as one that has no disk left does."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith(verb):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    return wrapper


@slow_database
@given(body=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_whatever_is_signed_is_stored_exactly_once(door, body):
    before = Fact.objects.count()
    assert [door.post(body).status_code, door.post(body).status_code] == [200, 200]
    assert Fact.objects.count() - before in {0, 1}
    assert [bytes(fact.body) for fact in Fact.objects.filter(body=body)] == [body]


@slow_database
@given(bit=st.integers(0, len(BODY) * 8 - 1))
def test_a_bit_changed_in_the_body_lets_nothing_in(door, bit):
    body = bytearray(BODY)
    body[bit // 8] ^= 1 << bit % 8
    assert (door.post(bytes(body), door.signed(BODY)).status_code, Fact.objects.count()) == (400, 0)


@slow_database
@given(name=st.sampled_from([SIGNATURE, TIMESTAMP]), position=st.integers(0, 87), bit=st.integers(0, 6))
def test_a_bit_changed_in_a_header_lets_nothing_in(door, name, position, bit):
    headers = door.signed(BODY)
    place = position % len(headers[name])
    value = headers[name]
    headers[name] = value[:place] + chr(ord(value[place]) ^ 1 << bit) + value[place + 1 :]
    assert (door.post(BODY, headers).status_code, Fact.objects.count()) == (400, 0)
