"""The application's record at the provider, as the doctor reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conferences.doctor.application import WebhookEndpoint, examine
from conferences.doctor.findings import Level

OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR
HERE = "https://earshot.example/webhooks/telnyx/"
DOOR = WebhookEndpoint(
    path="/webhooks/telnyx/",
    hosts=("earshot.example", "10.0.0.8"),
    origins=("https://board.example",),
    from_afar=True,
    is_used=False,
)
# As the provider documents it, and as it should be for us.
GOOD = {
    "active": True,
    "application_name": "Contact center",
    "webhook_api_version": "2",
    "webhook_event_url": HERE,
    "webhook_event_failover_url": "",
    "webhook_timeout_secs": None,
    "first_command_timeout": False,
    "first_command_timeout_secs": 30,
    "outbound": {"channel_limit": 10, "outbound_voice_profile_id": "1293384261075731499"},
}


def level(subject, record, door=DOOR):
    return {one.subject: one.level for one in examine(record, door)}[subject]


def test_a_sound_application_has_nothing_to_mend():
    findings = list(examine(GOOD, DOOR))
    assert {one.level for one in findings} == {OK}
    assert {one.fix for one in findings} == {""}


@pytest.mark.parametrize(
    ("subject", "field", "value", "expected"),
    [
        ("Application", "active", False, ERROR),
        ("Outbound voice profile", "outbound", {"outbound_voice_profile_id": "1590000000000000003"}, OK),
        ("Outbound voice profile", "outbound", {"channel_limit": 10, "outbound_voice_profile_id": None}, ERROR),
        ("Outbound voice profile", "outbound", {"channel_limit": 10, "outbound_voice_profile_id": ""}, ERROR),
        ("Outbound voice profile", "outbound", {"channel_limit": 10}, ERROR),
        ("Outbound voice profile", "outbound", {}, ERROR),
        ("Outbound voice profile", "outbound", None, ERROR),
        ("Outbound voice profile", "outbound", [], ERROR),
        ("Webhook version", "webhook_api_version", "1", ERROR),
        ("Webhook version", "webhook_api_version", None, ERROR),
        ("Webhook URL", "webhook_event_url", None, ERROR),
        ("Webhook URL", "webhook_event_url", "https://other.example/hook", ERROR),
        ("Webhook URL", "webhook_event_url", "https://earshot.example/", ERROR),
        ("Webhook URL", "webhook_event_url", "https://earshot.example/webhooks/telnyx", OK),
        ("Webhook URL", "webhook_event_url", "http://earshot.example/webhooks/telnyx/", WARNING),
        ("Webhook URL", "webhook_event_url", "https://10.0.0.8/webhooks/telnyx/", ERROR),
        ("Webhook URL", "webhook_event_url", "https://board.example/webhooks/telnyx/", OK),
        ("Failover URL", "webhook_event_failover_url", "https://backup.example/hook", WARNING),
        ("Failover URL", "webhook_event_failover_url", HERE, OK),
        ("Failover URL", "webhook_event_failover_url", None, OK),
        ("Webhook timeout", "webhook_timeout_secs", 1, WARNING),
        ("Webhook timeout", "webhook_timeout_secs", 2, OK),
        ("Webhook timeout", "webhook_timeout_secs", 25, OK),
        ("Hang-up on timeout", "first_command_timeout", True, WARNING),
    ],
)
def test_a_setting_is_judged_by_its_effect_on_calls(subject, field, value, expected):
    findings = {one.subject: one for one in examine(GOOD | {field: value}, DOOR)}
    assert {one.level for other, one in findings.items() if other != subject} == {OK}
    assert (findings[subject].level, bool(findings[subject].fix)) == (expected, expected is not OK)


def test_webhooks_that_somebody_passes_on_are_no_error():
    elsewhere = GOOD | {"webhook_event_url": "https://other.example/hook"}
    assert [level("Webhook URL", elsewhere, replace(DOOR, is_used=used)) for used in (False, True)] == [ERROR, WARNING]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/webhooks/telnyx/", "http://localhost:8000/webhooks/telnyx/"])
def test_a_local_address_suits_only_a_local_provider(url):
    door = replace(DOOR, hosts=("127.0.0.1", "localhost"))
    record = GOOD | {"webhook_event_url": url}
    assert [level("Webhook URL", record, replace(door, from_afar=afar)) for afar in (False, True)] == [OK, ERROR]


def test_the_trap_names_its_seconds():
    record = GOOD | {"first_command_timeout": True, "first_command_timeout_secs": 10}
    (trap,) = [one for one in examine(record, DOOR) if one.subject == "Hang-up on timeout"]
    assert trap.message.startswith("A caller is hung up on when no program commands the call within 10 s.")


def test_an_empty_record_is_judged_all_the_same():
    assert max(one.level for one in examine({}, DOOR)) is ERROR


def test_missing_outbound_settings_give_no_finding():
    record = {name: value for name, value in GOOD.items() if name != "outbound"}
    assert "Outbound voice profile" not in {one.subject for one in examine(record, DOOR)}


def test_the_way_to_an_outbound_voice_profile_is_told():
    found = next(one for one in examine(GOOD | {"outbound": {}}, DOOR) if one.level == ERROR)
    assert "no supervisor's phone can be called" in found.message
    assert "Assign one" in found.fix


@pytest.mark.parametrize(
    ("inbound", "level"),
    [
        ({"sip_subdomain": "acme", "sip_subdomain_receive_settings": "from_anyone"}, WARNING),
        ({"sip_subdomain": "acme"}, WARNING),  # the vendor's default
        ({"sip_subdomain": "acme", "sip_subdomain_receive_settings": None}, WARNING),
        ({"sip_subdomain": "acme", "sip_subdomain_receive_settings": "only_my_connections"}, OK),
        ({"sip_subdomain": None, "sip_subdomain_receive_settings": "from_anyone"}, OK),
        ({"sip_subdomain": ""}, OK),
        ({}, OK),
        (None, OK),
    ],
)
def test_sip_calls_of_strangers_are_warned_of(inbound, level):
    found = {one.subject: one.level for one in examine({"inbound": inbound}, DOOR)}
    assert found["SIP calls"] == level
