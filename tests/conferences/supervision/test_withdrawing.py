"""Several who lose the right at once are taken out together; whoever keeps it stays."""

from __future__ import annotations

import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences import background
from conferences.audit.proof import verification
from conferences.models import AuditEntry, Supervision
from conferences.supervision.executor import looking
from conferences.supervision.state_machine.deciding import decide
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
    assert set(apart) == {("supervision", one.pk) for one in gone}


def test_one_alone_is_left_to_her_worker(story: Story, directory):
    _, conference = story.call(ANA)
    mine = listener(story, directory, 0, conference)
    lose_team([mine])
    found = looking.look()
    assert ([one.pk for one in found.due], found.lost) == ([mine.pk], {})
    story.pass_time()
    assert Supervision.objects.get(pk=mine.pk).problem == "withdrawn"


def test_more_listeners_cost_no_question_more(story: Story, directory):
    """What their rights rest on is read once, and so is what each next step is decided from."""
    _, conference = story.call(ANA)
    _, other = story.call(LUIS, customer="+14155550172")
    counts = []
    for number in range(4):
        listener(story, directory, number, (conference, other)[number % 2])
        with CaptureQueriesContext(connection) as queries:
            looking.look()
        counts.append(len(queries))
    assert counts == [counts[0]] * 4


def test_who_listens_and_needs_nothing_is_left_alone(story: Story, directory):
    _, conference = story.call(ANA)
    _, other = (listener(story, directory, number, conference) for number in range(2))
    story.pass_time()
    assert looking.look().due == []
    Supervision.objects.filter(pk=other.pk).update(requested_role="barge", requested_targets=[])
    assert [one.pk for one in looking.look().due] == [other.pk]
    assert [key for key, _ in background.urgent()] == [("supervision", other.pk)]
    Supervision.objects.filter(pk=other.pk).update(is_active=False)
    assert [key for key, _ in background.urgent()] == [("leaving", other.pk)]


def test_a_row_nobody_foresaw_keeps_nobody_else_in(story: Story, directory, monkeypatch):
    """Its own task tells what is wrong with it; the others are looked after as ever."""
    _, conference = story.call(ANA)
    strange, gone = (listener(story, directory, number, conference) for number in range(2))

    def decide_or_fail(seen):
        if seen.supervision.pk == strange.pk:
            raise ArithmeticError("planted")
        return decide(seen)

    monkeypatch.setattr(looking, "decide", decide_or_fail)
    lose_team([gone])
    assert {one.pk for one in looking.look().due} == {strange.pk, gone.pk}
