"""Guesses of passwords from many addresses: nobody gets in, and whoever is at another address is not locked out."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conferences.models import Login
from tests.dashboard.login.test_login import LOGIN
from tests.support.story import PASSWORD

OFFICE = "198.51.100.7"
NAMES = ("marta", "ben", "cleo", "nobody", "Marta", "root")


def guess(name: str, password: str, address: str) -> int:
    form = {"username": name, "password": password}
    return Client().post(LOGIN, form, headers={"X-Forwarded-For": f"10.0.0.9, {address}"}).status_code


@pytest.mark.parametrize(
    ("guesses", "addresses"), [(300, 30), pytest.param(10_000, 100, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_guesses_get_in_nowhere_and_lock_nobody_out(marta: User, ben: User, cleo: User, guesses, addresses):
    chance = random.Random(7)  # noqa: S311
    words = [f"password{number}" for number in range(400)]
    seen = set()
    for number in range(guesses):
        address = f"203.0.113.{number % addresses}"
        seen.add(guess(chance.choice(NAMES), chance.choice(words), address))
        if number % (guesses // 10) == 0:
            assert guess("marta", PASSWORD, OFFICE) == 302
    assert seen <= {200, 429}
    assert guess("marta", PASSWORD, "203.0.113.0") in (302, 429)
    assert {one.address for one in Login.objects.all()} <= {OFFICE, "203.0.113.0"}
    assert [guess(name, PASSWORD, OFFICE) for name in ("marta", "ben", "cleo")] == [302, 302, 302]
