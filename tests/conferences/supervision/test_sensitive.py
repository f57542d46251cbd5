"""Sensitive sections: nobody listens while one runs, whoever began it; it is on record, and over by itself."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences import background
from conferences.audit import owed
from conferences.audit.proof import verification
from conferences.models import AuditEntry, Conference, Device, OwedEntry, SensitiveSection, Supervision
from conferences.supervision import lease
from conferences.supervision.requests import sensitive
from tests.conferences.audit.test_audit_owed import close_audit, open_audit
from tests.support.story import ALL_MODES, ANA, DESK, LUIS, Story, browser, make_supervisor

TOKEN = "a token of the center's own"


@pytest.fixture(autouse=True)
def token(settings):
    settings.API_TOKEN = TOKEN


def ask(client, body, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/api/sensitive/", body, "application/json", headers=headers)


def press(user, conference, do="begin"):
    return browser(user).post(f"/conferences/{conference.pk}/sensitive/", {"do": do})


def tries(user, conference):
    """The page that answers a try to listen, or nothing where that was begun."""
    form = {"role": "monitor", "my_leg": f"device:{user.supervisor.devices.first().pk}", "token": "7" * 32}
    answer = browser(user).post(f"/conferences/{conference.pk}/supervise/", form)
    return answer.content.decode() if answer.status_code == 200 else ""


def give(user, codename):
    user.user_permissions.add(Permission.objects.get(codename=codename))


def record():
    entries = AuditEntry.objects.filter(action__startswith="sensitive").order_by("pk")
    return [(one.action, one.result, one.actor_name) for one in entries]


@pytest.mark.parametrize(("role", "to"), [("monitor", ()), ("whisper", (ANA,)), ("barge", ())])
def test_whoever_listens_is_out_and_stays_out(story: Story, marta, client, role, to):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=to)
    leg = story.leg(DESK)
    assert leg.call_control_id in story.simulator.heard_by(world)
    answer = ask(client, {"call_control_id": story.leg(ANA).call_control_id, "seconds": 60, "reason": "card payment"})
    assert (answer.status_code, answer.json()["conferences"]) == (200, [conference.conference_id])
    story.deliver()
    assert (leg.state, story.hear(world, leg)) == ("ended", set())
    mine = Supervision.objects.get(pk=mine.pk)
    assert (mine.state, mine.problem) == ("ended", "sensitive")
    assert "until it is over" in tries(marta, conference)
    story.pass_time(61)
    assert (record(), tries(marta, conference)) == (
        [("sensitive", "ok", "Earshot"), ("sensitive_end", "ok", "Earshot")], ""
    )  # fmt: skip


def test_everybody_leaves_at_once_ahead_of_other_commands(story: Story, directory, marta):
    """Nobody is asked first whether she may stay: what is due next for each of them is her leave."""
    world, conference = story.call(ANA)
    _, other = story.call(LUIS, customer="+14155550172")
    listeners = [listener(story, directory, number, conference) for number in range(3)]
    elsewhere = story.supervise(marta, other)
    before = len(story.simulator.commands)
    sensitive.begin(conference, None)
    sent = [one.action for one in story.simulator.commands[before:]]
    assert sent == ["leave"] * len(listeners) + ["hangup"] * len(listeners)
    running = Supervision.objects.running().filter(conference=conference)
    assert {(one.state, one.is_active, one.problem) for one in running} == {("leaving", False, "sensitive")}
    assert all(one.leave_accepted_at and one.hangup_sent_at and not one.command and not one.busy_by for one in running)
    assert list(background.urgent()) == []  # only webhooks are waited for
    story.deliver()
    assert len(story.simulator.commands[before:]) == 2 * len(listeners)
    story.pass_time()
    assert not running.all().exists()
    assert sum(stay.status == "joined" for stay in world.participants) == 2
    assert AuditEntry.objects.filter(action="withdraw", supervision__in=listeners).count() == len(listeners)
    assert verification.verify().findings == []
    elsewhere.refresh_from_db()
    assert elsewhere.state == "joined"


def test_more_listeners_cost_the_same_to_be_taken_out(story: Story, directory, marta):
    """All that is done until each of them is out of earshot: a few statements for all, their entries included."""
    _, conference = story.call(ANA)
    counts = []
    for number in range(4):
        for one in range(number + 1):
            listener(story, directory, 10 * number + one, conference)
        with CaptureQueriesContext(connection) as queries:
            sensitive.begin(conference, None)
        counts.append(len(queries))
        story.deliver()
        sensitive.end(conference, None)
    assert counts[1:] == [counts[1]] * 3


def test_entries_of_those_taken_out_are_owed(story: Story, directory, marta):
    _, conference = story.call(ANA)
    for number in range(2):
        listener(story, directory, number, conference)
    before = AuditEntry.objects.count()
    close_audit()
    sensitive.begin(conference, None)
    assert len(story.commands("/actions/leave")) == 2  # leaving is never refused
    open_audit()
    assert (AuditEntry.objects.count(), OwedEntry.objects.count()) == (before, 11)
    owed.settle()
    told = AuditEntry.objects.filter(action__in=("withdraw", "leave")).order_by("seq")
    assert [(one.action, one.phase) for one in told] == [
        *[("withdraw", "outcome")] * 2, *[("leave", "intent")] * 2, *[("leave", "outcome")] * 2
    ]  # fmt: skip
    assert {one.intent.command_id == one.command_id for one in told if one.intent} == {True}
    assert verification.verify().findings == []


def test_a_worker_that_only_looks_keeps_nobody_in(story: Story, marta):
    """It has taken her to see what is next, and no command is under way: her leave waits for neither."""
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    turn = lease.take(mine.pk)
    sensitive.begin(conference, None)
    assert len(story.commands("/actions/leave")) == 1
    lease.give_back(mine.pk, turn)  # what that worker still does is news of the past
    story.deliver()
    assert Supervision.objects.get(pk=mine.pk).state == "ended"


def listener(story, directory, number, conference):
    user = make_supervisor(f"listener{number}", f"Listener {number}", [directory.support], ALL_MODES)
    Device.objects.create(supervisor=user.supervisor, name="Desk", address=f"sip:listener{number}@supervisors.example")
    mine = story.supervise(user, conference)
    assert mine.state == "joined"
    return mine


def test_a_phone_that_rings_is_not_taken_in(story: Story, marta, client):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "answers", after=6)
    assert tries(marta, conference) == ""
    ask(client, {"conference_id": conference.conference_id})
    for _ in range(8):
        story.pass_time()
    assert story.commands("/actions/join") == []
    assert Supervision.objects.get().problem == "sensitive"


def test_another_call_is_listened_to_as_before(story: Story, marta, client):
    world, conference = story.call(ANA)
    _, other = story.call("sip:luis.ortega@agents.example", customer="+14155550172")
    mine = story.supervise(marta, conference)
    ask(client, {"conference_id": other.conference_id})
    story.pass_time(3)
    assert Supervision.objects.get(pk=mine.pk).state == "joined"
    assert story.leg(DESK).call_control_id in story.simulator.heard_by(world)


@pytest.mark.words
def test_a_supervisor_with_the_right_begins_and_ends_one(story: Story, marta):
    _, conference = story.call(ANA)
    assert press(marta, conference).status_code == 403
    give(marta, "end_supervision")
    assert press(marta, conference).status_code == 302
    page = browser(marta).get(f"/conferences/{conference.pk}/").content.decode()
    assert "nobody may listen" in page
    assert "It is over" in page
    assert press(marta, conference, "end").status_code == 302
    assert tries(marta, conference) == ""
    name = "Marta Vidal" if marta.last_name == "Vidal" else marta.get_full_name()
    assert record() == [("sensitive", "denied", name), ("sensitive", "ok", name), ("sensitive_end", "ok", name)]


def test_a_call_of_another_team_is_not_there(story: Story, marta, ben):
    _, conference = story.call(ANA)
    give(ben, "end_supervision")
    assert press(ben, conference).status_code == 404


def test_what_a_system_began_nobody_ends(story: Story, marta, client):
    _, conference = story.call(ANA)
    give(marta, "end_supervision")
    ask(client, {"conference_id": conference.conference_id})
    press(marta, conference)
    press(marta, conference, "end")
    assert "until it is over" in tries(marta, conference)
    assert ask(client, {"conference_id": conference.conference_id, "end": True}).json()["ended"] == 1
    assert tries(marta, conference) == ""


def test_asking_again_prolongs_it(story: Story, marta, client):
    _, conference = story.call(ANA)
    for _ in range(2):
        ask(client, {"conference_id": conference.conference_id, "seconds": 30})
        story.pass_time(20)
    assert SensitiveSection.objects.count() == 1
    assert "until it is over" in tries(marta, conference)
    story.pass_time(11)
    assert tries(marta, conference) == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "call_control_id"),
        ({"conference_id": "nowhere"}, "conference_id"),
        ({"call_control_id": "nobody\0"}, "call_control_id"),
        ({"conference_id": 7}, "call_control_id"),
        ({"conference_id": "HERE", "seconds": 0}, "seconds"),
        ({"conference_id": "HERE", "seconds": 3601}, "seconds"),
        ({"conference_id": "HERE", "seconds": "60"}, "seconds"),
    ],
)
def test_what_cannot_be_done_is_said(story: Story, client, body, field):
    _, conference = story.call(ANA)
    body = {name: conference.conference_id if value == "HERE" else value for name, value in body.items()}
    answer = ask(client, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert SensitiveSection.objects.count() == 0


def test_only_the_token_opens_the_door(story: Story, client, settings):
    _, conference = story.call(ANA)
    assert ask(client, {"conference_id": conference.conference_id}, token="another").status_code == 401
    settings.API_TOKEN = ""
    assert ask(client, {"conference_id": conference.conference_id}, token="").status_code == 404
    assert Conference.objects.get().sensitive_sections.count() == 0
