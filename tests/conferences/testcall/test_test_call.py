"""A test call proves what an account does, and finds one that does otherwise; at any failure every phone is hung up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from conferences.doctor import Level, testcalls
from conferences.models import AuditEntry, TestCall
from conferences.telnyx.events.event import Event
from conferences.telnyx.events.redaction import redact
from conferences.telnyx.rules import encode_client_state
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
    for _ in range(16):
        story.pass_time(1)
        test.refresh_from_db()
        if test.state != "ringing":
            break
    return test


def proved_by_keys(story: Story, test: TestCall) -> None:
    """Let each phone press what it hears, by the provider's own reckoning."""
    for _ in range(12):
        story.pass_time(2)
    test.refresh_from_db()


def tick(cleo: User, mode: str, **heard: str) -> str:
    return browser(cleo).post(ADDRESS, {"mode": mode, **heard}, follow=True).content.decode()


def really_heard(story: Story, test: TestCall) -> dict[str, str]:
    reached = story.hear(story.simulator.state.conferences[test.conference_id], story.leg(DESK))
    return {phone: "yes" if story.leg(one).call_control_id in reached else "no" for phone, one in PEOPLE.items()}


def all_are_hung_up(story: Story) -> bool:
    return {story.leg(one).state for one in (ANA, CUSTOMERS, DESK)} == {"ended"}


@pytest.mark.words
def test_an_account_is_proved_by_keys_on_its_phones(story: Story, cleo: User, directory):
    assert "Never proved" in testcalls.examine().message
    test = begun(story, cleo)
    assert test.state in EXPECTED, (test.failed_step, test.problem, test.done)
    proved_by_keys(story, test)
    assert (test.answers, test.state, all_are_hung_up(story), test.phones) == (EXPECTED, "proved", True, {})
    told = [test.proof[mode][phone] for mode in EXPECTED for phone in PEOPLE]
    assert [one["key"] for one in told] == ["2", "2", "1", "2", "1", "1"]
    assert [one["leg"] for one in told] == [story.leg(one).call_control_id for one in (ANA, CUSTOMERS)] * 3
    assert sorted(one["at"] for one in told) == sorted({one["at"] for one in told})
    assert ("Proved on" in testcalls.examine().message, testcalls.examine().level) == (True, Level.OK)
    page = browser(cleo).get(ADDRESS).content.decode()
    assert ("Proved on" in page, page.count("✓ as Earshot says"), "Key 1 at" in page) == (True, 6, True)
    intents = AuditEntry.objects.filter(action="test_call", phase="intent", actor=cleo)
    assert intents.count() == len(test.done) + 3  # and a hang-up for each phone
    (proof,) = (one.changes for one in AuditEntry.objects.filter(action="test_call") if one.changes)
    assert proof["whisper, customer"][1].startswith(f"not heard, by key 2 on leg {told[3]['leg']} at")
    auditor = User.objects.create_superuser("olga")
    assert "not heard, by key 2 on leg" in browser(auditor).get("/audit/?show=everything").content.decode()


@pytest.mark.words
def test_whispers_that_reach_everybody_are_found(story: Story, cleo: User, directory):
    story.simulator.switches.whispers_reach_everybody = True
    test = begun(story, cleo)
    proved_by_keys(story, test)
    assert (test.state, all_are_hung_up(story)) == ("failed", True)
    assert test.problem == "In whisper the supervisor was heard at the customer's phone."
    assert testcalls.examine().level == Level.ERROR


def test_a_phone_that_tells_wrong_proves_nothing(story: Story, cleo: User, directory):
    story.simulator.phones.set(ANA, "tells_wrong")
    test = begun(story, cleo)
    proved_by_keys(story, test)
    assert (test.state, test.failed_step, test.answers["monitor"]) == (
        "failed",
        "heard",
        {"agent": True, "customer": False},
    )


@pytest.mark.words
@pytest.mark.parametrize("why", ["no key", "refused"])
def test_what_no_key_tells_is_ticked(story: Story, cleo: User, directory, why):
    """A phone without keys, and an account that asks nobody in a conference: undocumented, so either is tried."""
    story.simulator.phones.set(CUSTOMERS, "tells_nothing")
    test = begun(story, cleo)
    if why == "refused":
        story.simulator.faults.add("answer", path=".*/gather_using_speak", status=422, times=None)
    for mode in EXPECTED:
        for _ in range(4):
            story.pass_time()
        test.refresh_from_db()
        page = browser(cleo).get(ADDRESS).content.decode()
        assert (test.state, word(test, mode) in page) == (mode, True)
        assert (mode in test.answers, 'id="ticks-' + mode + '-customer"' in page) == (False, True)
        assert "Tick at a phone" in tick(cleo, mode)
        tick(cleo, mode, **really_heard(story, test))
        assert "not asked any more" in tick(cleo, mode, agent="no")
    story.pass_time(2)
    test.refresh_from_db()
    assert (test.state, test.answers, test.proof["whisper"]["customer"]["by"]) == ("proved", EXPECTED, "cleo")
    assert ("key" in test.proof["barge"]["agent"]) == (why == "no key")


@pytest.mark.parametrize(
    ("digits", "asked", "kept"),
    [("1", "test:1:agent:whisper", "1"), ("12", "test:1:agent", None), ("7", "test:1:agent", None), ("1", "x", None)],
)
def test_only_the_answer_to_a_test_call_is_kept(digits, asked, kept):
    payload = {"digits": digits, "client_state": encode_client_state(asked), "status": "valid"}
    told = redact(redact(Event("1", "call.gather.ended", datetime.now(UTC), payload))).payload
    assert (told.get("answer"), "digits" in told) == (kept, False)


def test_nobody_is_asked_before_the_supervisor_spoke(story: Story, cleo: User, directory):
    story.simulator.phones.set(DESK, "late_key")
    test = begun(story, cleo)
    story.pass_time(10)
    assert not [one for one in test.done if one.startswith("heard:")]


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
