"""What a queue's or a team's policy allows: in buttons, forms and actions, and of whoever listens already."""

from __future__ import annotations

import uuid

import pytest

from conferences.models import AuditEntry, ListeningPolicy, ProtectedNumber, Supervision
from tests.conferences.policy.test_withdrawn import after_ten_seconds
from tests.support.story import ANA, CHEN, DESK, LUIS, SALES_NUMBER, Story, browser


def begin(user, conference, role="monitor", **more):
    """The sentence on the page that refuses; empty where it began."""
    form = {"role": role, "my_leg": f"device:{user.supervisor.devices.first().pk}", "token": str(uuid.uuid4()), **more}
    answer = browser(user).post(f"/conferences/{conference.pk}/supervise/", form)
    return answer.content.decode() if answer.status_code == 200 else ""


def buttons(user):
    page = browser(user).get("/").content.decode()
    return [role for role in ("monitor", "whisper", "barge") if f"?role={role}" in page]


@pytest.fixture
def of_team(directory):
    return ListeningPolicy.objects.create(team=directory.support)


@pytest.fixture
def of_queue(directory):
    return ListeningPolicy.objects.create(queue=directory.queue)


def test_a_mode_that_either_policy_forbids_is_refused(story: Story, marta, of_team, of_queue):
    _, conference = story.call(ANA)
    assert buttons(marta) == ["monitor", "whisper", "barge"]
    of_team.barge = of_queue.whisper = False
    of_team.save()
    of_queue.save()
    assert [bool(begin(marta, conference, role, targets=[story.leg(ANA).call_control_id] if role == "whisper" else []))
            for role in ("barge", "whisper")] == [True, True]  # fmt: skip
    assert AuditEntry.objects.filter(result="denied").count() == 2
    assert begin(marta, conference) == ""


@pytest.mark.slow
def test_a_mode_forbidden_meanwhile_ends_the_listening(story: Story, marta, of_queue):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    of_queue.whisper = False
    of_queue.save()
    assert after_ten_seconds(story, mine).state == "joined"
    of_queue.barge = False
    of_queue.save()
    mine = after_ten_seconds(story, mine)
    assert (mine.problem, story.leg(DESK).state) == ("withdrawn", "ended")


@pytest.mark.words
def test_who_is_to_monitor_first_may_then_be_heard(story: Story, marta, of_queue):
    of_queue.monitor_first = True
    of_queue.save()
    world, conference = story.call(ANA)
    assert "Monitor this call first" in begin(marta, conference, "barge")
    assert buttons(marta) == ["monitor"]
    mine = story.supervise(marta, conference)
    browser(marta).post(f"/supervisions/{mine.pk}/change/", {"role": "barge"})
    for _ in range(3):
        story.pass_time()
    assert Supervision.objects.get(pk=mine.pk).accepted_role == "barge"
    assert len(story.hear(world, story.leg(DESK))) == 2


@pytest.mark.words
def test_no_more_are_heard_than_the_policy_says(story: Story, marta, ben, directory, of_queue):
    ben.supervisor.teams.add(directory.support)
    ben.user_permissions.set(marta.user_permissions.all())
    of_queue.most_audible = 1
    of_queue.save()
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="barge")
    assert "already are" in begin(ben, conference, "barge")
    assert begin(ben, conference) == ""


def test_the_longest_supervision_ends_by_itself(story: Story, marta, of_team):
    of_team.longest_minutes = 2
    of_team.save()
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    story.pass_time(90)
    assert Supervision.objects.get(pk=mine.pk).state == "joined"
    story.pass_time(30)
    story.pass_time(3)
    mine = Supervision.objects.get(pk=mine.pk)
    assert (mine.problem, story.leg(DESK).state) == ("too_long", "ended")


@pytest.mark.words
def test_a_protected_agent_is_listened_to_by_nobody(story: Story, marta, directory):
    directory.ana.is_protected = True
    directory.ana.save()
    _, conference = story.call(LUIS)
    mine = story.supervise(marta, conference)
    assert mine.state == "joined"
    _, other = story.call(ANA, customer="+14155550172")
    assert "protected" in begin(marta, other)
    directory.luis.is_protected = True
    directory.luis.save()
    assert after_ten_seconds(story, mine).problem == "protected"


