"""A test call proves what an account does, and finds one that does otherwise; at any failure every phone is hung up."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from conferences.doctor import Level, testcalls
from conferences.models import AuditEntry, TestCall
from conferences.testcall import requests
from conferences.testcall.commands import word
from conferences.testcall.steps import EXPECTED
from tests.support.story import ANA, DESK, Story, browser

CUSTOMERS = "+14155550188"
FORM = {"begin": "", "agent": ANA, "customer": CUSTOMERS, "supervisor": DESK}
ADDRESS = "/admin/test-call/"
PEOPLE = {"agent": ANA, "customer": CUSTOMERS}


def begun(story: Story, cleo: User) -> TestCall:
    browser(cleo).post(ADDRESS, FORM)
    test = TestCall.objects.get()
    for _ in range(8):
        story.pass_time(2)
    test.refresh_from_db()
    return test


def go_through(story: Story, cleo: User, test: TestCall) -> dict[str, dict[str, bool]]:
    """Answer by what is really heard at each phone, in the provider's world."""
    admin, heard = browser(cleo), {}
    for mode in EXPECTED:
        page = admin.get(ADDRESS).content.decode()
        assert word(test, mode) in page
        world = story.simulator.state.conferences[test.conference_id]
        reached = story.hear(world, story.leg(DESK))
        heard[mode] = {phone: story.leg(address).call_control_id in reached for phone, address in PEOPLE.items()}
        said = {phone: "yes" if one else "no" for phone, one in heard[mode].items()}
        admin.post(ADDRESS, {"mode": mode, **said})
        story.pass_time(2)
    test.refresh_from_db()
    return heard


def all_are_hung_up(story: Story) -> bool:
    return {story.leg(one).state for one in (ANA, CUSTOMERS, DESK)} == {"ended"}


@pytest.mark.words
def test_an_account_is_proved(story: Story, cleo: User, directory):
    assert "Never proved" in testcalls.examine().message
    test = begun(story, cleo)
    assert test.state == "monitor", (test.failed_step, test.problem, test.done)
    heard = go_through(story, cleo, test)
    assert (heard, test.state, all_are_hung_up(story), test.phones) == (EXPECTED, "proved", True, {})
    assert ("Proved on" in testcalls.examine().message, testcalls.examine().level) == (True, Level.OK)
    assert "Proved on" in browser(cleo).get(ADDRESS).content.decode()
    intents = AuditEntry.objects.filter(action="test_call", phase="intent", actor=cleo)
    assert intents.count() == len(test.done) + 3  # and a hang-up for each phone


@pytest.mark.words
def test_whispers_that_reach_everybody_are_found(story: Story, cleo: User, directory):
    story.simulator.switches.whispers_reach_everybody = True
    test = begun(story, cleo)
    go_through(story, cleo, test)
    assert (test.state, all_are_hung_up(story)) == ("failed", True)
    assert test.problem == "In whisper the supervisor was heard at the customer's phone."
    assert testcalls.examine().level == Level.ERROR


@pytest.mark.parametrize("phone", [ANA, CUSTOMERS, DESK])
def test_a_phone_that_is_not_answered_ends_all(story: Story, cleo: User, directory, phone):
    story.simulator.phones.set(phone, "rejects")
    test = begun(story, cleo)
    assert (test.state, test.failed_step.startswith("phone:")) == ("failed", True)
    story.pass_time(2)
    assert all_are_hung_up(story)


@pytest.mark.parametrize("phone", [ANA, CUSTOMERS, DESK])
def test_whoever_hangs_up_in_it_ends_it(story: Story, cleo: User, directory, phone):
    test = begun(story, cleo)
    story.simulator.far_end_hangs_up(story.leg(phone))
    story.pass_time(3)
    test.refresh_from_db()
    assert (test.state, all_are_hung_up(story)) == ("failed", True)


def test_a_machine_presses_no_key_and_joins_nothing(story: Story, cleo: User, directory):
    story.simulator.phones.set(CUSTOMERS, "voicemail")
    test = begun(story, cleo)
    for _ in range(12):
        story.pass_time(10)
    test.refresh_from_db()
    assert (test.state, test.failed_step, test.conference_id) == ("failed", "ask:customer", "")
    assert all_are_hung_up(story)


def test_stopping_hangs_up_and_proves_nothing(story: Story, cleo: User, directory):
    test = begun(story, cleo)
    browser(cleo).post(ADDRESS, {"stop": ""})
    story.pass_time(2)
    test.refresh_from_db()
    assert (test.state, all_are_hung_up(story), requests.last_result()) == ("stopped", True, None)


@pytest.mark.words
def test_one_at_a_time_and_three_phones(story: Story, cleo: User, directory):
    admin = browser(cleo)
    same = admin.post(ADDRESS, FORM | {"customer": ANA}, follow=True).content.decode()
    wrong = admin.post(ADDRESS, FORM | {"customer": "nobody"}, follow=True).content.decode()
    assert ("three different phones" in same, "cannot be dialled" in wrong, TestCall.objects.count()) == (True, True, 0)
    begun(story, cleo)
    again = admin.post(ADDRESS, FORM, follow=True).content.decode()
    assert ("going on already" in again, TestCall.objects.count()) == (True, 1)


def test_nobody_but_administrators_may(story: Story, marta: User, directory):
    marta.is_staff = True
    marta.save()
    assert browser(marta).post(ADDRESS, FORM).status_code == 403
    assert (TestCall.objects.count(), [*story.simulator.state.legs]) == (0, [])
