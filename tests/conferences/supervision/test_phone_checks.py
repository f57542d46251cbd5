"""By what it is made sure of a person: said in the directory, refused where it cannot be, and for a leg that is up."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError

from conferences.models import Connection, Device, Leg, Participant, Supervision
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from conferences.supervision.phone import answer_checks
from conferences.supervision.phone.own_legs import own_legs
from conferences.telnyx.commands import encode_client_state
from tests.support.story import ANA, DESK, MOBILE, browser
from tests.support.supervision_helpers import ask

SIP, NUMBER = "sip:marta.two@supervisors.example", "+34600000092"


@pytest.mark.parametrize(
    ("address", "stored", "in_force"),
    [
        (NUMBER, "", "press_1"),
        (NUMBER, "press_1", "press_1"),
        (NUMBER, "detect", "detect"),
        (NUMBER, "trust", "trust"),
        (SIP, "", "trust"),
        ("sips:marta.two@supervisors.example", "", "trust"),
        ("sip:gencredABC123@sip.telnyx.com", "", "trust"),
        (SIP, "press_1", "press_1"),
        (SIP, "trust", "trust"),
    ],
)
def test_stored_check_is_in_force_and_none_means_default(marta, address, stored, in_force):
    device = Device(supervisor=marta.supervisor, name="New", address=address, answer_check=stored)
    device.full_clean()
    assert device.check_in_force == in_force


@pytest.mark.parametrize("address", [SIP, "sips:marta.two@supervisors.example", "sip:gencredABC@sip.telnyx.com"])
def test_check_the_provider_cannot_do_is_refused_when_saved(marta, address):
    with pytest.raises(ValidationError) as caught:
        Device(supervisor=marta.supervisor, name="New", address=address, answer_check="detect").full_clean()
    (sentence,) = caught.value.message_dict["answer_check"]
    assert sentence.endswith("Choose press 1 or trust.")


def test_a_check_that_there_is_not_is_refused(marta):
    with pytest.raises(ValidationError) as caught:
        Device(supervisor=marta.supervisor, name="New", address=NUMBER, answer_check="hope").full_clean()
    assert list(caught.value.message_dict) == ["answer_check"]


def test_the_admin_shows_what_is_in_force(cleo, marta):
    page = browser(cleo).get(f"/admin/conferences/supervisor/{marta.supervisor.pk}/change/").content.decode()
    assert "what is usual for its address" in page
    shown = [len(re.findall(rf">\s*{one}\s*</(?:p|div)>", page)) for one in ("trust", "press 1")]
    assert shown == [1, 1]


# A leg that is up already.


def up(story, address=MOBILE, who="answers"):
    story.simulator.phones.set(address, who)
    leg = story.simulator.dial(address)
    story.pass_time()
    return leg


def join(story, marta, seconds=30):
    world, conference = story.call(ANA)
    (leg,) = own_legs(marta)
    mine = ask(marta, conference, leg=leg, role="barge")
    advancing.advance(mine.pk)
    heard = []
    for _ in range(seconds):
        story.pass_time()
        heard.append(bool(story.hear(world, story.leg(leg.far_address))))
        mine.refresh_from_db()
        if mine.ended_at or mine.confirmed_at:
            break
    return mine, any(heard)


@pytest.mark.parametrize(
    "case",
    [
        (MOBILE, "", "answers", "press_1", ""),
        (MOBILE, "detect", "answers", "press_1", ""),
        (MOBILE, "trust", "no_key", "trust", ""),
        (DESK, "", "no_key", "trust", ""),
        (DESK, "press_1", "answers", "press_1", ""),
        (MOBILE, "", "no_key", "press_1", "no_key_out"),
        (MOBILE, "", "voicemail", "press_1", "no_key_out"),
        (MOBILE, "detect", "voicemail", "press_1", "no_key_out"),
        (MOBILE, "", "wrong_key", "press_1", "wrong_key_out"),
        (DESK, "press_1", "voicemail", "press_1", "no_key_out"),
    ],
)
def test_connected_leg_is_asked_unless_its_device_is_trusted(story, marta, case):
    address, stored, who, check, problem = case
    Device.objects.filter(address=address).update(answer_check=stored)
    leg = up(story, address, who)
    mine, heard = join(story, marta)
    assert mine.answer_check == check
    assert mine.problem == problem
    assert heard == (not problem)
    assert leg.state == "answered"  # it was up before us
    assert story.commands("/actions/hangup") == []


def test_leg_whose_key_was_pressed_is_not_asked_again(story, marta):
    up(story)
    mine, _ = join(story, marta)
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    again = ask(marta, mine.conference, leg=own_legs(marta).get())
    assert again.answer_check == "trust"


@pytest.mark.parametrize("asked_for", ["", "bm90aGluZw==", "another supervisor's"])
def test_a_key_that_somebody_else_asked_for_proves_nothing(story, marta, ben, asked_for):
    up(story)
    _, conference = story.call(ANA)
    leg = own_legs(marta).get()
    if asked_for.startswith("another"):
        theirs = Supervision.objects.create(
            user=ben, conference=conference, token="0" * 32, requested_role="monitor", requested_at=story.now(),
            created_at=story.now(), ended_at=story.now(),
        )  # fmt: skip
        asked_for = encode_client_state(str(theirs.pk))
    Leg.objects.filter(pk=leg.pk).update(confirmed_at=story.now(), confirmed_for=asked_for)
    leg.refresh_from_db()
    assert answer_checks.check_of_leg(leg, marta) == "press_1"


@pytest.mark.parametrize(
    ("direction", "state", "connection", "check"),
    [
        ("outgoing", "parked", "credentials", "trust"),
        ("incoming", "parked", "listed", "trust"),
        ("outgoing", "bridging", "listed", "press_1"),
    ],
)
def test_whoever_placed_the_call_is_a_person(marta, direction, state, connection, check):
    Connection.objects.create(connection_id="listed", name="Trunk")
    ends = {"from_address": MOBILE, "to_address": "+14155550199"}
    if state == "bridging":
        ends = {"from_address": "+14155550100", "to_address": MOBILE}
    leg = Leg.objects.create(
        call_control_id="a", state="answered", kind="supervisor", direction=direction, initial_state=state,
        connection_id=connection, **ends,
    )  # fmt: skip
    assert Participant.objects.filter(leg=leg).count() == 0
    assert answer_checks.check_of_leg(leg, marta) == check


def test_form_says_what_a_connected_leg_will_be_asked(story, marta):
    up(story)
    _, conference = story.call(ANA)
    page = browser(marta).get(f"/conferences/{conference.pk}/supervise/").content.decode()
    (line,) = [one for one in page.splitlines() if "On a call already" in one]
    assert "You will be asked to press 1." in line.partition("On a call already")[2].partition("</bdi>")[0]
