"""Single sign-on with a real provider beside us: whom it lets in, with which rights, and whom it does not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.dashboard.login.test_login import text_of
from tests.support.ports import free_port
from tests.support.story import PASSWORD

pytestmark = pytest.mark.served

START = "/accounts/oidc/sso/login/"
COACH, BARGE = "call-coaches", "call-leads"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A process of its own, whose users a test tells it of."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        assert process.poll() is None, "the provider stopped by itself"
        try:
            httpx.get(f"{address}/.well-known/openid-configuration", timeout=1)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield address
    process.kill()
    process.wait()


@pytest.fixture
def sign_on(provider: str, settings: Any, db: None) -> str:
    settings.OIDC_SERVER_URL = provider
    settings.OIDC_GROUPS = {COACH: "Coach", BARGE: "Supervisor"}
    app = {
        "provider_id": "sso",
        "name": "sso",
        "client_id": "earshot",
        "secret": "s",
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return provider


def person(provider: str, sub: str, **claims: Any) -> None:
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()


def come(provider: str, sub: str, client: Client | None = None, query: str = "", **form: str) -> tuple[Client, Any]:
    """Press the button, be asked by the provider, and come back."""
    client = client or Client()
    there = client.post(f"{START}{query}").headers["Location"]
    assert there.startswith(provider)
    back = httpx.post(there, data=form or {"sub": sub})
    assert back.status_code == 302
    return client, client.get(back.headers["Location"].removeprefix("http://testserver"))


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def groups(name: str) -> set[str]:
    return {one.name for one in User.objects.get(username=name).groups.all()}


def test_a_member_gets_an_account_and_todays_groups(sign_on: str):
    person(sign_on, "s-1", preferred_username="rosa", given_name="Rosa", family_name="Lima", groups=[COACH, "others"])
    client, answer = come(sign_on, "s-1", query="?next=/agents/")
    rosa = User.objects.get(username="rosa")
    assert (answer.status_code, answer.headers["Location"], is_in(client)) == (302, "/agents/", True)
    assert (rosa.get_full_name(), rosa.has_usable_password(), rosa.is_staff) == ("Rosa Lima", False, False)
    assert groups("rosa") == {"Coach"}

    change = client.get("/accounts/password/change/")
    assert (change.status_code, change.headers["Location"]) == (302, "/accounts/")  # there is none to change

    rosa.groups.add(Group.objects.get(name="Privacy officer"))  # no group of theirs stands for it
    person(sign_on, "s-1", preferred_username="renamed", groups=[BARGE])
    come(sign_on, "s-1")
    assert (groups("rosa"), User.objects.count()) == ({"Supervisor", "Privacy officer"}, 1)

    person(sign_on, "s-1", preferred_username="rosa", groups=[])
    come(sign_on, "s-1")
    assert groups("rosa") == {"Privacy officer"}


@pytest.mark.parametrize("said", [[], ["others"], None, 7, [7, None]])
def test_who_is_in_no_group_of_ours_gets_none(sign_on: str, said: Any):
    person(sign_on, "s-2", preferred_username="olga", **({} if said is None else {"groups": said}))
    client, answer = come(sign_on, "s-2")
    assert ("no account here" in text_of(answer), is_in(client), User.objects.count()) == (True, False, 0)


def test_nobody_takes_an_account_over_by_its_name(sign_on: str, marta: User):
    User.objects.filter(pk=marta.pk).update(email="marta@center.example")
    claims = {"email": "marta@center.example", "email_verified": True, "groups": [BARGE]}
    person(sign_on, "s-3", preferred_username="Marta", **claims)
    client, answer = come(sign_on, "s-3")
    assert ("connect it on your account" in text_of(answer), is_in(client)) == (True, False)

    own = Client()
    own.post("/accounts/login/", {"username": "marta", "password": PASSWORD})
    assert "Connect" in text_of(own.get("/accounts/"))
    come(sign_on, "s-3", client=own, query="?process=connect&next=/accounts/")
    client, _ = come(sign_on, "s-3")
    assert (is_in(client), groups("marta")) == (True, {"Supervisor"})


def test_who_cancels_or_brings_a_made_up_answer(sign_on: str):
    person(sign_on, "s-4", preferred_username="ines", groups=[COACH])
    client, answer = come(sign_on, "s-4", action="deny")
    page = client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
    assert (is_in(client), "You are not logged in" in text_of(page)) == (False, True)
    made_up = Client().get(f"{START}callback/?code=made-up&state=made-up")
    assert ("did not work" in text_of(made_up), User.objects.count()) == (True, 0)


def test_a_closed_account_stays_closed(sign_on: str):
    person(sign_on, "s-5", preferred_username="kim", groups=[COACH])
    come(sign_on, "s-5")
    User.objects.update(is_active=False)
    client, _ = come(sign_on, "s-5")
    assert not is_in(client)


@pytest.mark.parametrize(("amr", "where"), [(["pwd", "otp"], None), (["pwd"], "/accounts/"), ([], "/accounts/")])
def test_a_factor_shown_to_the_provider_counts(sign_on: str, settings: Any, amr: list[str], where: str | None):
    settings.SECOND_FACTOR_GROUPS = ["Coach"]
    person(sign_on, "s-6", preferred_username="lea", groups=[COACH], amr=amr)
    client, _ = come(sign_on, "s-6")
    assert client.get("/").headers.get("Location") == where


def test_the_login_offers_it_where_there_is_one(sign_on: str, settings: Any):
    assert "Log in by single sign-on" in text_of(Client().get("/accounts/login/"))
    settings.OIDC_SERVER_URL = ""
    assert "Log in by" not in text_of(Client().get("/accounts/login/"))
