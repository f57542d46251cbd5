"""An audit that cannot be written lets nobody in and keeps nobody in; what was due is written once it can be."""

from __future__ import annotations

import pytest
from django.db import connection

from conferences import background
from conferences.audit import log as audit
from conferences.audit import owed as audit_owed
from conferences.models import AuditEntry, OwedEntry, Supervision
from tests.conferences.policy.test_withdrawn import WAYS, after_ten_seconds, is_up
from tests.support.story import ANA, DESK, LUIS, Story, browser

pytestmark = [pytest.mark.scaled, pytest.mark.slow]

MODES = [("monitor", ()), ("whisper", (ANA,)), ("barge", ())]


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def close_audit():
    if connection.vendor == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the audit is closed'); END"
        execute(f"CREATE TRIGGER closed BEFORE INSERT ON conferences_auditentry {refuse}")
    else:
        execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''the audit is closed''; END'",
            "CREATE TRIGGER closed BEFORE INSERT ON conferences_auditentry EXECUTE FUNCTION refuse()",
        )


def open_audit():
    execute("DROP TRIGGER closed" + ("" if connection.vendor == "sqlite" else " ON conferences_auditentry"))


def form(marta, role="monitor", token="7" * 32):
    return {"role": role, "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": token}


@pytest.mark.parametrize("role", ["monitor", "barge"])
def test_nobody_is_let_in_then_or_later(story: Story, marta, role):
    _, conference = story.call(ANA)
    close_audit()
    answer = browser(marta).post(f"/conferences/{conference.pk}/supervise/", form(marta, role), follow=True)
    mine = Supervision.objects.get()
    assert answer.status_code == 200
    assert mine.state == "failed"
    assert mine.problem == "refused"
    assert "it could not be put on record" in answer.content.decode()
    open_audit()
    for _ in range(40):
        story.pass_time()
    assert (story.commands("/v2/calls"), AuditEntry.objects.filter(result="denied").count()) == ([], 1)


@pytest.mark.parametrize(("role", "to"), MODES, ids=[role for role, _ in MODES])
def test_leaving_is_possible_and_recorded_later(story: Story, marta, role, to):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=to)
    before = AuditEntry.objects.count()
    close_audit()
    asked_at = story.now()
    assert browser(marta).post(f"/supervisions/{mine.pk}/leave/").status_code == 302
    mine = after_ten_seconds(story, mine)
    assert mine.problem == "left"
    assert is_up(story) is False
    assert AuditEntry.objects.count() == before
    open_audit()
    background.run_due()
    late = list(AuditEntry.objects.filter(supervision=mine, action__in=("leave", "hangup", "out")).order_by("pk"))
    assert [(one.action, one.phase) for one in late][:2] == [("leave", "intent"), ("leave", "outcome")]
    assert [one.action for one in late].count("out") == 1
    assert all((one.at - asked_at).total_seconds() < 5 for one in late)
    assert late[1].intent == late[0]
    assert not OwedEntry.objects.exists()


@pytest.mark.parametrize(("role", "to"), MODES[1:], ids=[role for role, _ in MODES[1:]])
def test_going_quieter_is_possible_all_the_same(story: Story, marta, role, to):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role=role, to=to)
    close_audit()
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "monitor"})
    mine = after_ten_seconds(story, mine)
    assert (mine.accepted_role, story.hear(world, story.leg(DESK))) == ("monitor", set())
    open_audit()
    background.run_due()
    assert AuditEntry.objects.filter(action="update", role="monitor", phase="outcome", result="ok").exists()


def test_going_louder_is_not(story: Story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    close_audit()
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    mine = after_ten_seconds(story, mine)
    assert mine.state == "joined"
    assert mine.accepted_role == "monitor"
    assert story.commands("/actions/update") == []
    assert story.hear(world, story.leg(DESK)) == set()


@pytest.mark.parametrize(("role", "to"), MODES, ids=[role for role, _ in MODES])
@pytest.mark.parametrize("lose", WAYS, ids=[one.__name__ for one in WAYS])
def test_a_withdrawn_right_ends_the_listening_all_the_same(story: Story, marta, lose, role, to):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=to)
    close_audit()
    lose(marta, mine)
    mine = after_ten_seconds(story, mine)
    assert (mine.problem, is_up(story)) == ("withdrawn", False)
    open_audit()
    background.run_due()
    assert AuditEntry.objects.get(action="withdraw").actor_name == "Earshot"


def test_what_cannot_be_written_yet_stays_owed(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    close_audit()
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    owed = OwedEntry.objects.count()
    background.run_due()
    assert OwedEntry.objects.count() >= owed > 0
    open_audit()
    background.run_due()
    background.run_due()
    assert (OwedEntry.objects.count(), AuditEntry.objects.filter(action="leave", phase="intent").count()) == (0, 1)


def test_an_outcome_finds_its_intent_that_was_written_meanwhile(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    close_audit()
    intent = audit.intend(mine, "leave", audit.Sending("c-1"))
    open_audit()
    assert (intent.pk, audit_owed.settle()) == (None, 1)
    outcome = audit.conclude(intent, audit.Outcome(AuditEntry.Result.OK))
    assert outcome.intent == AuditEntry.objects.get(action="leave", phase="intent")
