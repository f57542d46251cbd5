"""A right withdrawn ends the listening: whichever way, in each mode, within ten seconds, on record as Earshot's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.test import Client

from conferences.models import AuditEntry, Supervision
from tests.support.story import ANA, DESK, LUIS, SALES_NUMBER, Story, browser

pytestmark = pytest.mark.slow

MODES = [("monitor", ()), ("whisper", (ANA,)), ("barge", ())]


def permission(user, mine):
    user.user_permissions.remove(Permission.objects.get(codename=f"{mine.accepted_role}_conference"))


def account(user, mine):
    User.objects.filter(pk=user.pk).update(is_active=False)


def team(user, mine):
    user.supervisor.teams.clear()


def log_out(user, mine):
    Session.objects.filter(session_key=mine.session_key).delete()


def password(user, mine):
    user.set_password("quite another long password")
    user.save()


def supervisor_row(user, mine):
    user.supervisor.delete()


def device(user, mine):
    user.supervisor.devices.get(address=DESK).delete()


def session_end(user, mine):
    Session.objects.filter(session_key=mine.session_key).update(expire_date=mine.created_at)


WAYS = [permission, account, team, log_out, password, supervisor_row, device, session_end]


def is_up(story: Story) -> bool:
    return story.leg(DESK).state != "ended"


def after_ten_seconds(story: Story, mine: Supervision) -> Supervision:
    for _ in range(9):
        story.pass_time()
    return Supervision.objects.get(pk=mine.pk)


@pytest.mark.parametrize(("role", "to"), MODES, ids=[role for role, _ in MODES])
@pytest.mark.parametrize("lose", WAYS, ids=[one.__name__ for one in WAYS])
def test_a_supervisor_without_the_right_is_removed_and_recorded(story: Story, marta, lose, role, to):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=to)
    assert mine.state == "joined"
    assert mine.accepted_role == role
    assert is_up(story) is True
    lose(marta, mine)
    mine = after_ten_seconds(story, mine)
    assert mine.state == "ended"
    assert mine.problem == "withdrawn"
    assert is_up(story) is False
    assert story.hear(world, story.leg(DESK)) == set()
    entry = AuditEntry.objects.get(action="withdraw")
    assert entry.actor is None
    assert entry.actor_name == "Earshot"
    assert entry.supervision_id == mine.pk
    assert bool(entry.note) is True
    after = AuditEntry.objects.filter(pk__gt=entry.pk, supervision=entry.supervision)
    assert {(one.action, one.actor_name) for one in after} >= {("hangup", "Earshot")}
    assert {one.actor_name for one in after} == {"Earshot"}


@pytest.mark.parametrize("lose", WAYS[1:], ids=[one.__name__ for one in WAYS[1:]])
def test_a_still_ringing_phone_is_hung_up_without_joining(story: Story, marta, lose):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "answers", after=6)
    form = {"role": "barge", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    assert browser(marta).post(f"/conferences/{conference.pk}/supervise/", form).status_code == 302
    story.pass_time()
    lose(marta, Supervision.objects.get())
    mine = after_ten_seconds(story, Supervision.objects.get())
    assert mine.problem == "withdrawn"
    assert is_up(story) is False
    assert story.commands("/actions/join") == []


def other_permission(user, mine):
    codename = "barge_conference" if mine.accepted_role != "barge" else "whisper_conference"
    user.user_permissions.remove(Permission.objects.get(codename=codename))


def through_a_group(user, mine):
    group = Group.objects.create(name="All modes")
    group.permissions.set(user.user_permissions.all())
    user.groups.add(group)
    user.user_permissions.clear()


def another_team(user, mine):
    user.supervisor.teams.add(*type(user.supervisor.teams.first()).objects.all())


def another_login_ends(user, mine):
    other = browser(user)
    other.post("/accounts/logout/")


def another_device(user, mine):
    user.supervisor.devices.exclude(address=DESK).delete()


def a_colleague_loses_all(user, mine):
    User.objects.exclude(pk=user.pk).update(is_active=False)


def and_given_back(user, mine):
    account(user, mine)
    User.objects.filter(pk=user.pk).update(is_active=True)


MAY = [
    other_permission,
    through_a_group,
    another_team,
    another_login_ends,
    another_device,
    a_colleague_loses_all,
    and_given_back,
]


@pytest.mark.usefixtures("ben")
@pytest.mark.parametrize(("role", "to"), MODES, ids=[role for role, _ in MODES])
@pytest.mark.parametrize("change", MAY, ids=[one.__name__ for one in MAY])
def test_a_change_that_leaves_the_mode_permitted_ends_nothing(story: Story, marta, change, role, to):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=to)
    change(marta, mine)
    mine = after_ten_seconds(story, mine)
    assert mine.state == "joined"
    assert mine.accepted_role == role
    assert is_up(story) is True


def test_a_colleague_in_the_same_call_goes_on(story: Story, marta, ben, directory):
    ben.supervisor.teams.add(directory.support)
    _, conference = story.call(ANA)
    hers, his = story.supervise(marta, conference), story.supervise(ben, conference)
    account(marta, hers)
    assert after_ten_seconds(story, hers).problem == "withdrawn"
    assert Supervision.objects.get(pk=his.pk).state == "joined"


@pytest.mark.words
def test_who_only_took_part_gives_no_scope_to_listen(story: Story, marta):
    """A call of another team's in which an agent of hers was: she listens while the agent is there, and not after."""
    _, conference = story.call("+14155550121", ANA, queue=SALES_NUMBER)
    mine = story.supervise(marta, conference)
    assert mine.state == "joined"
    story.simulator.far_end_hangs_up(story.leg(ANA))
    mine = after_ten_seconds(story, mine)
    assert (mine.problem, is_up(story)) == ("withdrawn", False)
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    page = browser(marta).post(f"/conferences/{conference.pk}/supervise/", form)
    assert (page.status_code, "is in this call now" in page.content.decode()) == (200, True)
    assert browser(marta).get(f"/conferences/{conference.pk}/").status_code == 200  # seeing what was is another matter


