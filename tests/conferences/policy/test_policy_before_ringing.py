"""Going over to a call, joining an agent's next one, and what the bar and forms offer: policy is asked beforehand."""

from __future__ import annotations

import re

import pytest

from conferences.models import AuditEntry, ListeningPolicy, Supervision
from tests.conferences.policy.test_listening_policy import begin
from tests.support.story import ANA, DESK, LUIS, Story, browser

HX = {"HX-Request": "true"}


@pytest.fixture
def of_queue(directory):
    return ListeningPolicy.objects.create(queue=directory.queue)


@pytest.fixture
def of_team(directory):
    return ListeningPolicy.objects.create(team=directory.support)


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def page(user, address):
    return browser(user).get(address, headers=HX).content.decode()


def now_in(user):
    return Supervision.objects.running().get(user=user).conference_id


@pytest.mark.words
@pytest.mark.parametrize("case", [("", "Complaint 17"), ("Coaching\nComplaint", "Coaching")])
def test_who_goes_over_says_why_where_asked(story: Story, marta, of_queue, case):
    reasons, why = case
    (_, here), (_, there) = story.call(ANA), story.call(LUIS, customer="+14155550172")
    story.supervise(marta, here)
    assert "data-asks" not in page(marta, "/")
    assert 'name="reason"' not in page(marta, f"/conferences/{there.pk}/supervise/")
    change(of_queue, reason_required=True, reasons=reasons)
    assert "data-asks" in page(marta, "/")
    assert 'name="reason"' in page(marta, f"/conferences/{there.pk}/supervise/")
    for wrong in ("", " "):
        said = browser(marta).post(f"/conferences/{there.pk}/hop/", {"reason": wrong}, headers=HX).content.decode()
        assert "Say why" in said
    assert now_in(marta) == here.pk
    browser(marta).post(f"/conferences/{there.pk}/hop/", {"reason": why}, headers=HX)
    story.pass_time(1)
    story.pass_time(1)
    assert (now_in(marta), Supervision.objects.running().get(user=marta).reason) == (there.pk, why)
    joined = AuditEntry.objects.filter(action="join", phase="intent", supervision__conference=there).get()
    assert why in joined.note


@pytest.mark.words
def test_nobody_goes_over_to_a_protected_call(story: Story, marta, directory):
    (_, here), (_, there) = story.call(ANA), story.call(LUIS, customer="+14155550172")
    mine = story.supervise(marta, here)
    change(directory.luis, is_protected=True)
    assert "protected" in page(marta, f"/conferences/{there.pk}/supervise/")
    assert "protected" in page(marta, "/")
    said = browser(marta).post(f"/conferences/{there.pk}/hop/", headers=HX).content.decode()
    assert "protected" in said
    story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.state, len(story.hear(story.simulator.state.conferences[here.conference_id], story.leg(ANA)))) == (
        "joined",
        2,
    )


def follow(user, agent, **sent):
    return browser(user).post(f"/agents/{agent.pk}/follow/", sent, headers=HX).content.decode()


@pytest.mark.words
def test_who_waits_for_an_agent_says_why_beforehand(story: Story, marta, directory, of_team):
    assert 'name="reason"' not in page(marta, "/agents/")
    change(of_team, reason_required=True, reasons="Coaching")
    assert 'name="reason"' in page(marta, "/agents/")
    assert "Say why" in follow(marta, directory.ana)
    assert "Say why" in follow(marta, directory.ana, reason="Fun")
    assert "When the next call of" in follow(marta, directory.ana, reason="Coaching")
    story.call(ANA)
    for _ in range(3):
        story.pass_time(1)
    mine = Supervision.objects.get()
    assert (mine.state, mine.reason) == ("joined", "Coaching")


@pytest.mark.words
def test_no_phone_rings_for_what_policy_forbids(story: Story, marta, directory, of_queue):
    change(of_queue, monitor=False)
    assert "When the next call of" in follow(marta, directory.ana)  # of another queue it may be joined
    story.call(ANA)
    story.pass_time(2)
    assert story.simulator.legs_to(DESK) == []
    assert AuditEntry.objects.filter(action="join", result="denied").count() == 1
    change(directory.ana, is_protected=True)
    assert f"/agents/{directory.ana.pk}/follow/" not in page(marta, "/agents/")
    assert f"/agents/{directory.luis.pk}/follow/" in page(marta, "/agents/")
    assert "protected" in follow(marta, directory.ana)


def disabled(html):
    return re.findall(r'value="(monitor|whisper|barge)"[^>]*disabled', html)


def test_forms_and_bar_offer_what_policy_permits(story: Story, marta, of_queue):
    _, conference = story.call(ANA)
    form = f"/conferences/{conference.pk}/supervise/"
    assert disabled(page(marta, form)) == []
    change(of_queue, monitor_first=True)
    assert disabled(page(marta, form)) == ["whisper", "barge"]
    story.supervise(marta, conference)
    assert disabled(page(marta, "/")) == []
    change(of_queue, whisper=False)
    assert disabled(page(marta, "/")) == ["whisper"]


def test_a_call_that_policy_closes_says_why(story: Story, marta, settings):
    _, conference = story.call(ANA)
    settings.LISTENING_NOTICE_REQUIRED = True
    said = begin(marta, conference)
    why = "so nobody may listen yet"
    assert said != ""
    assert disabled(page(marta, f"/conferences/{conference.pk}/supervise/")) == ["monitor", "whisper", "barge"]
    assert why in page(marta, f"/conferences/{conference.pk}/")
