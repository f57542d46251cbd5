"""Alone in a call without people: said, and hung up after ten seconds unless she stays."""

from __future__ import annotations

from typing import Any

import pytest

from conferences.models import AuditEntry, Supervision, SystemAddress
from dashboard.presenters import fragments
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser
from tests.support.world_diff import unheard

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def nothing_stays_up(settings):
    settings.BETWEEN_CALLS_SECS = 0


SAID = "Everybody has left: you are alone in the call."


class Call:
    def __init__(self, story: Story, user: Any, role: str = "monitor") -> None:
        self.story, self.user = story, user
        self.world, self.conference = story.call(ANA)
        self.mine = story.supervise(user, self.conference, role=role)
        self.leg = story.leg(DESK)

    def empties(self) -> None:
        for address in (ANA, CUSTOMER):
            self.story.simulator.far_end_hangs_up(self.story.leg(address))
        self.story.pass_time()

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.story.pass_time()
        self.mine.refresh_from_db()

    @property
    def page(self) -> str:
        return fragments.panel(self.user)

    @property
    def is_up(self) -> bool:
        return self.leg.state == "answered"


@pytest.mark.parametrize("role", ["monitor", "barge"])
def test_it_is_said_counted_down_and_hung_up(story: Story, marta, role):
    call = Call(story, marta, role)
    assert SAID not in call.page
    call.empties()
    assert SAID in call.page
    assert "Hanging up in" in call.page
    call.passes(8)
    assert call.is_up
    call.passes(5)
    assert (call.is_up, call.mine.problem) == (False, "alone")
    assert "Everybody had left the call, so your phone was hung up." in call.page


def test_the_end_is_earshots_with_its_reason(story: Story, marta):
    call = Call(story, marta)
    call.empties()
    call.passes(14)
    entries = AuditEntry.objects.filter(supervision=call.mine, action__in=("alone", "leave", "hangup"))
    assert {(one.actor, one.actor_name) for one in entries} == {(None, "Earshot")}
    assert entries.get(action="alone").note == "Everybody had left the call, so your phone was hung up."


def test_she_may_stay(story: Story, marta):
    call = Call(story, marta)
    call.empties()
    browser(marta).post(f"/supervisions/{call.mine.pk}/stay/")
    assert (SAID in call.page, "Hanging up" in call.page) == (True, False)
    call.passes(60)
    assert (call.is_up, call.mine.ended_at) == (True, None)


@pytest.mark.parametrize("address", [LUIS, "+14155550188"])
def test_somebody_who_comes_takes_it_away(story: Story, marta, address):
    call = Call(story, marta)
    call.empties()
    call.passes(6)
    story.simulator.join(call.world, story.simulator.dial(address))
    call.passes(20)
    assert call.is_up is True
    assert SAID not in call.page
    assert call.mine.alone_at is None


def test_having_stayed_once_does_not_prevent_the_next_hangup(story: Story, marta):
    call = Call(story, marta)
    call.empties()
    browser(marta).post(f"/supervisions/{call.mine.pk}/stay/")
    luis = story.simulator.dial(LUIS)
    story.simulator.join(call.world, luis)
    call.passes(3)
    story.simulator.far_end_hangs_up(luis)
    call.passes(3)
    assert "Hanging up in" in call.page
    call.passes(12)
    assert not call.is_up


def test_a_machine_is_no_company(story: Story, marta, directory):
    SystemAddress.objects.create(name="Recorder", address="+14155550190")
    call = Call(story, marta)
    story.simulator.join(call.world, story.simulator.dial("+14155550190"))
    call.passes(2)
    assert SAID not in call.page
    call.empties()
    assert SAID in call.page
    call.passes(14)
    assert (call.is_up, call.mine.problem) == (False, "alone")


def test_two_supervisors_are_both_told(story: Story, marta, ben, directory):
    ben.supervisor.teams.add(directory.support)
    call = Call(story, marta)
    theirs = story.supervise(ben, call.conference)
    call.empties()
    said = "Everybody has left: only supervisors are in the call."
    assert [said in fragments.panel(one) for one in (marta, ben)] == [True, True]
    call.passes(16)
    theirs.refresh_from_db()
    assert {call.mine.problem, theirs.problem} <= {"alone", "call_ended"}
    assert not call.is_up


def test_nobody_is_hung_up_because_webhooks_were_lost(story: Story, marta):
    """We think that all have left, and the provider's list shows that one is there."""
    call = Call(story, marta)
    with unheard(story.simulator):
        story.simulator.join(call.world, story.simulator.dial(LUIS))
    call.empties()
    call.passes(20)
    assert (call.is_up, call.mine.ended_at) == (True, None)


def test_a_provider_that_cannot_be_asked_leaves_her_in(story: Story, marta):
    call = Call(story, marta)
    call.empties()
    story.simulator.faults.add("answer", path="/v2/", method="GET", status=500, body={}, times=None)
    call.passes(20)
    assert call.is_up
    story.simulator.faults.clear()
    call.passes(8)
    assert not call.is_up


def test_a_call_that_ends_meanwhile_has_ended(story: Story, marta):
    call = Call(story, marta)
    call.empties()
    story.simulator.world.conferences.end_by_command(call.world)
    call.passes(5)
    assert call.mine.problem == "call_ended"


def test_somebody_elses_supervision_cannot_be_kept(story: Story, marta, ben):
    call = Call(story, marta)
    call.empties()
    assert browser(ben).post(f"/supervisions/{call.mine.pk}/stay/").status_code == 404
    assert Supervision.objects.get(pk=call.mine.pk).stays_alone is False
