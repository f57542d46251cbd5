"""Alerts: off at first, raised once for each call and reason, when it is so, to those who may see it."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from conferences.attention import Kind
from conferences.ingest.feed import latest
from conferences.models import Alert, Conference, Leg
from conferences.supervision.requests.helping import asking
from conferences.wording.alerts import CALLS_WAITING, NAMES, SENTENCES
from dashboard.live import frames
from dashboard.live.connect import viewer_of
from tests.support.story import ANA, SUPPORT_NUMBER, Story, browser


def choose(user, *fields, quiet=("", "")):
    ticks = dict.fromkeys(fields, "on") | {"quiet_from": quiet[0], "quiet_until": quiet[1]}
    return browser(user).post("/alerts/", ticks)


def raised(user, conference, kind, occasion=""):
    asked = {"call": str(conference.pk), "kind": kind, "occasion": occasion}
    answer = browser(user).post("/alerts/raise/", asked)
    return answer.json() if answer.status_code == 200 else answer.status_code


def due(user, query=None):
    """What a page is told when it comes back."""
    viewer = viewer_of(user, "", {"since": "0", "alerts": "1", **(query or {})})
    _, told = frames.catch_up([viewer])
    return orjson.loads(told[viewer]).get("due", {})


def wait_for_agent(story, customer="+14155550171"):
    """A customer's call in which nobody has come yet."""
    leg = story.simulator.incoming_call(customer, SUPPORT_NUMBER)
    story.simulator.world.legs.answer(leg)
    world = story.simulator.world.conferences.create(leg, f"Call of {customer[-2:]}")
    story.pass_time()
    return Conference.objects.get(conference_id=world.id)


def test_an_alert_is_raised_once_and_when_due(story: Story, marta):
    conference = wait_for_agent(story)
    choose(marta, "waiting-sound", "waiting-desktop", "help-sound")
    (told,) = due(marta).values()
    assert told["queue"] == conference.queue_id
    story.pass_time(20)
    assert raised(marta, conference, "waiting") == 204  # not yet
    story.pass_time(15)
    assert told["at"]["waiting "] <= story.now().timestamp()
    first = raised(marta, conference, "waiting")
    assert (first["means"], first["call"]) == (["sound", "desktop"], str(conference.pk))
    assert (raised(marta, conference, "waiting"), Alert.objects.count()) == (204, 1)
    page = browser(marta).get("/alerts/").content.decode()
    assert f'href="/conferences/{conference.pk}/"' in page
    for view in ({"view": "agents"}, {"conference": str(conference.pk)}):
        assert str(conference.pk) in due(marta, view)


def test_alerts_are_off_and_for_calls_one_sees(story: Story, marta, ben):
    conference = wait_for_agent(story)
    story.pass_time(40)
    assert raised(marta, conference, "waiting") == 204
    choose(ben, "waiting-sound")
    assert (raised(ben, conference, "waiting"), due(ben)) == (204, {})
    choose(marta, "waiting-sound")
    assert raised(marta, conference, "nonsense") == 204
    assert browser(marta).post("/alerts/raise/", {"call": "7"}).status_code == 400
    assert raised(marta, conference, "waiting")["means"] == ["sound"]


def test_each_asking_for_help_is_one_reason(story: Story, marta, directory):
    _, conference = story.call(ANA)
    choose(marta, "help-sound")
    for _ in range(2):
        asking.ask(directory.ana)
        (which,) = [one.split(" ")[1] for one in due(marta)[str(conference.pk)]["at"] if one.startswith("help")]
        assert raised(marta, conference, "help", which)["means"] == ["sound"]
        assert raised(marta, conference, "help", which) == 204
        asking.withdraw(directory.ana)
        story.pass_time(2)


@pytest.mark.parametrize(("begins", "ends", "means"), [(-60, 60, []), (60, 120, ["sound"]), (60, -60, ["sound"])])
def test_quiet_hours_are_quiet_and_listed(story: Story, marta, begins, ends, means):
    conference = wait_for_agent(story)
    story.pass_time(40)
    now = timezone.localtime(story.now())
    quiet = [(now + timedelta(minutes=one)).strftime("%H:%M") for one in (begins, ends)]
    choose(marta, "waiting-sound", quiet=quiet)
    assert raised(marta, conference, "waiting")["means"] == means
    assert Alert.objects.count() == 1


