"""Rights by name: what the migration gives to whom, the groups for the usual roles, and scope by team and by queue."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from conferences import policy
from conferences.models import Conference, Supervisor
from dashboard.presenters.audience import audience_of, may_see
from tests.conferences.policy.test_withdrawn import after_ten_seconds
from tests.support.story import ANA, CHEN, SALES_NUMBER, Story, browser

migration = import_module("conferences.migrations.0037_rights")


def migrate():
    migration.name_rights(apps, connection.schema_editor())


@pytest.fixture
def groups(db) -> dict[str, Group]:
    migrate()
    return {group.name: group for group in Group.objects.all()}


def rights_of(user: User) -> set[str]:
    return {one.partition(".")[2] for one in User.objects.get(pk=user.pk).get_all_permissions()}


LISTENING = {"monitor_conference", "whisper_conference", "barge_conference", "override_join_policy"}


@pytest.mark.parametrize(
    ("name", "listening", "others"),
    [
        ("Viewer", [], {"view_board"}),
        ("Monitor", ["monitor"], {"view_board"}),
        ("Coach", ["monitor", "whisper"], {"view_board"}),
        ("Supervisor", ["monitor", "whisper", "barge"], {"view_board", "end_supervision", "view_unassigned"}),
        ("Auditor", [], {"view_auditentry", "export_audit"}),
        (
            "Administrator",
            [],
            {"administer_directory", "give_rights", "view_user", "add_user", "change_user", "view_group"},
        ),
    ],
)
def test_each_ready_made_group_gives_what_it_says(groups, name, listening, others):
    user = User.objects.create_user("dora")
    Supervisor.objects.create(user=user)
    user.groups.add(groups[name])
    user = User.objects.get(pk=user.pk)
    assert [str(role) for role in policy.roles_of(user)] == listening
    assert rights_of(user) - LISTENING == others
    assert (user.is_superuser, user.is_staff) == (False, False)


def test_nobody_loses_by_the_migration(directory, marta):
    """As it was before: rights to listen and to change users, and none of the new ones."""
    new = Permission.objects.filter(codename__in=migration.NEW)
    marta.user_permissions.remove(*new)
    admins = Group.objects.create(name="Office")
    admins.permissions.add(Permission.objects.get(codename="change_user"))
    nora = User.objects.create_user("nora")
    nora.groups.add(admins)
    listeners = Group.objects.create(name="Listeners")
    listeners.permissions.add(Permission.objects.get(codename="barge_conference"))
    looker = User.objects.create_user("lou")
    Supervisor.objects.create(user=looker)
    migrate()
    assert rights_of(marta) >= {"view_board", "monitor_conference"}
    assert "view_board" in rights_of(looker)
    assert "give_rights" in rights_of(nora)
    assert listeners.permissions.filter(codename="view_board").exists()
    assert {"give_rights", "export_audit"} & rights_of(marta) == set()


def test_an_old_group_stays_where_somebody_is_in_it(db):
    old = Group.objects.create(name="Barge")
    old.permissions.set(Permission.objects.filter(codename__in=migration.MODES))
    old.user_set.add(User.objects.create_user("bea"))
    migrate()
    assert Group.objects.filter(name="Barge").exists()
    old.user_set.clear()
    old.permissions.set(Permission.objects.filter(codename__in=migration.MODES))
    migrate()
    assert not Group.objects.filter(name="Barge").exists()


def sees(user: User, conference: Conference) -> bool:
    """As the page answers; the list, what is pushed and the policy must say the same."""
    user, loaded = User.objects.get(pk=user.pk), Conference.objects.with_people().get(pk=conference.pk)
    page = browser(user).get(f"/conferences/{conference.pk}/").status_code == 200
    assert Conference.objects.visible_to(user).filter(pk=conference.pk).exists() is page
    assert may_see(audience_of(user), loaded) is page
    assert (f"conference-{conference.pk}" in browser(user).get("/").content.decode()) is page
    assert policy.is_in_it(audience_of(user).scope, loaded) is policy.is_in_scope(user, loaded) is page
    return page


def test_seeing_the_board_is_a_right(story: Story, marta):
    _, conference = story.call(ANA)
    assert sees(marta, conference) is True
    marta.user_permissions.remove(Permission.objects.get(codename="view_board"))
    assert sees(marta, conference) is False
    assert "You may not see the board" in browser(marta).get("/").content.decode()


def test_a_queue_alone_gives_its_calls_alone(story: Story, marta, directory):
    _, of_queue = story.call(CHEN, queue=SALES_NUMBER)
    _, elsewhere = story.call(CHEN, queue="+14155550199", customer="+14155550172")
    assert (sees(marta, of_queue), sees(marta, elsewhere)) == (False, False)
    marta.supervisor.queues.add(of_queue.queue)
    assert (sees(marta, of_queue), sees(marta, elsewhere)) == (True, False)
    assert story.supervise(marta, of_queue).state == "joined"


@pytest.mark.slow
def test_a_queue_taken_away_ends_the_listening(story: Story, marta):
    _, of_queue = story.call(CHEN, queue=SALES_NUMBER)
    marta.supervisor.queues.add(of_queue.queue)
    mine = story.supervise(marta, of_queue)
    assert after_ten_seconds(story, mine).state == "joined"
    marta.supervisor.queues.clear()
    assert after_ten_seconds(story, mine).problem == "withdrawn"


@pytest.mark.slow
def test_losing_the_board_ends_the_listening(story: Story, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    marta.user_permissions.remove(Permission.objects.get(codename="view_board"))
    assert after_ten_seconds(story, mine).problem == "withdrawn"