def test_an_agent_returning_at_once_does_not_end_listening(story: Story, marta):
    world, conference = story.call("+14155550121", ANA, queue=SALES_NUMBER)
    mine = story.supervise(marta, conference)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time(2)
    story.simulator.join(world, story.simulator.dial(ANA))
    assert after_ten_seconds(story, mine).state == "joined"


@pytest.mark.parametrize(
    ("accepted", "to", "role", "targets", "free"),
    [
        ("barge", [], "monitor", [], True),
        ("whisper", ["a", "b"], "monitor", [], True),
        ("monitor", [], "monitor", [], True),
        ("whisper", ["a", "b"], "whisper", ["a"], True),
        ("whisper", ["a"], "whisper", [], False),
        ("whisper", ["a"], "whisper", ["a"], False),
        ("whisper", ["a"], "whisper", ["b"], False),
        ("whisper", ["a"], "barge", [], False),
        ("monitor", [], "whisper", ["a"], False),
        ("barge", [], "whisper", ["a"], False),
        ("", [], "monitor", [], False),
    ],
)
def test_only_being_heard_by_no_more_needs_no_right(accepted, to, role, targets, free):
    mine = Supervision(accepted_role=accepted, accepted_targets=to)
    assert mine.would_be_quieter(role, targets) is free


def test_a_quieter_mode_is_taken_whatever_the_policy_says(story: Story, marta):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="barge")
    client: Client = browser(marta)
    marta.user_permissions.remove(Permission.objects.get(codename="monitor_conference"))
    client.post(f"/supervisions/{mine.pk}/change/", {"role": "monitor"})
    mine.refresh_from_db()
    assert (mine.requested_role, AuditEntry.objects.filter(result="denied").count()) == ("monitor", 0)
    for _ in range(3):
        story.pass_time()
    assert story.hear(world, story.leg(DESK)) == set()
