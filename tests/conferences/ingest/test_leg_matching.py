"""Whose leg it is: what decides who may be whispered to, so every doubt counts against."""

from __future__ import annotations

import uuid

import pytest

from conferences.ingest.leg_matching import recognise
from conferences.models import Agent, AgentAddress, Device, Leg, Supervision
from tests.support.events import MORNING, joined, receive
from tests.support.story import ANA, CHEN, CUSTOMER, DESK, SUPPORT_NUMBER


def kind_of(leg: Leg) -> tuple[str, str, str]:
    recognise(leg)
    return leg.kind, str(leg.agent or ""), str(leg.queue or "")


def outgoing(address: str) -> Leg:
    return Leg(call_control_id="v3:a", direction="outgoing", from_address="+34910000000", to_address=address)


def incoming(address: str, dialled: str = "+34910000000") -> Leg:
    return Leg(call_control_id="v3:a", direction="incoming", from_address=address, to_address=dialled)


@pytest.mark.parametrize(
    "spelling",
    ["sip:ana.ruiz@agents.example", "SIP:Ana.Ruiz@AGENTS.example", "sips:ana.ruiz@agents.example",
     "ana.ruiz@agents.example", "sip:ana.ruiz@agents.example;transport=tls", " sip:ana.ruiz@agents.example "],
)  # fmt: skip
def test_an_agent_is_known_by_any_sip_address_spelling(directory, spelling):
    assert kind_of(outgoing(spelling)) == ("agent", "Ana Ruiz", "")
    assert kind_of(incoming(spelling)) == ("customer", "", "")  # what a caller shows proves nothing


@pytest.mark.parametrize("spelling", ["+14155550121", "+1 415 555 0121", "+1 (415) 555-0121", "tel:+1-415-555-0121"])
def test_an_agent_is_known_by_any_number_spelling(directory, spelling):
    assert kind_of(outgoing(spelling)) == ("agent", "Chen Wei", "")


@pytest.mark.parametrize(
    "address", [CUSTOMER, "+14155550122", "sip:ana.ruiz@elsewhere.example", "sip:ana@agents.example", "anonymous", "☎"]
)
def test_nobody_else_is_an_agent(directory, address):
    assert kind_of(outgoing(address)) == ("customer", "", "")


def test_a_user_without_host_matches_any_dialled_host(directory):
    AgentAddress.objects.create(agent=directory.luis, address="sip:gencred7")
    assert kind_of(outgoing("sip:gencred7@sip.provider.example")) == ("agent", "Luis Ortega", "")
    assert kind_of(outgoing("sip:gencred77@sip.provider.example")) == ("customer", "", "")


def test_the_whole_address_precedes_the_user_without_host(directory):
    other = Agent.objects.create(name="Another Ana", team=directory.sales)
    AgentAddress.objects.create(agent=other, address="sip:ana.ruiz")
    assert kind_of(outgoing(ANA)) == ("agent", "Ana Ruiz", "")
    assert kind_of(outgoing("sip:ana.ruiz@elsewhere.example")) == ("agent", "Another Ana", "")


def test_only_the_far_end_tells_whose_leg_it_is(directory):
    leg = Leg(call_control_id="v3:a", direction="outgoing", from_address=CHEN, to_address=CUSTOMER)
    assert kind_of(leg) == ("customer", "", "")


@pytest.mark.parametrize(
    "leg",
    [Leg(call_control_id="v3:a"), Leg(call_control_id="v3:a", from_address=CHEN, to_address=ANA),
     Leg(call_control_id="v3:a", direction="outgoing", from_address=CHEN),
     Leg(call_control_id="v3:a", from_address="+14155559999", to_address=CHEN)],
)  # fmt: skip
def test_a_leg_with_too_little_known_is_unknown(directory, leg):
    assert kind_of(leg) == ("unknown", "", "")


def test_who_dials_a_queue_is_a_customer_of_it(directory):
    assert kind_of(incoming(CUSTOMER, SUPPORT_NUMBER)) == ("customer", "", "Helpdesk")
    assert kind_of(incoming(CUSTOMER, "+1 (415) 555-0101")) == ("customer", "", "Helpdesk")
    assert kind_of(incoming(CUSTOMER, "+14155550999")) == ("customer", "", "")


@pytest.mark.parametrize("shown", [CHEN, ANA, DESK])
def test_a_queues_caller_is_a_customer_whatever_the_number(directory, marta, shown):
    assert kind_of(incoming(shown, SUPPORT_NUMBER)) == ("customer", "", "Helpdesk")


def test_outgoing_calls_to_a_queues_number_have_no_queue(directory):
    assert kind_of(outgoing(SUPPORT_NUMBER)) == ("customer", "", "")


def test_a_supervisors_device_is_hers_only_when_we_called(directory, marta):
    assert [kind_of(outgoing(DESK)), kind_of(incoming(DESK))] == [("supervisor", "", ""), ("customer", "", "")]


def test_a_called_phone_shared_with_supervisors_is_the_agents(directory, marta):
    Device.objects.create(supervisor=marta.supervisor, name="Shared", address=CHEN)
    assert kind_of(outgoing(CHEN)) == ("agent", "Chen Wei", "")


def test_a_supervisions_leg_is_the_supervisors_whatever_its_address(directory, marta):
    receive([joined("x")])
    conference = Leg.objects.get().participants.get().conference
    Supervision.objects.create(user=marta, conference=conference, token=uuid.uuid4(), call_control_id="v3:a",
                               requested_role="monitor", requested_at=MORNING, created_at=MORNING)  # fmt: skip
    assert kind_of(outgoing(ANA)) == ("supervisor", "", "")
    assert kind_of(Leg(call_control_id="v3:b", direction="outgoing", to_address=ANA)) == ("agent", "Ana Ruiz", "")


def test_an_earlier_match_of_a_leg_does_not_last(directory):
    leg = incoming(CUSTOMER, SUPPORT_NUMBER)
    recognise(leg)
    leg.direction, leg.to_address = "outgoing", ANA
    assert kind_of(leg) == ("agent", "Ana Ruiz", "")
