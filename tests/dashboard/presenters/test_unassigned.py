"""A live call that is recognised for no team is seen by those who may, and by nobody else; none is seen by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from hypothesis import given, settings
from hypothesis import strategies as st

from conferences.ingest import feed
from conferences.ingest.projection import recognise_again
from conferences.models import Agent, AgentAddress, Conference, Leg, Queue, QueueNumber
from conferences.supervision.requests import Request, begin
from dashboard.presenters.audience import Audience, audience_of, may_see
from tests.support.story import ANA, CHEN, CUSTOMER, SALES_NUMBER, SUPPORT_NUMBER, Story, browser

STRANGER, OTHER_NUMBER = "sip:new.one@agents.example", "+14155550177"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="a long enough password")


@pytest.fixture
def watcher(db: None) -> User:
    user = User.objects.create_user("watcher", password="a long enough password")
    user.user_permissions.set(Permission.objects.filter(codename="view_unassigned"))
    return user


def rows(user: Any, query: str = "") -> str:
    return browser(user).get(f"/{query}").content.decode().partition('id="conferences"')[2].partition('id="nothing"')[0]


def of_no_number(story: Story) -> None:
    story.simulator.conference_with((STRANGER,), customer=CUSTOMER, queue_number=OTHER_NUMBER)


def of_no_agent_yet(story: Story) -> None:
    leg = story.simulator.incoming_call(CUSTOMER, OTHER_NUMBER)
    story.simulator.world.legs.answer(leg)
    story.simulator.world.conferences.create(leg, "Waiting")


def of_an_agent_who_left_the_directory(story: Story) -> None:
    Agent.objects.filter(name="Ana Ruiz").delete()
    story.simulator.conference_with((ANA,), customer=CUSTOMER, queue_number=OTHER_NUMBER)


def of_an_unknown_phone_of_ours(story: Story) -> None:
    leg = story.simulator.dial_out(STRANGER, CUSTOMER)
    story.simulator.world.conferences.create(leg, "Out 1")


def of_a_stranger_who_shows_an_agents_number(story: Story) -> None:
    story.simulator.conference_with((STRANGER,), customer=CHEN, queue_number=OTHER_NUMBER)


def of_which_only_the_conference_is_known(story: Story) -> None:
    story.simulator.faults.webhooks.events = r"call\..*|conference\.participant.*"
    story.simulator.faults.webhooks.drop_rate = 1.0
    story.simulator.conference_with((STRANGER,), customer=CUSTOMER, queue_number=OTHER_NUMBER)


WAYS = [
    of_no_number,
    of_no_agent_yet,
    of_an_agent_who_left_the_directory,
    of_an_unknown_phone_of_ours,
    of_a_stranger_who_shows_an_agents_number,
    of_which_only_the_conference_is_known,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
def test_call_of_no_team_is_seen_by_those_permitted(story: Story, marta, root, watcher, way):
    way(story)
    story.pass_time()
    conference = Conference.objects.get()
    seen = {user.username: str(conference.pk) in rows(user) for user in (root, watcher, marta)}
    assert seen == {"root": True, "watcher": True, "marta": False}
    assert str(conference.pk) in rows(root, "?unassigned=1")
    page = browser(root).get("/").content.decode()
    assert 'data-count="unassigned"' in page
    assert 'data-count="unassigned"' not in browser(marta).get("/").content.decode()
    assert browser(watcher).get(f"/conferences/{conference.pk}/").status_code == 200
    assert browser(marta).get(f"/conferences/{conference.pk}/").status_code == 404


@pytest.mark.parametrize("way", WAYS[:2], ids=lambda one: one.__name__)
def test_adding_its_number_brings_a_call_to_its_team(story: Story, directory, marta, root, way):
    way(story)
    story.pass_time()
    number = {"number": OTHER_NUMBER, "queue": Queue.objects.get(name="Helpdesk")}
    QueueNumber.objects.create(**number)
    with feed.writing():
        recognise_again(Leg.objects.all())  # as the admin does when it is saved
    conference = Conference.objects.get()
    assert str(conference.pk) in rows(marta)
    assert str(conference.pk) not in rows(root)


def test_seeing_it_is_no_right_to_listen(story: Story, directory, marta, root):
    of_no_number(story)
    story.pass_time()
    marta.user_permissions.add(Permission.objects.get(codename="view_unassigned"))
    user = User.objects.get(pk=marta.pk)
    page = rows(user)
    assert "Of no team: nobody may join it." in page
    assert "?role=monitor" not in page
    with pytest.raises(Exception, match="you may see it, not join it"):
        begin(user, Conference.objects.get(), Request("monitor", "7" * 32, device=user.supervisor.devices.first()))


def test_numbers_are_masked_there_too(story: Story, directory, watcher):
    of_no_number(story)
    story.pass_time()
    assert "555-0171" not in rows(watcher)


def test_a_call_of_a_team_is_not_unassigned(story: Story, directory, root, marta):
    story.call(ANA)
    assert str(Conference.objects.get().pk) not in rows(root)
    assert str(Conference.objects.get().pk) in rows(marta)


@given(st.sampled_from([ANA, CHEN, STRANGER, None]), st.sampled_from([SUPPORT_NUMBER, SALES_NUMBER, OTHER_NUMBER]))
@settings(max_examples=12, deadline=None)
def test_no_conference_is_seen_by_nobody(agent, number):
    """The rule of who may see what, over all that a conference may be recognised by."""
    audiences = [_audience({1}), _audience({2}), _audience(set(), unassigned=True)]
    teams = {ANA: {1}, CHEN: {2}}.get(agent, set()) | {SUPPORT_NUMBER: {1}, SALES_NUMBER: {2}}.get(number, set())
    known = _Known(frozenset(teams))
    assert any(may_see(one, known) for one in audiences)
    assert may_see(audiences[2], known) is (not teams)


class _Known:
    queue_id = None

    def __init__(self, teams: frozenset[int]) -> None:
        self._teams = teams

    def team_ids(self) -> frozenset[int]:
        return self._teams


def _audience(teams: set[int], *, unassigned: bool = False) -> Any:
    return Audience(frozenset(teams), ("monitor",), False, False, unassigned)


def test_the_two_ways_of_asking_agree(story: Story, directory, root, marta, watcher):
    """The query for pages and the rule for pushes see the same."""
    for way in (of_no_number, of_an_unknown_phone_of_ours):
        way(story)
    story.call(ANA)
    story.pass_time()
    AgentAddress.objects.filter(address=STRANGER).delete()
    for user in (root, marta, watcher):
        audience = audience_of(user)
        asked = {one.pk for one in Conference.objects.visible_to(user)}
        ruled = {one.pk for one in Conference.objects.with_people() if may_see(audience, one)}
        assert asked == ruled
