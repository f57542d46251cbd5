"""The list of ended calls: who sees which, what narrows it, and how one pages through it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences.models import Conference
from tests.support.story import ANA, CHEN, LUIS, SALES_NUMBER, Story, browser


def end(story: Story, world) -> None:
    for stay in list(world.participants):
        story.simulator.far_end_hangs_up(stay.leg)
    story.pass_time()


def listed(user: User, **query) -> list[str]:
    """Our ids of the calls on the page, from the top."""
    page = browser(user).get("/history/", query)
    assert page.status_code == 200
    return re.findall(r'id="past-([0-9a-f-]+)"', page.content.decode())


@pytest.fixture
def calls(story: Story, marta) -> dict[str, str]:
    """Ended calls: of Ana's, of Luis's that was supervised, of Sales; and one of Ana's that goes on."""
    ana, one = story.call(ANA, customer="+34600000012")
    story.pass_time(120)
    end(story, ana)
    luis, two = story.call(LUIS)
    story.supervise(marta, two)
    end(story, luis)
    sales, three = story.call(CHEN, queue=SALES_NUMBER)
    end(story, sales)
    _, live = story.call(ANA)
    return {"ana": str(one.pk), "luis": str(two.pk), "sales": str(three.pk), "live": str(live.pk)}


def test_ended_calls_of_her_teams_are_listed_latest_first(calls, marta, ben):
    assert listed(marta) == [calls["luis"], calls["ana"]]
    assert listed(ben) == [calls["sales"]]


def test_each_filter_narrows_the_list(calls, marta, directory):
    ana, luis = [calls["ana"]], [calls["luis"]]
    today = Conference.objects.get(pk=calls["ana"]).ended_at.date().isoformat()
    both = [*luis, *ana]
    asked = {
        "agent": (directory.ana.pk, ana), "queue": (directory.queue.pk, both), "supervisor": (marta.pk, luis),
        "supervised": ("no", ana), "shortest": ("2", ana), "longest": ("1", luis), "reason": ("time_exceeded", []),
        "number": ("+34 600 00 00 12", ana), "from_day": (today, both), "to_day": ("2001-01-01", []),
    }  # fmt: skip
    assert {name: listed(marta, **{name: value}) for name, (value, _) in asked.items()} == {
        name: found for name, (_, found) in asked.items()
    }


@pytest.mark.parametrize(
    "query", [{"from_day": "x"}, {"agent": "999999"}, {"shortest": "-3"}, {"reason": "no"}, {"number": "abc def"}]
)
def test_what_cannot_be_understood_is_said_and_narrows_nothing(calls, marta, query):
    page = browser(marta).get("/history/", query).content.decode()
    assert ("aria-invalid" in page, calls["ana"] in page, calls["luis"] in page) == (True, True, True)


def test_who_sees_masked_numbers_searches_for_none(calls, marta):
    marta.user_permissions.remove(*marta.user_permissions.filter(codename="view_customer_number"))
    page = browser(User.objects.get(pk=marta.pk)).get("/history/", {"number": "+34600000099"}).content.decode()
    assert ("600" in page, 'name="number"' in page, calls["ana"] in page) == (False, False, True)


def test_pages_follow_one_another_without_loss(calls, marta, monkeypatch):
    monkeypatch.setattr("dashboard.views.history.PER_PAGE", 1)
    first = browser(marta).get("/history/").content.decode()
    older = re.search(r'rel="next" href="\?after=([^"]+)"', first)
    assert older is not None
    second = browser(marta).get(f"/history/?after={older[1]}").content.decode()
    assert [calls["luis"] in first, calls["ana"] in first, calls["ana"] in second] == [True, False, True]
    assert ('rel="next"' in second, listed(marta, after="nonsense")) == (False, [calls["luis"]])


def test_queries_do_not_grow_with_the_number_of_calls(story: Story, marta):
    counted = []
    listed(marta)  # the audit's very first entry takes more
    for _ in range(2):
        for _ in range(3):
            end(story, story.call(ANA, LUIS)[0])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listed(marta)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_lengths_are_looked_for_in_some_days_only(calls, marta):
    """However many calls there were; and the page says so, and how to see the others."""
    ana = Conference.objects.get(pk=calls["ana"])
    for name in ("created_at", "first_seen_at", "ended_at"):
        setattr(ana, name, getattr(ana, name) - timedelta(days=20))
    ana.save()
    day = ana.ended_at.date().isoformat()
    assert listed(marta, shortest="2") == []
    assert listed(marta, shortest="2", from_day=day) == listed(marta, shortest="2", to_day=day) == [calls["ana"]]
    said = [
        'id="looked-through"' in browser(marta).get("/history/", query).content.decode()
        for query in (
            {},
            {"shortest": "2"},
            {"shortest": "2", "from_day": day},
            {"shortest": "2", "from_day": "2001-01-01"},
            {"shortest": "x"},
        )
    ]
    assert said == [False, True, False, True, False]
