"""A person at a glance in the admin: calls, who listened to who may know, and rights with their origin."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User

from tests.support.story import ANA, PASSWORD, Story, browser


def test_an_agent_at_a_glance_tells_who_listened(story: Story, cleo, directory, marta):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="monitor")
    page = browser(cleo).get(f"/admin/people/agent/{directory.ana.pk}/")
    assert [participant.conference for participant in page.context["participants"]] == [conference]
    assert [leg.call_control_id for leg in page.context["legs"]] == [story.leg(ANA).call_control_id]
    assert list(page.context["supervisions"]) == [mine]
    form = browser(cleo).get(f"/admin/conferences/agent/{directory.ana.pk}/change/").content.decode()
    assert f'href="/admin/people/agent/{directory.ana.pk}/"' in form

    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="change_agent"))
    page = browser(clerk).get(f"/admin/people/agent/{directory.ana.pk}/")
    assert [page.context[name] for name in ("legs", "participants", "supervisions")] == [None] * 3
    assert "Marta" not in page.content.decode()


def test_rights_are_told_with_their_origin(cleo, marta, ben):
    marta.groups.add(Group.objects.get(name="Coach"))
    rights = dict(browser(cleo).get(f"/admin/people/supervisor/{marta.supervisor.pk}/").context["rights"])
    assert rights["Whisper"] == ["given to this user", "group Coach"]
    assert rights["Calls of no team"] == []
    his = dict(browser(cleo).get(f"/admin/people/supervisor/{ben.supervisor.pk}/").context["rights"])
    assert (his["Monitor"], his["Barge"]) == (["given to this user"], [])


def test_people_are_closed_to_supervisors(marta):
    assert browser(marta).get(f"/admin/people/supervisor/{marta.supervisor.pk}/", follow=True).status_code == 403
