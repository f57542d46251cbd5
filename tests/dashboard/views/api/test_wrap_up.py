"""That an agent wraps a call up, as the center's own system tells: until it is over, or a call comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conferences.ingest.feed import latest
from conferences.models import Agent, WrapUp
from dashboard.presenters.agent import AgentRow, row_for, row_id
from dashboard.presenters.audience import audience_of
from dashboard.presenters.rows.agent_calls import AgentCalls
from dashboard.presenters.rows.agent_rows import roster
from dashboard.presenters.rows.changed_agents import AgentRows
from tests.support.story import ANA, Story, browser

TOKEN = "a token of the agents' desktop"


@pytest.fixture(autouse=True)
def token(settings):
    settings.API_TOKEN = TOKEN


def wrap_up(**asked):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"agent": "Ana Ruiz"} | asked
    return Client().post("/api/directory/wrap-up/", body, "application/json", headers=headers)


def ana(viewer: User) -> AgentRow:
    found = roster(Agent.objects.filter(name="Ana Ruiz"))
    audience = audience_of(viewer)
    return row_for(audience, found, found.agents[0], AgentCalls(found).seen_by(audience))


def take_a_call(story: Story) -> None:
    story.call(ANA)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time(2)


def test_she_wraps_up_until_her_time_is_over(story: Story, marta: User):
    take_a_call(story)
    idle_since = ana(marta).since
    said = wrap_up(seconds=30).json()
    assert (ana(marta).label, ana(marta).since) == ("Wrapping up", story.now())
    assert said["until"][:19] == (story.now() + timedelta(seconds=30)).isoformat()[:19]
    before = latest()
    story.pass_time(31)
    assert (ana(marta).label, ana(marta).since) == ("Idle", idle_since)
    told = AgentRows(before).since(audience_of(marta), before)
    assert "Idle" in told[row_id(Agent.objects.get(name="Ana Ruiz").pk)]  # pages that are open
    assert not WrapUp.objects.exists()


def test_told_again_it_goes_on_as_begun(story: Story, marta: User):
    began = story.now()
    wrap_up(seconds=30)
    story.pass_time(20)
    wrap_up(seconds=30)
    story.pass_time(20)
    assert (ana(marta).label, ana(marta).since) == ("Wrapping up", began)


def test_she_is_done_with_it_earlier(story: Story, marta: User):
    wrap_up(seconds=30)
    assert wrap_up(end=True).json() == {"agent": "Ana Ruiz", "since": None, "until": None}
    assert ana(marta).label == "Idle"


def test_a_call_ends_it_and_is_not_wrapped_up(story: Story, marta: User):
    wrap_up(seconds=600)
    story.pass_time(1)
    story.call(ANA)
    assert ana(marta).label == "Talking"
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time(2)
    assert ana(marta).label == "Idle"


def test_told_before_the_hangup_it_counts(story: Story, marta: User):
    story.call(ANA)
    wrap_up(seconds=60)
    assert ana(marta).label == "Talking"
    story.pass_time(1)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time(2)
    assert ana(marta).label == "Wrapping up"
    assert ana(marta).since > WrapUp.objects.get().since  # from the end of the call


@pytest.mark.parametrize("seconds", [None, 0, -1, 3601, 2**70, "30", True, 1.5])
def test_a_time_that_is_none_is_refused(story: Story, marta: User, seconds):
    answer = wrap_up(seconds=seconds)
    assert (answer.status_code, answer.json()["field"]) == (422, "seconds")
    assert not WrapUp.objects.exists()


@pytest.mark.parametrize(("configured", "is_counted"), [(TOKEN, True), ("", False)])
def test_it_is_counted_where_systems_may_tell(story: Story, marta: User, settings, configured, is_counted):
    settings.API_TOKEN = configured
    assert ("wrapping up" in browser(marta).get("/agents/").content.decode()) == is_counted
