"""Logging out while in a call asks first; a colleague with the right, or the administrator, can end a supervision."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from conferences.models import AuditEntry, Supervision
from tests.support.story import ANA, DESK, Story, browser


@pytest.fixture
def in_a_call(story: Story, marta):
    """Marta's own browser and her supervision that it began."""
    _, conference = story.call(ANA)
    client = browser(marta)
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    client.post(f"/conferences/{conference.pk}/supervise/", form)
    for _ in range(6):
        story.pass_time()
    mine = Supervision.objects.get()
    assert mine.state == "joined"
    return client, mine


def is_logged_in(client) -> bool:
    return client.get("/").status_code == 200


def is_up(story: Story) -> bool:
    return story.leg(DESK).state != "ended"


def test_logout_during_a_call_asks_and_ends_neither(in_a_call, story: Story):
    client, mine = in_a_call
    page = client.post("/accounts/logout/")
    text = " ".join(page.content.decode().split())
    assert (page.status_code, f"You are in <bdi>{mine.conference.title}</bdi>" in text) == (200, True)
    assert ("Leave and log out" in text, "Stay" in text) == (True, True)
    story.pass_time(5)
    assert (is_logged_in(client), is_up(story)) == (True, True)


def test_who_leaves_and_logs_out_is_out_of_both(in_a_call, story: Story):
    client, mine = in_a_call
    assert client.post("/accounts/logout/", {"leave": "1"}).status_code == 302
    story.pass_time()
    mine.refresh_from_db()
    assert is_logged_in(client) is False
    assert is_up(story) is False
    assert mine.problem == "left"


def test_whoever_is_in_no_call_is_not_asked(story: Story, marta):
    client = browser(marta)
    answer = client.post("/accounts/logout/")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (302, '"cache", "storage"')
    assert not is_logged_in(client)


@pytest.mark.usefixtures("in_a_call")
def test_another_login_of_hers_logs_out_unasked_ending_nothing(story: Story, marta):
    other = browser(marta)
    assert other.post("/accounts/logout/").status_code == 302
    story.pass_time(5)
    assert (is_logged_in(other), is_up(story)) == (False, True)


# --- Ended by somebody else


def colleague(directory, username="rosa", *permissions) -> User:
    from tests.support.story import make_supervisor

    return make_supervisor(username, "Rosa Lima", [directory.support], [*permissions])


@pytest.mark.parametrize("right", [True, False])
def test_colleague_with_the_right_ends_it_and_is_named(in_a_call, story: Story, directory, right):
    client, mine = in_a_call
    rosa = browser(colleague(directory, "rosa", *(["end_supervision"] if right else [])))
    page = rosa.get(f"/conferences/{mine.conference_id}/").content.decode()
    assert (f"/supervisions/{mine.pk}/end/" in page) is right
    answer = rosa.post(f"/supervisions/{mine.pk}/end/")
    story.pass_time(2)
    mine.refresh_from_db()
    assert (answer.status_code, is_up(story)) == ((302, False) if right else (403, True))
    if right:
        assert mine.problem == "ended_by_other"
        assert "Rosa Lima ended it." in client.get("/").content.decode()
        entry = AuditEntry.objects.get(action="end")
        assert (entry.actor_name, entry.result) == ("Rosa Lima", "ok")
        assert {
            one.actor_name for one in AuditEntry.objects.filter(pk__gt=entry.pk, supervision=entry.supervision)
        } == {"Earshot"}
    else:
        assert AuditEntry.objects.get(action="end").result == "denied"


def test_colleague_who_cannot_see_the_call_cannot_end_it(in_a_call, story: Story, ben):
    _, mine = in_a_call
    ben.user_permissions.add(Permission.objects.get(codename="end_supervision"))
    assert browser(ben).post(f"/supervisions/{mine.pk}/end/").status_code == 404
    story.pass_time(2)
    assert is_up(story)


@pytest.mark.parametrize("running", [True, False])
def test_an_administrator_ends_it_in_the_admin(in_a_call, story: Story, cleo, running):
    client, mine = in_a_call
    if not running:
        client.post(f"/supervisions/{mine.pk}/leave/")
        story.pass_time(3)
    form = {"action": "end_now", "_selected_action": [str(mine.pk)]}
    page = browser(cleo).post("/admin/conferences/supervision/", form, follow=True).content.decode()
    story.pass_time(2)
    mine.refresh_from_db()
    assert (mine.problem, is_up(story)) == ("ended_by_other" if running else "left", False)
    assert ("1 ended." if running else "None of these was running any more.") in page


def test_one_without_the_right_has_no_such_action(in_a_call, story: Story):
    _, mine = in_a_call
    clerk = User.objects.create_user("clerk", password="a long enough password", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_supervision"))
    page = browser(clerk).get("/admin/conferences/supervision/").content.decode()
    assert ("end_now" in page, page.count(str(mine.pk)) > 0) == (False, True)
    browser(clerk).post("/admin/conferences/supervision/", {"action": "end_now", "_selected_action": [str(mine.pk)]})
    story.pass_time(2)
    assert is_up(story)