@pytest.mark.words
def test_half_of_quiet_hours_is_refused(marta):
    assert "Give both times, or none." in choose(marta, "waiting-sound", quiet=("22:00", "")).content.decode()


def test_too_many_callers_of_a_queue_raise_one(story: Story, marta, directory):
    directory.queue.most_waiting = 2
    directory.queue.save()
    choose(marta, "calls_waiting-desktop")
    asked = {"queue": str(directory.queue.pk)}
    wait_for_agent(story)
    assert browser(marta).post("/alerts/raise/", asked).status_code == 204
    wait_for_agent(story, "+14155550172")
    assert browser(marta).post("/alerts/raise/", asked).json()["means"] == ["desktop"]
    assert browser(marta).post("/alerts/raise/", asked).status_code == 204
    assert directory.queue.name in browser(marta).get("/alerts/").content.decode()


def rings(story):
    """A customer who rings a queue, and the row she has."""
    leg = story.simulator.incoming_call("+14155550171", SUPPORT_NUMBER)
    story.pass_time()
    return leg, f"caller-{Leg.objects.get().pk}"


def pushed(user, since):
    viewer = viewer_of(user, "", {"since": str(since), "alerts": "1"})
    return orjson.loads(frames.changes_since(since).frame(viewer))["due"]


def test_a_caller_in_no_conference_raises_one_too(story: Story, marta, ben, directory):
    for user in (marta, ben):
        choose(user, "waiting-sound")
    since = latest()
    _, row = rings(story)
    told = pushed(marta, since)[row]
    assert told["queue"] == directory.queue.pk
    assert [due(marta, view)[row] for view in ({}, {"view": "agents"}, {"conference": "none"})] == [told] * 3
    assert due(ben) == {}
    asked = {"call": row, "kind": "waiting"}
    assert browser(marta).post("/alerts/raise/", asked).status_code == 204  # not yet
    story.pass_time(35)
    assert browser(ben).post("/alerts/raise/", asked).status_code == 204  # another team's
    assert browser(marta).post("/alerts/raise/", asked).json()["means"] == ["sound"]
    assert browser(marta).post("/alerts/raise/", asked).status_code == 204
    page = browser(marta).get("/alerts/").content.decode()
    assert page.partition("<ol>")[2].partition("</ol>")[0].count("<li>") == 1


def test_she_counts_and_her_call_raises_no_second(story: Story, marta, directory):
    directory.queue.most_waiting = 2
    directory.queue.save()
    choose(marta, "waiting-sound", "calls_waiting-sound")
    leg, row = rings(story)
    wait_for_agent(story, "+14155550172")
    assert browser(marta).post("/alerts/raise/", {"queue": str(directory.queue.pk)}).status_code == 200
    story.pass_time(35)
    assert browser(marta).post("/alerts/raise/", {"call": row, "kind": "waiting"}).status_code == 200
    since = latest()
    story.simulator.world.legs.answer(leg)
    world = story.simulator.world.conferences.create(leg, "Support 4711")
    story.pass_time()
    assert pushed(marta, since)[row] == {"at": {}}
    assert raised(marta, Conference.objects.get(conference_id=world.id), "waiting") == 204  # it is the same wait


def test_the_last_twenty_are_listed_and_kept(story: Story, marta):
    _, conference = story.call(ANA)
    for number in range(30):
        at = story.now() - timedelta(minutes=number + 1)
        Alert.objects.create(user=marta, kind="help", conference=conference, occasion=str(number), raised_at=at)
    listed = browser(marta).get("/alerts/").content.decode().partition("<ol>")[2].partition("</ol>")[0]
    assert listed.count("<li>") == 20
    assert {*NAMES} == {*SENTENCES} == {str(one) for one in Kind if one is not Kind.DRIFT} | {CALLS_WAITING}
