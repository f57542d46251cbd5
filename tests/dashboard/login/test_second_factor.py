"""A second factor: set up, asked for, required of some, asked for again before a barge, and lost."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import Group, User
from django.test import Client

from conferences.models import Supervision
from tests.support.story import ANA, PASSWORD, Story

LOGIN, CODE, AGAIN = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
APP = "/accounts/2fa/totp/activate/"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def log_in(username: str = "marta") -> Client:
    client = Client()
    client.post(LOGIN, {"username": username, "password": PASSWORD})
    return client


def set_up(client: Client) -> tuple[str, str]:
    """Set an authenticator app up, and return its secret and the page that says so; the password is asked once more."""
    where = client.get(APP).headers["Location"]
    assert client.post(where, {"password": PASSWORD}).headers["Location"] == APP
    (secret,) = re.findall(r'id="totp-secret">(\w+)<', client.get(APP).content.decode())
    return secret, client.post(APP, {"code": code_of(secret)}, follow=True).content.decode()


@pytest.fixture
def secret(marta: User) -> str:
    """Marta has an authenticator app."""
    secret = generate_totp_secret()
    TOTP.activate(marta, secret)
    return secret


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_app_is_set_up_and_asked_for(clock, marta: User):
    client = log_in()
    secret, codes = set_up(client)
    recovery = re.findall(r"<code>(\d{8})</code>", codes)
    assert (len(recovery), client.get("/accounts/").content.decode().count("set up")) == (10, 1)
    assert re.findall(r"<code>\d{8}</code>", client.get("/accounts/2fa/recovery-codes/").content.decode()) == []

    clock.shift(60)
    other = log_in()
    assert (is_in(other), other.get("/").headers["Location"]) == (False, "/accounts/login/?next=/")
    assert "Incorrect code" in other.post(CODE, {"code": "000000"}).content.decode()
    assert other.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert is_in(other)

    for attempt, expected in enumerate((True, False)):  # a recovery code lets in once
        third = log_in()
        third.post(CODE, {"code": recovery[0]})
        assert is_in(third) is expected, attempt


def test_a_code_works_once(clock, secret: str):
    code = code_of(secret)
    first, second = log_in(), log_in()
    first.post(CODE, {"code": code})
    second.post(CODE, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_guesses_of_a_code_are_few(clock, secret: str):
    client = log_in()
    for _ in range(7):
        page = client.post(CODE, {"code": "000000"}).content.decode()
    assert "Too many" in page
    client.post(CODE, {"code": code_of(secret)})
    assert not is_in(client)
    clock.shift(301)
    client.post(CODE, {"code": code_of(secret)})
    assert is_in(client)


@pytest.mark.parametrize("groups", [["Coach"], ["*"]])
def test_a_group_that_asks_for_it_waits(transactional_db, clock, marta: User, settings, groups):
    settings.SECOND_FACTOR_GROUPS = groups
    marta.groups.add(Group.objects.get_or_create(name="Coach")[0])
    client = log_in()
    assert client.get("/").headers["Location"] == "/accounts/"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/"
    assert client.get("/feed/").status_code == 302
    assert "Your group asks for a second factor." in client.get("/accounts/").content.decode()
    set_up(client)
    assert is_in(client)


def test_other_groups_are_not_asked(marta: User, ben: User, settings):
    settings.SECOND_FACTOR_GROUPS = ["Coach"]
    assert is_in(log_in("ben"))


def test_login_from_before_the_rule_shows_it_now(clock, marta: User, secret: str, settings):
    from tests.support.story import browser

    client = browser(marta)
    assert is_in(client)
    settings.SECOND_FACTOR_GROUPS = ["*"]
    assert client.get("/agents/").headers["Location"] == f"{AGAIN}?next=%2Fagents%2F"
    answer = client.post(f"{AGAIN}?next=/agents/", {"code": code_of(secret)})
    assert (answer.headers["Location"], is_in(client)) == ("/agents/", True)


@pytest.mark.parametrize("minutes", [0, 15])
def test_a_barge_asks_again_where_that_is_the_rule(story: Story, marta: User, secret: str, settings, minutes):
    settings.BARGE_CONFIRMED_WITHIN = minutes
    _, call = story.call(ANA)
    client = log_in()
    client.post(CODE, {"code": code_of(secret)})
    story.wait(16 * 60)
    url = f"/conferences/{call.pk}/supervise/"
    form = {"my_leg": f"device:{marta.supervisor.devices.first().pk}", "token": "7" * 32}
    page = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}"}
    answer = client.post(url, form | {"role": "barge"}, headers=page)
    if minutes:
        where = answer.headers["HX-Redirect"]
        assert (where.partition("?")[0], Supervision.objects.count()) == (AGAIN, 0)
        assert client.post(where, {"code": code_of(secret)}).headers["Location"] == url
        client.post(url, form | {"role": "barge"}, headers=page)
    assert Supervision.objects.get().requested_role == "barge"


def test_going_quieter_never_asks_again(story: Story, marta: User, secret: str, settings):
    _, call = story.call(ANA)
    client = log_in()
    client.post(CODE, {"code": code_of(secret)})
    mine = story.supervise(marta, call, role="barge")
    settings.BARGE_CONFIRMED_WITHIN = 15
    story.wait(16 * 60)
    client.post(f"/supervisions/{mine.pk}/change/", {"role": "monitor"})
    mine.refresh_from_db()
    assert mine.requested_role == "monitor"


def test_nobody_removes_a_factor_of_somebody_else(marta: User, ben: User, secret: str):
    client = log_in("ben")
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=marta, type="totp").exists()
