"""Logging in by password: the form that was always there, hashes that grow stronger, and one's own password changed."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client

from tests.support.story import PASSWORD, browser

LOGIN, CHANGE = "/accounts/login/", "/accounts/password/change/"
ANOTHER = "four words of no sense together"


def login(username: str = "marta", password: str = PASSWORD, client: Client | None = None):
    return (client or Client()).post(LOGIN, {"username": username, "password": password})


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_form_has_the_ids_it_always_had(db):
    page = Client().get(f"{LOGIN}?next=/agents/").content.decode()
    fields = re.findall(r'<(?:input|button)[^>]*name="(\w+)"', page.partition("</form>")[0])
    assert fields == ["csrfmiddlewaretoken", "username", "password", "next"]
    assert ('id="id_username"' in page, 'id="id_password"' in page) == (True, True)


def test_who_knows_the_password_is_led_on(marta: User):
    client = Client()
    answer = client.post(LOGIN, {"username": "marta", "password": PASSWORD, "next": "/agents/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/agents/")
    assert client.get("/agents/").status_code == 200


@pytest.mark.parametrize(("username", "password"), [("marta", "another"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_read_alike(marta: User, username: str, password: str):
    answer = login(username, password)
    assert (answer.status_code, "not correct" in text_of(answer)) == (200, True)


def test_nobody_is_led_elsewhere(marta: User):
    answer = Client().post(LOGIN, {"username": "marta", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_nobody_logs_in_to_a_closed_account(marta: User):
    User.objects.update(is_active=False)
    client = Client()
    assert "not correct" in text_of(login(client=client))
    assert client.get("/").status_code == 302


def test_an_old_hash_becomes_argon2_at_the_next_login(marta: User, settings):
    settings.PASSWORD_HASHERS = [
        "dashboard.login.passwords.hashing.PatientArgon2PasswordHasher",
        "dashboard.login.passwords.hashing.PatientPBKDF2PasswordHasher",
    ]
    User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    assert login().status_code == 302
    assert User.objects.get(username="marta").password.startswith("argon2$argon2id$")
    assert login().status_code == 302


def test_own_password_is_changed_and_other_logins_end(marta: User):
    here, elsewhere = browser(marta), browser(marta)
    wrong = here.post(CHANGE, {"oldpassword": "not hers", "password1": ANOTHER, "password2": ANOTHER})
    weak = here.post(CHANGE, {"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"})
    assert (wrong.status_code, weak.status_code, "too common" in text_of(weak)) == (200, 200, True)
    done = here.post(CHANGE, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}, follow=True)
    assert "Your password is changed, and your other logins are ended." in text_of(done)
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)
    assert (login().status_code, login(password=ANOTHER).status_code) == (200, 302)


def test_nobody_makes_an_account_for_himself(db):
    assert Client().get("/accounts/signup/").status_code == 404
