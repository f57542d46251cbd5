"""What is done to many rows of the directory at once: asked first, kept in the history, and no way round rights."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User

from conferences.models import Agent, Team
from tests.support.story import ANA, PASSWORD, Story, browser

LISTS = "/admin/conferences"


def act(client, kind, action, rows, **more):
    fields = {"action": action, "_selected_action": [row.pk for row in rows]} | more
    return client.post(f"{LISTS}/{kind}/", fields, follow=True)


@pytest.fixture
def manager(directory) -> User:
    """Staff who may change people and supervisors, and may monitor herself."""
    user = User.objects.create_user("manager", password=PASSWORD, is_staff=True)
    codenames = ["view_supervisor", "change_supervisor", "change_user", "monitor_conference", "view_board"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_agents_move_to_a_team_and_calls_follow(story: Story, cleo, directory, ben):
    _, conference = story.call(ANA)
    assert not conference.participants.filter(leg__agent__team=directory.sales).exists()
    chosen = [directory.ana, directory.luis]
    asked = act(browser(cleo), "agent", "move_to_team", chosen)
    assert [str(row) for row in asked.context["chosen"]] == ["Ana Ruiz", "Luis Ortega"]
    assert Agent.objects.filter(team=directory.support).count() == 2  # asking moved nobody
    feed = conference.feed
    act(browser(cleo), "agent", "move_to_team", chosen, choice=directory.sales.pk)
    assert Agent.objects.filter(team=directory.sales).count() == 3
    conference.refresh_from_db()
    assert conference.feed > feed
    assert LogEntry.objects.filter(change_message="Moved to the team Sales.").count() == 2
    act(browser(cleo), "agent", "move_to_team", chosen, choice="x")
    assert Team.objects.get(name="Support").agents.count() == 0


def test_a_group_is_given_by_who_has_its_rights(manager, cleo, marta, ben):
    monitor, all_modes = Group.objects.get(name="Monitor"), Group.objects.get(name="Supervisor")
    people = [marta.supervisor, ben.supervisor]
    act(browser(manager), "supervisor", "give_group", people, choice=all_modes.pk)
    assert all_modes.user_set.count() == 0
    act(browser(manager), "supervisor", "give_group", people, choice=monitor.pk)
    act(browser(cleo), "supervisor", "give_group", people, choice=all_modes.pk)
    assert (monitor.user_set.count(), all_modes.user_set.count()) == (2, 2)


def test_deactivating_ends_listening_and_spares_oneself(story: Story, cleo, directory, marta, ben):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="monitor")
    cleo.supervisor = type(marta.supervisor).objects.create(user=cleo)
    act(browser(cleo), "supervisor", "deactivate", [marta.supervisor, cleo.supervisor])
    assert {one.username for one in User.objects.filter(is_active=False)} == {"marta"}
    story.pass_time(10)
    mine.refresh_from_db()
    assert mine.ended_at is not None


def test_who_may_not_change_people_deactivates_nobody(manager, cleo, marta):
    cleo.supervisor = type(marta.supervisor).objects.create(user=cleo)
    act(browser(manager), "supervisor", "deactivate", [cleo.supervisor])  # a superuser, by less
    manager.user_permissions.remove(Permission.objects.get(codename="change_user"))
    act(browser(manager), "supervisor", "deactivate", [marta.supervisor])
    assert not User.objects.filter(is_active=False).exists()
