"""Joined on hold or muted is no one-way street: the bar says why, and takes it off our own leg."""

from __future__ import annotations

from typing import Any

import pytest

from conferences.models import AuditEntry, Queue
from dashboard.presenters import fragments
from tests.support.story import ANA, CUSTOMER, DESK, Story, browser
from tests.support.world_diff import read


class Call:
    def __init__(self, story: Story, user: Any, role: str, **policy: bool) -> None:
        self.story, self.user = story, user
        self.world, self.conference = story.call(ANA)
        Queue.objects.filter(pk=self.conference.queue_id).update(**policy)
        self.mine = story.supervise(user, self.conference, role=role, to=(ANA,) if role == "whisper" else ())
        self.passes(4)

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.story.pass_time()
        self.mine.refresh_from_db()

    def lift(self, what: str) -> None:
        browser(self.user).post(f"/supervisions/{self.mine.pk}/lift/", {"what": what})
        self.passes(6)

    @property
    def page(self) -> str:
        return fragments.panel(self.user)

    def heard(self) -> int:
        return len(self.story.hear(self.world, self.story.leg(DESK)))

    def hears(self) -> bool:
        heard = self.story.simulator.heard_by(self.world)
        return bool(heard.get(self.story.leg(DESK).call_control_id))


@pytest.mark.parametrize(("role", "ears"), [("barge", 2), ("whisper", 1)])
def test_one_who_joined_muted_is_told_and_unmuted(story: Story, marta, role, ears):
    call = Call(story, marta, role, mute=True)
    assert call.heard() == 0
    assert "Nobody hears you: you are muted." in call.page
    assert "Unmute me" in call.page
    call.lift("mute")
    assert (call.heard(), call.mine.confirmation) == (ears, "agrees")
    assert ("Unmute me" in call.page, "you are muted" in call.page) == (False, False)
    (command,) = story.commands("/actions/unmute")
    assert command.body["call_control_ids"] == [call.mine.call_control_id]


@pytest.mark.parametrize(("role", "ears"), [("barge", 2), ("whisper", 1), ("monitor", 0)])
def test_supervisor_joined_on_hold_is_told_and_taken_off(story: Story, marta, role, ears):
    call = Call(story, marta, role, hold=True)
    assert (call.heard(), call.hears()) == (0, False)
    assert "you hear nothing" in call.page or "and hear nothing" in call.page
    assert "Take me off hold" in call.page
    call.lift("hold")
    assert (call.heard(), call.hears()) == (ears, True)
    assert ("Take me off hold" in call.page, "on hold" in call.page) == (False, False)
    (command,) = story.commands("/actions/unhold")
    assert command.body["call_control_ids"] == [call.mine.call_control_id]


def test_both_are_taken_off_one_by_one(story: Story, marta):
    call = Call(story, marta, "barge", hold=True, mute=True)
    call.lift("hold")
    assert (call.heard(), "Nobody hears you: you are muted." in call.page) == (0, True)
    call.lift("mute")
    assert call.heard() == 2


def test_a_monitor_is_not_offered_to_be_unmuted(story: Story, marta):
    call = Call(story, marta, "monitor", mute=True)
    assert "Unmute me" not in call.page
    browser(marta).post(f"/supervisions/{call.mine.pk}/lift/", {"what": "mute"})
    call.passes(4)
    assert call.heard() == 0


def test_others_on_hold_stay_there(story: Story, marta):
    call = Call(story, marta, "barge", hold=True)
    story.simulator.world.participation.hold([story.leg(CUSTOMER).participant])
    call.lift("hold")
    assert story.leg(CUSTOMER).participant.held


def test_it_is_on_record(story: Story, marta):
    call = Call(story, marta, "barge", hold=True)
    call.lift("hold")
    entry = AuditEntry.objects.get(action="unhold", phase="outcome")
    assert (entry.actor, entry.result) == (marta, "ok")
    assert "on hold" not in entry.claim


def test_refusal_is_said_and_she_stays_on_hold(story: Story, marta):
    call = Call(story, marta, "barge", hold=True)
    body = {"errors": [{"code": "90015", "title": "Invalid call control id", "detail": "As worded."}]}
    story.simulator.faults.add("answer", path="/actions/unhold$", status=422, body=body)
    call.lift("hold")
    assert call.heard() == 0
    assert "Take me off hold" in call.page
    assert call.mine.notice_kind == "said"


def test_lost_answer_never_claims_that_nobody_hears(story: Story, marta):
    """It was done, and the answer to it never came: until the list shows it, she may be heard."""
    call = Call(story, marta, "barge", hold=True)
    story.simulator.faults.add("drop", path="/actions/unhold$", times=6, works=True)
    browser(marta).post(f"/supervisions/{call.mine.pk}/lift/", {"what": "hold"})
    story.simulator.pump()
    assert call.heard() == 2
    assert "nobody hears you" not in call.page.lower()
    call.passes(4)
    read(call.conference)
    call.passes(2)
    assert "Everyone hears you" in call.page


def test_a_right_withdrawn_meanwhile_takes_nothing_off(story: Story, marta):
    call = Call(story, marta, "barge", hold=True)
    marta.user_permissions.clear()
    browser(marta).post(f"/supervisions/{call.mine.pk}/lift/", {"what": "hold"})
    assert story.commands("/actions/unhold") == []
    assert AuditEntry.objects.filter(action="unhold", result="denied").exists()


def test_nobody_elses_leg_can_be_named(story: Story, marta, ben):
    call = Call(story, marta, "barge", hold=True)
    assert browser(ben).post(f"/supervisions/{call.mine.pk}/lift/", {"what": "hold"}).status_code == 404


def test_what_will_be_is_in_the_audit(story: Story, marta):
    Call(story, marta, "barge", hold=True)
    said = AuditEntry.objects.filter(action="join", phase="intent").first().claim
    assert said.startswith("You are on hold: you hear nothing, and nobody hears you.")
