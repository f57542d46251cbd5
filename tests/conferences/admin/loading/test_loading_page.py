"""The admin's page for a file: looked at, then applied as it was shown, by who may."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile

from conferences.models import Agent, AuditEntry, Supervisor, Team
from tests.support.story import PASSWORD, browser

LOAD, SAVE = "/admin/directory/load/", "/admin/directory/save/"
LINES = "kind;name;team;addresses;username;groups\nteam;Night\nagent;Eva Sanz;Night;+34 600 000 009\n"
SUPERVISOR = "kind,name,team,addresses,username,groups\nsupervisor,Eva Sanz,Support,,eva,Coach\n"


@pytest.fixture
def admin(cleo):
    return browser(cleo)


@pytest.fixture
def clerk(directory) -> User:
    """Staff who may keep agents and no more."""
    user = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    codenames = ["view_agent", "add_agent", "change_agent", "add_agentaddress", "delete_agentaddress"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def look(client, text):
    return client.post(LOAD, {"text": text, "look": ""})


def confirm(client, page, text=None):
    shown = page.context["plan"].digest
    return client.post(LOAD, {"text": text or page.context["text"], "shown": shown, "apply": ""}, follow=True)


def test_a_file_is_looked_at_then_applied_as_shown(admin, directory, cleo):
    file = SimpleUploadedFile("center.csv", LINES.encode("utf-16"))
    page = admin.post(LOAD, {"file": file, "look": ""})
    assert [step.effect for step in page.context["steps"]] == ["new", "new"]
    assert not Agent.objects.filter(name="Eva Sanz").exists()
    confirm(admin, page)
    assert Agent.objects.get(name="Eva Sanz").team.name == "Night"
    assert {(one.user, one.object_repr) for one in LogEntry.objects.all()} == {(cleo, "Night"), (cleo, "Eva Sanz")}
    told = AuditEntry.objects.filter(subject__in=["agent", "agentaddress", "team"]).order_by("subject")
    assert {(one.actor, one.action) for one in told} == {(cleo, "add")}
    saved = admin.get(SAVE).content
    assert [step.effect for step in look(admin, saved.decode("utf-8-sig")).context["plan"].steps] == ["unchanged"] * 9


def test_what_was_not_shown_is_not_applied(admin, directory):
    page = look(admin, LINES)
    confirm(admin, page, LINES.replace("009", "008"))
    assert not Agent.objects.filter(name="Eva Sanz").exists()
    Team.objects.create(name="Night")  # somebody else, meanwhile
    confirm(admin, page)
    assert not Agent.objects.filter(name="Eva Sanz").exists()
    wrong = look(admin, LINES.replace("Night;+34", "Nite;+34"))
    assert (wrong.context["plan"].is_sound, b'name="apply"' in wrong.content) == (False, False)
    confirm(admin, wrong)
    assert not Agent.objects.filter(name="Eva Sanz").exists()


@pytest.mark.parametrize("sent", [{"text": " "}, {"text": "x" * 200_001}, {"text": "nonsense"}])
def test_what_cannot_be_read_is_said(admin, directory, sent):
    page = admin.post(LOAD, sent | {"look": ""})
    assert (page.status_code, "plan" in page.context) == (200, False)
    assert [one.level_tag for one in page.context["messages"]] == ["error"]


def test_a_file_gives_nobody_rights_beyond_forms(clerk, directory):
    client = browser(clerk)
    page = look(client, LINES.replace("team;Night\n", "").replace("Night", "Sales"))
    confirm(client, page)
    assert Agent.objects.get(name="Eva Sanz").team.name == "Sales"
    for text in (LINES.replace("Eva", "Eve"), SUPERVISOR):
        assert not look(client, text).context["plan"].is_sound
    assert client.get(SAVE).status_code == 403
    supervising = ["add_user", "change_user", "add_supervisor", "change_supervisor", "monitor_conference", "view_board"]
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=supervising))
    (step,) = look(client, SUPERVISOR).context["plan"].steps  # Coach may whisper, which the clerk may not
    assert step.effect == "wrong"
    page = look(client, SUPERVISOR.replace("Coach", "Monitor"))
    confirm(client, page)
    assert list(Supervisor.objects.get().user.groups.all()) == [Group.objects.get(name="Monitor")]


def test_the_page_is_closed_to_supervisors(marta):
    client = browser(marta)
    assert [client.get(address, follow=True).status_code for address in (LOAD, SAVE)] == [403, 403]


def test_new_supervisors_are_given_links_once(admin, directory):
    text = SUPERVISOR + "supervisor,Eva Ruiz,Sales,,marta,Coach\n"
    User.objects.create_user("marta", password=PASSWORD)  # is there already
    page = confirm(admin, look(admin, text)).content.decode()
    (link,) = re.findall(r"/accounts/password/first/[\w-]+/[\w-]+/", page)
    assert "choose" in admin.get(link, follow=True).content.decode().lower()
    assert "/password/first/" not in admin.get("/admin/").content.decode()
