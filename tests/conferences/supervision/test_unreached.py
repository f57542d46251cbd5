"""Why a phone did not ring or was not answered is told from all that the provider says, the same early and late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.models import AuditEntry
from conferences.simulator.phones import REFUSALS, Refused
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from conferences.telnyx.unreached import Hangup, Kind, kind_of, note_of, notice_of, words_of
from conferences.wording.problems import PROBLEMS
from tests.support.story import ANA, DESK, MOBILE, browser
from tests.support.supervision_helpers import ask

SIP, NUMBER = True, False
TABLE = [
    (Hangup("timeout", "unknown", "487"), "no_answer"),
    (Hangup("no_answer", "unknown", "487", is_sip=SIP), "no_answer"),
    (Hangup("timeout", "callee", "480", is_sip=SIP), "no_answer"),
    (Hangup("user_busy", "callee", "486"), "busy"),
    (Hangup("user_busy", "unknown", ""), "busy"),
    (Hangup("unspecified", "callee", "600"), "busy"),
    (Hangup("call_rejected", "callee", "486"), "busy"),
    (Hangup("call_rejected", "callee", "603"), "declined"),
    (Hangup("call_rejected", "callee", "unspecified"), "declined"),
    (Hangup("call_rejected", "", ""), "declined"),
    (Hangup("unspecified", "unknown", "608"), "declined"),
    (Hangup("call_rejected", "unknown", "403"), "not_allowed_there"),
    (Hangup("call_rejected", "caller", "unspecified"), "not_allowed_there"),
    (Hangup("unspecified", "callee", "403", is_sip=SIP), "not_allowed_there"),
    (Hangup("unspecified", "unknown", "407", is_sip=SIP), "not_allowed_there"),
    (Hangup("unspecified", "callee", "480", is_sip=SIP), "not_registered"),
    (Hangup("not_found", "callee", "480", is_sip=SIP), "not_registered"),
    (Hangup("call_rejected", "callee", "430", is_sip=SIP), "not_registered"),
    (Hangup("unspecified", "callee", "480", is_sip=NUMBER), "not_reached"),
    (Hangup("not_found", "callee", "404", is_sip=SIP), "not_reached"),
    (Hangup("not_found", "callee", "404", is_sip=NUMBER), "no_such_number"),
    (Hangup("not_found", "", "", is_sip=NUMBER), "no_such_number"),
    (Hangup("unspecified", "unknown", "484", is_sip=NUMBER), "no_such_number"),
    (Hangup("unspecified", "callee", "488", is_sip=SIP), "no_common_sound"),
    (Hangup("unspecified", "unknown", "503"), "not_reached"),
    (Hangup("call_rejected", "unknown", "503"), "not_reached"),
    (Hangup("unspecified", "unknown", "unspecified"), "not_reached"),
    (Hangup("originator_cancel", "caller", "487"), "ringing_stopped"),
    (Hangup("normal_clearing", "callee", "200"), "ringing_stopped"),
    (Hangup("brand_new_cause", "somebody", "699"), "ringing_stopped"),
    (Hangup("", "", ""), "ringing_stopped"),
    (Hangup("call_rejected", "unknown", "403", "D13"), "refused"),
    (Hangup("user_busy", "callee", "486", "D38"), "refused"),
    (Hangup("", "", "", "D999"), "refused"),
]


@pytest.mark.parametrize(("told", "kind"), TABLE)
def test_all_that_is_told_makes_one_kind(told, kind):
    assert kind_of(told) == kind


texts = st.one_of(st.sampled_from([one.cause for one, _ in TABLE] + [one.sip_code for one, _ in TABLE]), st.text())


@given(st.builds(Hangup, texts, texts, texts, st.sampled_from(["", "D13", "D38", "D77"]), st.booleans()))
def test_every_combination_has_kind_sentence_and_check(told):
    assert PROBLEMS[kind_of(told)].endswith(".")
    assert "Check " in note_of(told)
    assert "D13" not in notice_of(told)
    assert isinstance(words_of(told), str)


def test_every_kind_has_a_sentence_of_its_own():
    sentences = [PROBLEMS[kind] for kind in Kind]
    assert len(set(sentences)) == len(sentences)


def call_phone(story, marta, outcome, address=DESK):
    _, conference = story.call(ANA)
    story.simulator.phones.set(address, outcome)
    device = marta.supervisor.devices.get(address=address)
    mine = ask(marta, conference, device=device)
    advancing.advance(mine.pk)
    for _ in range(5):
        story.pass_time(10)
    mine.refresh_from_db()
    return mine


def board(marta):
    return browser(marta).get("/").content.decode()


SAID = [
    ("busy", DESK, "busy", "Your phone was busy."),
    ("rejects", MOBILE, "declined", "The call was declined at your phone."),
    ("rings_out", MOBILE, "no_answer", "You did not answer."),
    ("not_found", DESK, "not_reached", "It may not be signed in, or its address may be wrong."),
    ("not_found", MOBILE, "no_such_number", "There is no phone at this number."),
    ("not_registered", DESK, "not_registered", "Your phone is not signed in"),
    ("not_registered", MOBILE, "not_reached", "Your phone could not be reached."),
    ("wrong_codec", DESK, "no_common_sound", "Your phone cannot be called the way it is set up."),
    ("carrier_fails", MOBILE, "not_reached", "Your phone could not be reached."),
    ("forbidden", MOBILE, "not_allowed_there", "Calls to your phone are not let through."),
    ("no_such_country", MOBILE, "refused", "Our phone account may not call numbers of this country."),
    ("no_profile", DESK, "refused", "the phone system is not set up to call out."),
    ("disabled", DESK, "refused", "Our phone account has been disabled."),
]


@pytest.mark.parametrize("case", SAID, ids=lambda case: f"{case[0]}-{case[2]}")
def test_reason_is_in_the_bar_and_audited_by_earshot(story, marta, case):
    outcome, address, problem, words = case
    mine = call_phone(story, marta, outcome, address)
    assert (mine.state, mine.problem) == ("failed", problem)
    assert words in board(marta)
    entry = AuditEntry.objects.get(action="ring")
    assert entry.actor is None
    assert entry.actor_name == "Earshot"
    assert entry.phase == "outcome"
    assert entry.result == "unreached"
    assert entry.provider_text.startswith(problem.replace("_", " "))
    assert "Check " in entry.note
    assert entry.supervision == mine


@pytest.mark.parametrize(("outcome", "code"), [("no_such_country", "D13"), ("no_profile", "D38"), ("disabled", "D17")])
@pytest.mark.parametrize("status", [200, 403])
def test_dial_failing_later_reads_like_one_refused_at_once(story, marta, outcome, code, status):
    late = call_phone(story, marta, outcome)
    page, later = board(marta), AuditEntry.objects.get(action="ring")
    body = {"errors": [{"code": 10010, "detail": f"As the provider words it {code}."}]}
    story.simulator.faults.add("answer", path="/v2/calls$", status=status, body=body)
    once = call_phone(story, marta, outcome)
    assert once.problem == late.problem
    assert once.notice == late.notice
    assert once.state == late.state
    assert late.notice in page
    assert late.notice in board(marta)
    early = AuditEntry.objects.filter(action="dial", phase="outcome").first()
    assert later.note in early.note
    assert later.provider_code == code


def test_undescribed_d_code_is_shown_as_it_is(story, marta, monkeypatch):
    monkeypatch.setitem(REFUSALS, "no_profile", Refused("call_rejected", "403", "unknown", "D77"))
    mine = call_phone(story, marta, "no_profile")
    assert mine.notice == "Calling your phone: The phone provider refused this."
    assert AuditEntry.objects.get(action="ring").note.startswith("D77: ")


@pytest.mark.parametrize("outcome", ["answers", "rings_out"])
def test_answered_or_cancelled_phone_was_never_unreached(story, marta, outcome):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, outcome)
    mine = ask(marta, conference)
    advancing.advance(mine.pk)
    for _ in range(3):
        story.pass_time()
    mine.refresh_from_db()
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    assert {*AuditEntry.objects.filter(action="ring").values_list("result", flat=True)} <= {"ok"}


def test_auditor_reads_that_the_phone_was_called_and_busy(story, marta, cleo):
    call_phone(story, marta, "busy")
    page = browser(cleo).get("/audit/?show=everything&deed=ring&result=unreached").content.decode()
    assert "Phone called" in page
    assert "Not reached" in page
    assert "busy: user_busy, by callee, SIP 486" in page
