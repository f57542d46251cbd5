"""How long a login lasts, who ends it, what ends with it, and what whoever comes back is told."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conferences.logins import passwords, sessions
from conferences.models import AuditEntry, Login, Supervision, TemporaryPassword
from dashboard.live.connect import viewer_of
from dashboard.live.logins import warnings
from tests.dashboard.login.test_login import ANOTHER, CHANGE, LOGIN, text_of
from tests.support.story import ANA, DESK, PASSWORD, Story, browser

HOUR = 3600


def log_in(username: str = "marta") -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"})
    client.post(LOGIN, {"username": username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def told(client: Client) -> str:
    """What the login's page says to whoever comes back to the board."""
    return text_of(client.get(client.get("/").headers["Location"]))


def test_a_login_ends_after_twelve_hours_of_use(story: Story, marta: User):
    client = log_in()
    for _ in range(23):
        story.wait(HOUR / 2)
        assert is_in(client)
    story.wait(HOUR / 2 + 1)
    assert "a login lasts for 12 hours at most" in told(client)
    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "expected"), [(119, True), (121, False)])
def test_a_login_that_nobody_uses_ends(story: Story, marta: User, minutes: int, expected: bool):
    client = log_in()
    for part in (40, 40, minutes - 80):
        story.wait(part * 60)
        client.get("/feed/")  # its page asks by itself
    if expected:
        assert is_in(client)
    else:
        assert "had not asked for anything" in told(client)


def test_a_page_is_told_before_its_login_ends(story: Story, marta: User):
    client = log_in()
    page = viewer_of(marta, client.session.session_key, {})
    story.wait(114 * 60)
    assert warnings([page]) == {}
    story.wait(2 * 60)
    (frame,) = warnings([page]).values()
    assert ("Stay logged in" in frame, warnings([page])) == (True, {})
    assert client.post("/accounts/stay/").status_code == 204
    (frame,) = warnings([page]).values()
    assert ("Stay logged in" in frame, "hidden" in frame) == (False, True)
    for _ in range(6):
        story.wait(99 * 60)
        client.get("/")
    story.wait(8 * 60)
    (frame,) = warnings([page]).values()
    assert ("and with it a call that you are in" in frame, "Stay logged in" in frame) == (True, False)


def test_no_idle_limit_where_none_is_wanted(story: Story, marta: User, settings):
    settings.LOGIN_IDLE_MINUTES = 0
    client = log_in()
    story.wait(11 * HOUR)
    assert is_in(client)


def test_a_click_in_a_login_that_is_over(story: Story, marta: User):
    client = log_in()
    story.wait(13 * HOUR)
    answer = client.get("/agents/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/agents/"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fagents%2F"
    assert "had not asked for anything" in told(client)


@pytest.mark.parametrize("hours", [3, 13])
def test_end_of_a_login_leaves_the_call(story: Story, marta: User, hours: int):
    _, call = story.call(ANA)
    client = browser(marta)
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    client.post(f"/conferences/{call.pk}/supervise/", form)
    for _ in range(6):
        story.pass_time()
    assert story.leg(DESK).state != "ended"
    story.wait(hours * HOUR)
    story.deliver()
    story.pass_time(5)
    assert story.leg(DESK).state == "ended"
    assert Supervision.objects.get().problem in ("withdrawn", "withdrawn_out")


def test_own_logins_are_seen_and_ended(story: Story, marta: User, ben: User):
    here, elsewhere, his = log_in(), log_in(), log_in("ben")
    page = here.get("/accounts/").content.decode()
    assert (page.count("Firefox on Linux"), page.count("this one"), page.count("End it")) == (2, 1, 1)
    other = Login.objects.get(session_key=elsewhere.session.session_key)
    assert his.post(f"/accounts/logins/{other.pk}/end/").status_code == 404
    assert is_in(elsewhere)
    assert here.post(f"/accounts/logins/{other.pk}/end/").status_code == 302
    assert "You ended this login from another one." in told(elsewhere)
    entry = AuditEntry.objects.get(action="end_login")
    assert (entry.actor, entry.reason, entry.note) == (marta, "ended", "The login of Marta Gil ended.")
    assert (is_in(here), here.get("/accounts/").content.decode().count("End it")) == (True, 0)


def test_who_logged_out_is_told_nothing_of_it(marta: User):
    client = log_in()
    client.post("/accounts/logout/")
    assert Login.objects.get().end == Login.End.LEFT
    assert "You will be led back" in told(client)


def test_changing_the_password_in_a_call_leaves_it_running(story: Story, marta: User):
    _, call = story.call(ANA)
    client = log_in()
    form = {"role": "monitor", "my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    client.post(f"/conferences/{call.pk}/supervise/", form)
    for _ in range(6):
        story.pass_time()
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER})
    story.pass_time(10)
    assert (Supervision.objects.get().state, story.leg(DESK).state == "ended") == ("joined", False)
    sessions.end(sessions.running(marta.pk), Login.End.ADMIN)
    story.pass_time(10)
    assert story.leg(DESK).state == "ended"


def test_a_password_that_others_know_must_be_changed(story: Story, marta: User):
    passwords.mark_temporary(marta)
    client = log_in()
    assert client.get("/agents/").headers["Location"] == CHANGE
    assert client.get("/feed/").status_code == 302
    assert "chosen by somebody else" in text_of(client.get(CHANGE))
    same = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})
    assert (same.status_code, is_in(client)) == (200, False)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER})
    assert (is_in(client), TemporaryPassword.objects.count()) == (True, 0)
