"""The directory's tables: addresses in one spelling, and never one phone for two owners."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from conferences.ingest import inbox
from conferences.models import Agent, AgentAddress, Device, Fact, Leg, Queue, QueueNumber
from tests.support.story import ANA, CHEN, DESK, SUPPORT_NUMBER

AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)


def test_an_address_is_kept_and_shown_in_canonical_form(directory):
    row = AgentAddress.objects.create(agent=directory.ana, address="+34 600 000 009")
    assert (row.address, str(row)) == ("+34600000009", "+34 600 00 00 09")
    assert AgentAddress.objects.get(pk=row.pk).address == "+34600000009"


def test_an_address_is_found_in_any_spelling(directory):
    assert AgentAddress.objects.get(address="+1 (415) 555-0121").agent == directory.chen


def test_looking_for_what_is_no_address_finds_nothing(directory):
    assert list(QueueNumber.objects.filter(number__in=["sip:ana@example.com", "anonymous", SUPPORT_NUMBER])) == list(
        directory.queue.numbers.all()
    )


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [(AgentAddress, "address", "nonsense"), (Device, "address", "600"), (QueueNumber, "number", "sip:ana@example.com")],
)
def test_what_is_no_address_is_never_saved(directory, marta, model, name, value):
    owners = {AgentAddress: {"agent": directory.ana}, QueueNumber: {"queue": directory.queue}}
    owner, before = owners.get(model, {"supervisor": marta.supervisor}), model.objects.count()
    with pytest.raises(ValidationError), transaction.atomic():
        model.objects.create(**{name: value}, **owner)
    assert model.objects.count() == before


def test_the_database_refuses_an_agents_address_respelled(directory):
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentAddress.objects.create(agent=directory.chen, address="(415) 555-0121")
    assert AgentAddress.objects.get(address=CHEN).agent == directory.chen


@pytest.mark.parametrize("address", [CHEN, "+1 415 555 0121", "4155550121", "sip:14155550121@sip.telnyx.com"])
def test_validation_refuses_an_agents_address_respelled(directory, address):
    row = AgentAddress(agent=directory.chen, address=address)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert "unique" in [error.code for error in refused.value.error_dict["address"]]


@pytest.mark.parametrize("address", [ANA, CHEN, DESK, "sip:ana.ruiz", "sip:marta"])
def test_agents_may_share_phones_with_agents_and_supervisors(directory, marta, address):
    row = AgentAddress(agent=Agent.objects.create(name="Eva", team=directory.sales), address=address)
    assert (row.full_clean(), row.save()) == (None, None)


@pytest.mark.parametrize("address", [SUPPORT_NUMBER, "(415) 555-0101", "0014155550101"])
def test_an_address_of_somebody_else_is_not_valid(directory, marta, address):
    row = AgentAddress(agent=Agent.objects.create(name="Eva", team=directory.sales), address=address)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert [error.code for error in refused.value.error_dict["address"]] == ["taken"]


@pytest.mark.parametrize("address", ["sip:ana.ruiz2@agents.example", "sip:ana.ruiz@other.example", "+34600000009"])
def test_a_free_address_is_valid(directory, marta, address):
    row = AgentAddress(agent=Agent.objects.create(name="Eva", team=directory.sales), address=address)
    assert row.full_clean() is None


def test_an_owner_keeps_an_address_of_its_own(directory):
    row = directory.ana.addresses.get()
    row.address = "SIP:Ana.Ruiz@Agents.Example"
    assert (row.full_clean(), row.address) == (None, ANA)


def test_a_sip_user_without_host_matches_every_host(directory, marta, ben):
    Device.objects.create(supervisor=marta.supervisor, name="Headset", address="sip:gencredABC")
    device = Device(supervisor=ben.supervisor, name="Desk", address="sip:gencredabc@sip.telnyx.com")
    with pytest.raises(ValidationError) as refused:
        device.full_clean()
    assert refused.value.messages == [
        "gencredabc belongs to the supervisor Marta Gil already. Take it away there first."
    ]


@pytest.mark.parametrize(
    ("written", "canonical", "dialled"),
    [
        ("sip:Marta@PBX.example.com:5060", "sip:marta@pbx.example.com", "sip:Marta@pbx.example.com"),
        ("gencredAbC123", "sip:gencredabc123", "sip:gencredAbC123@sip.telnyx.com"),
        ("(415) 555-0188", "+14155550188", "+14155550188"),
        ("+14155550188", "+14155550188", "+14155550188"),
    ],
)
def test_a_device_keeps_and_dials_the_address_as_written(marta, written, canonical, dialled):
    device = Device(supervisor=marta.supervisor, name="Other", address=written)
    device.full_clean()
    device.save()
    device.refresh_from_db()
    assert device.address == canonical
    assert device.written == written
    assert device.party.dialled == dialled
    device.full_clean()  # as a form does that brings the canonical form back
    device.save()
    device.refresh_from_db()
    assert (device.address, device.written) == (canonical, written)


@pytest.mark.parametrize("address", ["1001", "600", "ana.ruiz", "sip:marta"])
def test_a_phone_that_cannot_be_rung_is_no_device(marta, address):
    with pytest.raises(ValidationError, match="Earshot rings this phone"):
        Device(supervisor=marta.supervisor, name="Other", address=address).full_clean()


def test_a_call_to_a_sip_address_has_no_queue(directory):
    payload = {"call_control_id": "v3:1", "direction": "incoming", "from": "+34600000012", "to": "sip:help@example.com"}
    inbox.record("call.initiated", payload, source=Fact.Source.WEBHOOK, occurred_at=AT)
    leg = Leg.objects.get()
    assert (leg.kind, leg.queue) == ("customer", None)


def test_the_directory_is_named_as_people_know_it(directory, marta):
    named = [str(one) for one in (directory.support, directory.queue, directory.ana, marta.supervisor)]
    assert named == ["Support", "Helpdesk", "Ana Ruiz", "Marta Gil"]
    assert str(marta.supervisor.devices.first()) == "Desk phone (marta@supervisors.example)"


def test_a_queue_admits_supervisors_without_a_beep_by_default(directory):
    assert Queue.objects.create(name="New", team=directory.sales).beep_enabled == "never"
