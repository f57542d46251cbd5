"""Several who lose the right at once are taken out together; whoever keeps it stays."""

from __future__ import annotations

import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences import background
from conferences.audit.proof import verification
from conferences.models import AuditEntry, Supervision
from conferences.supervision.executor import withdrawing
from tests.conferences.supervision.test_sensitive import listener
from tests.support.story import ANA, LUIS, Story


def lose_team(listeners):
    for one in listeners:
        one.user.supervisor.teams.clear()


def test_all_who_lose_the_right_leave_together(story: Story, directory, marta):
    world, conference = story.call(ANA)
    _, other = story.call(LUIS, customer="+14155550172")
    gone = [listener(story, directory, number, conference) for number in range(3)]
    stays, elsewhere = listener(story, directory, 3, conference), story.supervise(marta, other)
    before = len(story.simulator.commands)
    lose_team(gone)
    story.pass_time()
    sent = [one.action for one in story.simulator.commands[before:]]
    assert sent == ["leave"] * len(gone) + ["hangup"] * len(gone)
    states = dict(Supervision.objects.values_list("pk", "state"))
    assert {states[one.pk] for one in gone} == {"ended"}
    assert (states[stays.pk], states[elsewhere.pk]) == ("joined", "joined")
    assert set(Supervision.objects.filter(state="ended").values_list("problem", flat=True)) == {"withdrawn"}
    told = AuditEntry.objects.filter(action="withdraw")
    assert {(one.supervision_id, one.actor_name) for one in told} == {(one.pk, "Earshot") for one in gone}
    assert told.count() == len(gone)
    assert sum(stay.status == "joined" for stay in world.participants) == 3
    assert verification.verify().findings == []


def test_where_together_fails_each_leaves_by_herself(story: Story, directory, monkeypatch):
    _, conference = story.call(ANA)
    gone = [listener(story, directory, number, conference) for number in range(2)]
    lose_team(gone)
    together = [key for key, _ in background.due() if key[0] in ("withdrawn", "supervision")]
    monkeypatch.setitem(background._FAILED, background.WITHDRAWN, (1, time.monotonic() + 60))
    apart = [key for key, _ in background.due() if key[0] in ("withdrawn", "supervision")]
    assert together == [background.WITHDRAWN]
    assert set(apart) == {background.WITHDRAWN, *(("supervision", one.pk) for one in gone)}


def test_one_alone_is_left_to_her_worker(story: Story, directory):
    _, conference = story.call(ANA)
    mine = listener(story, directory, 0, conference)
    lose_team([mine])
    assert withdrawing.find() == {}
    story.pass_time()
    assert Supervision.objects.get(pk=mine.pk).problem == "withdrawn"


def test_more_listeners_cost_few_questions_more(story: Story, directory):
    """What their rights have in common is read once: what is left is whose calls each may see."""
    _, conference = story.call(ANA)
    counts = []
    for number in range(4):
        listener(story, directory, number, conference)
        with CaptureQueriesContext(connection) as queries:
            withdrawing.find()
        counts.append(len(queries))
    assert counts[3] - counts[2] == counts[2] - counts[1] <= 4
