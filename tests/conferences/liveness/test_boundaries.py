"""A mistake of ours, planted where one may be: nothing acknowledged is lost, other calls go on, and it is seen."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conferences import background, fold
from conferences.ingest import inbox
from conferences.liveness import boundaries, pulse
from conferences.liveness.boundaries import Boundary, cause_of
from conferences.management.commands import reconcile as reconcile_command
from conferences.models import Conference, Fact, Participant, Pulse
from conferences.reconciliation import readback
from tests.support.story import ANA, CHEN, CUSTOMER, SALES_NUMBER, Story, browser, poster

pytestmark = pytest.mark.scaled


class Planted(Exception):
    """A mistake that nobody foresaw; its words may hold what must not be shown."""


SECRET = "+14155550171"


def fails(*_: Any, **__: Any) -> Any:
    raise Planted(SECRET)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("FACTS", "BACKGROUND", "ONE_TASK", "HUB", "HEARTBEAT", "READING", "ONE_READING"):
        monkeypatch.setattr(boundaries, name, Boundary(name.title()))
    monkeypatch.setattr(background, "_FAILED", {})
    monkeypatch.setattr(pulse, "_written", {})


def post(story: Story, data: dict[str, Any]) -> int:
    body, headers = story.simulator.signed(data)
    return poster(Client())(story.simulator.app.webhook_url, body, headers)


def sabotage(monkeypatch, where: str, event_type: str, on: str = "") -> None:
    """Let our code stop at facts of this type, in the parse, the fold or the projection."""
    if where == "fold":
        effect = fold._EFFECTS[event_type]
        monkeypatch.setitem(
            fold._EFFECTS, event_type, lambda state, fact: fails() if on in str(fact.payload) else effect(state, fact)
        )
    elif where == "projection":
        project = inbox.project
        monkeypatch.setattr(
            inbox,
            "project",
            lambda events, **told: (
                fails()
                if any(one.type == event_type and on in str(one.payload) for one in events)
                else project(events, **told)
            ),
        )
    else:
        parse = inbox.parse
        monkeypatch.setattr(
            inbox,
            "parse",
            lambda body, at: fails() if event_type.encode() in body and on.encode() in body else parse(body, at),
        )


WHERE = ["parse", "fold", "projection"]
TYPES = ["call.initiated", "call.answered", "conference.created", "conference.participant.joined"]


@pytest.mark.parametrize("event_type", TYPES)
@pytest.mark.parametrize("where", WHERE)
def test_a_fact_that_fails_is_parked_and_counts_later(story: Story, directory, monkeypatch, where, event_type):
    with monkeypatch.context() as planted:
        sabotage(planted, where, event_type)
        world = story.simulator.conference_with((ANA,), customer=CUSTOMER)
        story.pass_time()
        failed = [one for one in story.simulator.deliverer.deliveries if one.status != "delivered"]
        assert failed == []  # everything was acknowledged, and is on disk
        facts = list(inbox.parked())
        assert facts
        assert all("Planted" in one.reason and "fails" in one.trace for one in facts)
        assert not any(SECRET in one.reason + one.trace for one in facts)
    call_command("replay_facts", verbosity=0)
    assert not inbox.parked().exists()
    inside = {one.leg.call_control_id for one in Participant.objects.filter(state="joined")}
    assert inside == {stay.leg.call_control_id for stay in world.participants}


@pytest.mark.parametrize("where", WHERE)
def test_other_calls_go_on(story: Story, marta, directory, monkeypatch, where):
    """One call's events cannot be taken in; another team's call, and what comes after, is as it should be."""
    sabotage(monkeypatch, where, "conference.participant.joined", on="Unlucky")
    unlucky = story.simulator.conference_with((ANA,), customer=CUSTOMER)
    sabotage(monkeypatch, where, "conference.participant.joined", on=unlucky.id)
    lucky = story.simulator.conference_with((CHEN,), customer="+14155550172", queue_number=SALES_NUMBER)
    story.pass_time()
    inside = {one.leg.call_control_id for one in Participant.objects.filter(conference__conference_id=lucky.id)}
    assert inside == {stay.leg.call_control_id for stay in lucky.participants}
    assert inbox.parked().count() == 2


def test_what_the_database_refuses_is_redelivered_not_parked(story: Story, directory, monkeypatch):
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    leg = story.simulator.incoming_call(CUSTOMER)
    data = story.simulator.events[-1].data
    with monkeypatch.context() as planted:
        planted.setattr(inbox, "project", away)
        assert post(story, data) == 503
    assert not Fact.objects.exists()
    assert post(story, data) == 200
    assert Fact.objects.get().call_control_id == leg.call_control_id


def test_a_repeated_delivery_of_a_parked_fact_is_one(story: Story, directory, monkeypatch):
    sabotage(monkeypatch, "fold", "call.initiated")
    story.simulator.incoming_call(CUSTOMER)
    data = story.simulator.events[-1].data
    assert [post(story, data) for _ in range(3)] == [200, 200, 200]
    assert inbox.parked().count() == 1


def test_parked_facts_show_in_probes_and_admin_reapplies_them(story: Story, directory, monkeypatch, settings):
    settings.METRICS_TOKEN = "a token of the tests"
    root = User.objects.create_superuser("root", password="a long enough password")
    with monkeypatch.context() as planted:
        sabotage(planted, "fold", "call.initiated")
        story.simulator.incoming_call(CUSTOMER)
        story.deliver()
        ready = Client().get("/readyz", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
        assert ready.status_code == 503
        assert ready.json()["facts"].startswith("1 fact is parked")
        page = browser(root).get("/admin/conferences/fact/?outcome__exact=parked").content.decode()
        assert "Planted in fails" in page
        again = {"action": "apply_again", "_selected_action": [inbox.parked().get().pk]}
        told = browser(root).post("/admin/conferences/fact/", again, follow=True).content.decode()
        assert "0 of 1 parked facts count now." in told
    told = browser(root).post("/admin/conferences/fact/", again, follow=True).content.decode()
    assert "1 of 1 parked facts count now." in told
    assert not inbox.parked().exists()


def test_a_failing_read_back_leaves_the_others_alone(story: Story, directory, monkeypatch):
    """The reconciler meets a mistake in one conference: it goes on, with the others and round again."""
    first, _ = story.call(ANA)
    second, _ = story.call(CHEN, queue=SALES_NUMBER, customer="+14155550172")
    read = readback.read_back
    asked = []

    def read_back(conference: Conference, **told: Any) -> None:
        asked.append(conference.conference_id)
        if conference.conference_id == first.id:
            fails()
        read(conference, **told)

    monkeypatch.setattr(readback, "read_back", read_back)
    Conference.objects.update(polled_at=None)
    call_command("reconcile", once=True)
    assert {*asked} == {first.id, second.id}
    assert Conference.objects.get(conference_id=second.id).verified_at is not None
    assert boundaries.ONE_READING.failures >= 0
    assert sum(boundaries.ONE_READING.counts.values()) == 1


@pytest.mark.parametrize("what", ["due", "find_unknown_conferences"])
def test_the_reconciler_outlives_what_it_does(story: Story, directory, monkeypatch, what):
    """It comes round again and again, says so, and says what is amiss."""
    command = reconcile_command.Command()
    rounds = []

    class Stop:
        def is_set(self) -> bool:
            return len(rounds) >= 3

        def set(self) -> None:
            return None

        def wait(self, seconds: float) -> None:
            rounds.append(seconds)

    monkeypatch.setattr(reconcile_command.threading, "Event", Stop)
    monkeypatch.setattr(reconcile_command.signal, "signal", lambda *_: None)
    monkeypatch.setattr(reconcile_command, "close_old_connections", lambda: None)
    monkeypatch.setattr(readback, what, fails)
    command.handle(once=False)
    assert len(rounds) == 3
    assert Pulse.objects.filter(name="reconciler").exists()
    if what == "due":
        assert rounds[0] < rounds[1] < rounds[2]  # and waits longer each time
        assert "Planted" in boundaries.READING.trouble


def test_tasks_outlive_one_that_fails(story: Story, directory, monkeypatch, caplog):
    """It is logged, tried again after a pause that grows, and the others are done meanwhile."""
    done = []
    monkeypatch.setattr(background, "let_go_of_connections", lambda: None)
    monkeypatch.setattr(background, "due", lambda: iter([(("a", 1), fails), (("b", 2), lambda: done.append(1))]))
    with caplog.at_level(logging.ERROR):
        for key, task in background.due():
            background._do(key, task)
    assert done == [1]
    assert [background._may_be_tried(key) for key in (("a", 1), ("b", 2))] == [False, True]
    assert "Planted" in caplog.text


def test_a_failed_look_for_tasks_is_repeated(monkeypatch):
    looked = []

    def due() -> Any:
        looked.append(1)
        if len(looked) == 1:
            fails()
        runner._stopped.set()
        return iter(())

    monkeypatch.setattr(background, "let_go_of_connections", lambda: None)
    runner = background.BackgroundRunner()
    monkeypatch.setattr(background, "due", due)
    monkeypatch.setattr(background, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(boundaries, "FIRST_PAUSE", 0.0)
    runner._run()
    assert len(looked) == 2


def test_while_facts_pour_in_the_urgent_comes_first():
    """All is looked for every second, what facts bring four times; between them what a supervisor waits for."""
    schedule = background.Schedule(0.0)
    names = {background.due: "all", background.brought: "facts", background.urgent: "urgent"}
    chosen = [names[schedule.choose(moment / 20, came=True)] for moment in range(20)]
    assert chosen == ["all", *["urgent"] * 4, *(["facts", *["urgent"] * 4] * 3)]
    assert (schedule.next_at, names[schedule.choose(1.0, came=False)]) == (1.0, "all")


def test_without_facts_only_the_clock_makes_it_look():
    schedule = background.Schedule(0.0)
    schedule.choose(0.0, came=False)
    assert (schedule.next_at, schedule.choose(0.5, came=False)) == (1.0, background.urgent)
    assert schedule.choose(0.6, came=True) is background.brought


# The boundary itself.


@pytest.mark.parametrize(("failures", "logged"), [(1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (100, 7)])
def test_a_cause_is_logged_first_and_at_each_doubling(caplog, failures, logged):
    boundary = Boundary("Work")
    for _ in range(failures):
        assert boundary.run(fails) is False
    assert len([one for one in caplog.records if "Work failed" in one.message]) == logged
    assert boundary.counts == {cause_of(_caught()): failures} or sum(boundary.counts.values()) == failures


def _caught() -> Planted:
    try:
        fails()
    except Planted as error:
        return error
    raise AssertionError


def test_causes_are_told_apart_until_a_success_resets_failures(caplog):
    boundary = Boundary("Work")
    boundary.run(fails)
    boundary.run(lambda: {}["x"])
    assert len(boundary.counts) == 2
    assert boundary.failures == 2
    assert boundary.pause == 2.0
    assert "KeyError" in boundary.trouble
    assert boundary.run(lambda: None) is True
    assert boundary.failures == 0
    assert boundary.pause == 0.0
    assert boundary.trouble == ""


@given(st.lists(st.booleans(), max_size=40))
def test_the_pause_grows_with_consecutive_failures_to_a_limit(outcomes):
    boundary = Boundary("Work")
    logging.disable(logging.CRITICAL)
    try:
        before = 0.0
        for goes_well in outcomes:
            boundary.run((lambda: None) if goes_well else fails)
            assert boundary.pause == 0.0 if goes_well else before <= boundary.pause <= boundaries.LONGEST_PAUSE
            before = boundary.pause
    finally:
        logging.disable(logging.NOTSET)


def test_one_that_does_not_come_round_is_not_alive():
    now = [0.0]
    boundary = Boundary("Work", clock=lambda: now[0])
    assert boundary.trouble == ""
    boundary.run(lambda: None)
    now[0] = 61.0
    assert boundary.trouble == "Work has not come round for 61 s."


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_process_gets_through(error):
    def stop() -> None:
        raise error

    with pytest.raises(error):
        Boundary("Work").run(stop)
