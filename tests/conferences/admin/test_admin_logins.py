"""What an administrator does to logins: chooses passwords, ends them, takes factors away, hangs screens up."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission, User
from django.test import Client

from conferences.logins import wall
from conferences.models import Login, TemporaryPassword, WallScreen
from tests.support.story import PASSWORD, browser

CHOSEN = "chosen by an administrator"


def log_in(username: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"username": username, "password": password})
    return client


def where(client: Client) -> str:
    return client.get("/").headers.get("Location", "in")


def test_a_password_chosen_for_somebody_must_be_changed(cleo: User, marta: User):
    hers, admin = log_in("marta", PASSWORD), browser(cleo)
    form = {"password1": CHOSEN, "password2": CHOSEN, "usable_password": "true"}
    admin.post(f"/admin/auth/user/{marta.pk}/password/", form)
    assert where(hers).startswith("/accounts/login/")
    assert where(log_in("marta", CHOSEN)) == "/accounts/password/change/"
    admin.post("/admin/auth/user/add/", {"username": "rosa", **form})
    assert where(log_in("rosa", CHOSEN)) == "/accounts/password/change/"


def test_ones_own_password_in_the_admin_is_ones_own(cleo: User):
    admin = browser(cleo)
    form = {"password1": CHOSEN, "password2": CHOSEN, "usable_password": "true"}
    admin.post(f"/admin/auth/user/{cleo.pk}/password/", form)
    assert (where(admin), TemporaryPassword.objects.count()) == ("in", 0)


@pytest.mark.parametrize(("address", "of"), [("auth/user", "user"), ("conferences/login", "login")])
def test_logins_are_ended_by_an_administrator(cleo: User, marta: User, ben: User, address: str, of: str):
    hers, his = browser(marta), browser(ben)
    chosen = marta.pk if of == "user" else Login.objects.get(user=marta).pk
    action = {"action": "end_logins" if of == "user" else "end_now", "_selected_action": [str(chosen)]}
    page = browser(cleo).post(f"/admin/{address}/", action, follow=True).content.decode()
    assert "1 ended." in page
    assert (where(hers).startswith("/accounts/login/"), where(his)) == (True, "in")


def test_one_who_may_only_look_ends_none(marta: User):
    clerk = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_login"))
    hers, client = browser(marta), browser(clerk)
    action = {"action": "end_now", "_selected_action": [str(Login.objects.get(user=marta).pk)]}
    assert "end_now" not in client.get("/admin/conferences/login/").content.decode()
    client.post("/admin/conferences/login/", action)
    assert where(hers) == "in"


def test_a_lost_factor_is_taken_away(cleo: User, marta: User):
    factor = TOTP.activate(marta, "SECRETSECRETSECRET").instance
    admin = browser(cleo)
    page = admin.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert ("marta" in page, "SECRETSECRET" in page) == (True, False)
    admin.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert Authenticator.objects.count() == 0


def test_a_screen_on_a_wall_reads_by_its_token(cleo: User, directory):
    admin = browser(cleo)
    form = {"name": "Hall", "slug": "hall", "look": "dark", "teams": [directory.support.pk]}
    page = admin.post("/admin/conferences/wallscreen/add/", form, follow=True).content.decode()
    (token,) = re.findall(r"wall_[\w-]{43}", page)
    screen = wall.screen_of(token)
    assert screen is not None
    assert ([*screen.teams.all()], screen.made_by) == ([directory.support], cleo)
    assert token not in str(WallScreen.objects.values()) + admin.get("/admin/conferences/wallscreen/").content.decode()
    assert (wall.screen_of(token + "x"), wall.screen_of("")) == (None, None)
    admin.post("/admin/conferences/wallscreen/", {"action": "take_back", "_selected_action": [str(screen.pk)]})
    assert wall.screen_of(token) is None
