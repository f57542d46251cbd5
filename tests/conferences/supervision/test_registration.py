"""A SIP phone that is not signed in at the provider is said to be so before it is rung, and rung all the same."""

from __future__ import annotations

import pytest

from conferences.models import AuditEntry
from conferences.supervision.executor import advancing
from conferences.supervision.phone import registration
from tests.support.story import ANA, browser
from tests.support.supervision_helpers import ask
from tests.support.world_diff import counting

pytestmark = pytest.mark.slow

HEADSET = "sip:gencredabc123@sip.telnyx.com"


@pytest.fixture
def headset(marta):
    return marta.supervisor.devices.create(name="Headset", address=HEADSET)


def call(story, marta, headset, outcome, *, seconds=0):
    _, conference = story.call(ANA)
    story.simulator.phones.set(headset.address, outcome, after=3.0)
    mine = ask(marta, conference, device=headset)
    advancing.advance(mine.pk)
    for _ in range(seconds):
        story.pass_time()
    mine.refresh_from_db()
    return mine


def board(marta):
    return browser(marta).get("/").content.decode()


@pytest.mark.parametrize("record", ["flat", "data"])
@pytest.mark.parametrize("outcome", ["answers", "busy", "not_registered"])
def test_what_the_provider_says_is_kept_and_said(story, marta, headset, record, outcome):
    signed_in = outcome != "not_registered"
    story.simulator.switches.registration_record = record
    mine = call(story, marta, headset, outcome)
    assert mine.signed_in is signed_in
    assert ("Your Headset is not signed in at Telnyx" in board(marta)) is not signed_in
    assert len(story.commands("/v2/calls")) == 1


def test_unanswered_phone_is_said_to_be_not_signed_in(story, marta, headset):
    mine = call(story, marta, headset, "not_registered", seconds=6)
    assert (mine.state, mine.problem) == ("failed", "not_registered")
    assert "is not signed in, or takes no calls now." in board(marta)
    assert "Check that it is" in AuditEntry.objects.get(action="ring").note


def test_phone_signed_in_meanwhile_is_joined_without_remark(story, marta, headset):
    mine = call(story, marta, headset, "not_registered")
    story.simulator.far_end_answers(story.leg(HEADSET))
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "joined"
    assert "not signed in" not in board(marta)


@pytest.mark.parametrize("outcome", ["rings_out", "not_found"])
@pytest.mark.parametrize("kind", ["refused", "unavailable", "drop", "rate_limited", "empty", "answer", "hang"])
def test_no_answer_blocks_no_dial_and_says_nothing(story, marta, headset, outcome, kind):
    if kind == "refused":
        story.simulator.switches.registration_record = "refused"
    else:
        more = {"status": 200, "body": {"data": {"registered": "perhaps"}}} if kind == "answer" else {}
        story.simulator.faults.add(kind, method="GET", path="/sip_registration_status", times=None, **more)
    mine = call(story, marta, headset, outcome)
    assert mine.signed_in is None
    assert len(story.commands("/v2/calls")) == 1
    assert "not signed in" not in board(marta)


def test_slow_provider_is_not_waited_for(story, headset, monkeypatch):
    waited = []
    story.simulator.client_transport.wait = waited.append
    story.simulator.faults.add("hang", method="GET", path="/sip_registration_status", times=None)
    assert registration.is_signed_in(HEADSET) is None
    assert len(waited) <= 2


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (HEADSET, True),
        ("sip:reception@sip.telnyx.com", True),
        ("sip:gencredabc@telnyx.com", True),
        ("sip:gencredabc@sip.telnyx.com.evil.example", False),
        ("sip:gencredabc@eviltelnyx.com", False),
        ("sip:marta@supervisors.example", False),
        ("sip:gencredabc", False),
        ("+34600000091", False),
        ("", False),
    ],
)
def test_only_users_at_the_providers_hosts_are_asked_after(story, address, asked):
    with counting(story.simulator) as paths:
        registration.is_signed_in(address)
    assert (paths == ["/sip_registration_status"]) is asked


@pytest.mark.parametrize(
    ("address", "kind"),
    [(HEADSET, "telephony_credential"), ("sip:reception@sip.telnyx.com", "sip_credential_connection")],
)
def test_credential_and_connection_user_are_looked_up_by_kind(story, marta, address, kind):
    asked = []
    inner = story.simulator.client_transport.handle_request
    story.simulator.client_transport.handle_request = lambda request: (asked.append(request.url), inner(request))[1]
    registration.is_signed_in(address)
    assert dict(asked[-1].params) == {"credential_type": kind, "username": address[4:].partition("@")[0]}
