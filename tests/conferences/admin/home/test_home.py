"""The admin's first page: what is wrong leads to where it is mended, steps have their ticks, lists their sections."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User

from conferences.models import Agent, Queue
from tests.support.story import ANA, PASSWORD, Story, browser


@pytest.fixture
def admin(cleo):
    return browser(cleo)


def home(client):
    return client.get("/admin/")


def done(page):
    return [step.is_done for step in page.context["steps"]]


def test_an_empty_center_shows_every_step_to_take(admin):
    page = home(admin)
    assert done(page) == [False] * 9
    assert [step.url for step in page.context["steps"][:4]] == ["/admin/directory/load/"] * 4


def test_steps_are_ticked_as_they_are_taken(admin, story: Story, directory, marta):
    assert done(home(admin))[:4] == [True] * 4
    _, conference = story.call(ANA)
    story.supervise(marta, conference, role="monitor")
    page = home(admin)
    assert done(page)[4:] == [True, False, True, True, False]  # no reconciler runs in tests, and no test call was made
    assert {"Live calls": "1", "Supervising now": "1"}.items() <= dict(page.context["figures"]).items()


def test_each_finding_leads_to_what_lacks(admin, directory, marta):
    Agent.objects.create(name="Eva Sanz", team=directory.sales)
    Queue.objects.create(name="Empty", team=directory.sales)
    links = {told["finding"].subject: told["url"] for told in home(admin).context["findings"]}
    for subject, lacking in (("Agents", "Eva Sanz"), ("Queues", "Empty")):
        assert [str(row) for row in admin.get(links[subject]).context["cl"].result_list] == [lacking]


def test_an_unknown_address_is_masked_as_elsewhere(admin, story: Story, directory, ben):
    story.call("+34600000009", queue="+14155550199")
    assert "+34 600 00 00 09" in [one["address"] for one in home(admin).context["unknown"]]
    User.objects.filter(pk=ben.pk).update(is_staff=True)
    ben.user_permissions.add(*Permission.objects.filter(codename__in=["change_agent", "view_unassigned"]))
    page = home(browser(ben))
    assert "+34 ••• ••09" in [one["address"] for one in page.context["unknown"]]
    assert b"600" not in re.sub(rb"<[^>]*>", b"", page.content)


def test_lists_stand_in_sections_by_purpose(admin, directory):
    sections = home(admin).context["app_list"]
    assert [one["name"] for one in sections] == ["Directory", "People and rights", "Records", "System"]
    assert [one["name"] for one in sections[0]["models"]][:3] == ["Teams", "Queues", "Agents"]
    assert "/admin/directory/load/" in [one["admin_url"] for one in sections[0]["models"]]
    assert admin.get("/admin/conferences/").status_code == 200


def test_who_keeps_no_directory_sees_lists_alone(directory):
    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    page = home(browser(clerk))
    assert (page.status_code, "steps" in page.context) == (200, False)
    assert [one["name"] for one in page.context["app_list"]] == ["Records"]
    assert browser(clerk).get("/admin/examination/").status_code == 403


def test_the_examination_asks_the_provider(admin, story: Story, directory):
    subjects = [told["finding"].subject for told in admin.get("/admin/examination/").context["findings"]]
    assert {"API key", "Application", "Database"} <= {*subjects}