NUMBERS = [
    ("+1 (415) 555-0171", "+14155550171", True),
    ("+1 415 555", "+1415555", True),
    ("+1 415 999", "+1415999", False),
    ("+1 415 555 0101", "+14155550101", False),  # the queue's own, which the customer called
]


@pytest.mark.parametrize("case", NUMBERS)
def test_a_call_with_a_protected_number_is_nobodys(story: Story, marta, cleo, case):
    written, kept, is_theirs = case
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    assert mine.state == "joined"
    form = {"number": written, "note": "The works council"}
    assert browser(cleo).post("/admin/conferences/protectednumber/add/", form).status_code == 302
    assert ProtectedNumber.objects.get().number == kept
    assert AuditEntry.objects.filter(subject="protected number", actor=cleo).exists()
    story.pass_time(1)
    mine = Supervision.objects.get(pk=mine.pk)
    assert (mine.problem, story.leg(DESK).state) == (("protected", "ended") if is_theirs else ("", "answered"))
    assert buttons(marta) == ([] if is_theirs else ["monitor", "whisper", "barge"])
    if is_theirs:
        assert begin(marta, conference) != ""


def test_too_short_a_beginning_protects_nothing(cleo):
    for text in ("+34", "nobody", "sip:x@y.example"):
        page = browser(cleo).post("/admin/conferences/protectednumber/add/", {"number": text})
        assert page.status_code == 200
    assert ProtectedNumber.objects.count() == 0


def test_an_agents_own_number_protects_no_customer(story: Story, marta, directory):
    ProtectedNumber.objects.create(number=CHEN)
    marta.supervisor.teams.add(directory.sales)
    _, conference = story.call(CHEN, queue=SALES_NUMBER)
    assert story.supervise(marta, conference).state == "joined"


@pytest.mark.words
@pytest.mark.parametrize("case", [("", " ", "Complaint 17"), ("Coaching\nComplaint", "Fun", "Coaching")])
def test_a_reason_is_asked_for_and_kept(story: Story, marta, of_queue, case):
    reasons, wrong, right = case
    of_queue.reason_required, of_queue.reasons = True, reasons
    of_queue.save()
    _, conference = story.call(ANA)
    assert "Say why" in begin(marta, conference)
    assert begin(marta, conference, reason=wrong) != ""
    assert Supervision.objects.count() == 0
    assert begin(marta, conference, reason=right) == ""
    assert Supervision.objects.get().reason == right
    story.pass_time(2)
    assert right in AuditEntry.objects.filter(action="dial").order_by("pk").first().note


def saves(user, queue, **fields):
    """Save the queue's form in the admin, with its policy."""
    row = ListeningPolicy.objects.filter(queue=queue).first()
    modes = {f"listening_policy-0-{role}": "on" for role in ("monitor", "whisper", "barge")}
    form = {"name": queue.name, "team": queue.team_id, "beep_enabled": "never", **modes}
    form |= {f"listening_policy-0-{name}": value for name, value in fields.items()}
    form |= {"listening_policy-0-id": row.pk if row else "", "listening_policy-0-queue": queue.pk}
    for prefix, there in (("listening_policy", bool(row)), ("numbers", False)):
        form |= {f"{prefix}-TOTAL_FORMS": int(prefix != "numbers"), f"{prefix}-INITIAL_FORMS": int(there)}
    answer = browser(user).post(f"/admin/conferences/queue/{queue.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.words
def test_nobody_listens_before_the_notice_is_confirmed(story: Story, marta, cleo, directory, settings):
    settings.LISTENING_NOTICE_REQUIRED = True
    _, conference = story.call(ANA)
    assert "so nobody may listen yet" in begin(marta, conference)
    saves(cleo, directory.queue, notice="Calls may be listened to.")
    assert "so nobody may listen yet" in begin(marta, conference)
    saves(cleo, directory.queue, notice="Calls may be listened to.", confirm="on")
    assert ListeningPolicy.objects.get().notice_version == 1
    assert AuditEntry.objects.filter(subject="listening policy", actor=cleo).count() == 2
    mine = story.supervise(marta, conference)
    assert mine.state == "joined"
    saves(cleo, directory.queue, notice="Something else.")
    assert after_ten_seconds(story, mine).problem == "withdrawn"
