"""New keys without a gap: in each step, old and new processes believe the same logins and webhooks."""

from __future__ import annotations

import pytest
from django.conf import settings as in_force
from django.test import Client

from conferences.provider import public_keys
from conferences.simulator.delivery.keys import SigningKey
from conferences.telnyx.signature import InvalidSignature, verify
from tests.support.story import browser

OLD, NEW = "the old secret: long enough, and of many characters", "the new secret: long enough, and of many characters"
# What processes have that run side by side in each step: SECRET_KEY, and SECRET_KEY_FALLBACKS.
STEPS = {
    "the new one is made known": ((OLD, []), (OLD, [NEW])),
    "the two are swapped": ((OLD, [NEW]), (NEW, [OLD])),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("first", [0, 1])
def test_a_login_holds_while_the_secret_changes(settings, marta, step: str, first: int):
    processes = STEPS[step]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = processes[first]
    client: Client = browser(marta)
    for number in (1 - first, first, 1 - first):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = processes[number]
        assert client.get("/").status_code == 200
        assert client.cookies[in_force.SESSION_COOKIE_NAME].value


def test_a_secret_that_was_not_made_known_logs_out(settings, marta):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    client = browser(marta)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert client.get("/").status_code == 200  # which signs the login with the new one
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    assert client.get("/").status_code == 302


def test_webhooks_of_either_key_are_believed_meanwhile():
    old, new, stranger = (SigningKey.generate() for _ in range(3))
    keys, now = public_keys(f"{old.public_key}, {new.public_key}"), 1_800_000_000
    assert [verify(b"{}", one.headers(b"{}", now), keys, now) for one in (old, new)] == [0, 1]
    with pytest.raises(InvalidSignature):
        verify(b"{}", stranger.headers(b"{}", now), keys, now)
