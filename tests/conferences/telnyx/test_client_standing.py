"""What the provider's answers tell of us: whether it takes our key, and how far apart our clocks are."""

from datetime import UTC, datetime

import httpx
import pytest
import time_machine

from conferences.telnyx.commands import Hangup
from conferences.telnyx.errors import Refused, Unavailable

NOW = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_client_that_asked_nothing_knows_nothing(client):
    assert (client.health.key_refused_at, client.health.clock_ahead) == (None, None)


def test_a_refused_key_is_remembered_with_the_time(client, provider):
    provider.refuses(401, "10009")
    with pytest.raises(Refused):
        client.hangup("v3:own", Hangup("c1"))
    assert client.health.key_refused_at == NOW


def test_key_accepted_again_is_no_longer_refused(client, provider):
    provider.refuses(401, "10009").accepts()
    with pytest.raises(Refused):
        client.hangup("v3:own", Hangup("c1"))
    client.hangup("v3:own", Hangup("c2"))
    assert client.health.key_refused_at is None


@pytest.mark.parametrize(("status", "code"), [(403, "10010"), (404, "10005"), (422, "90018")])
def test_another_refusal_says_nothing_about_the_key(client, provider, status, code):
    provider.refuses(401, "10009").refuses(status, code)
    for command_id in ("c1", "c2"):
        with pytest.raises(Refused):
            client.hangup("v3:own", Hangup(command_id))
    assert client.health.key_refused_at == NOW


def test_no_answer_says_nothing_about_the_key(client, provider):
    provider.fails(httpx.ConnectError("down"))
    with pytest.raises(Unavailable):
        client.hangup("v3:own", Hangup("c1"))
    assert client.health.key_refused_at is None


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Mon, 02 Mar 2026 09:00:00 GMT", 30.0),
        ("Mon, 02 Mar 2026 09:01:00 -0000", -30.0),
        ("yesterday", None),
        ("Mon, 32 Mar 2026 09:01:00 GMT", None),
    ],
)
def test_date_of_an_answer_tells_our_clocks_lead(client, provider, date, ahead):
    provider.says(200, {"data": {"result": "ok"}}, Date=date)
    client.hangup("v3:own", Hangup("c1"))
    assert client.health.clock_ahead == ahead


def test_an_answer_without_a_date_leaves_what_is_known(client, provider):
    provider.says(200, {"data": {"result": "ok"}}, Date="Mon, 02 Mar 2026 09:00:00 GMT").accepts()
    for command_id in ("c1", "c2"):
        client.hangup("v3:own", Hangup(command_id))
    assert client.health.clock_ahead == 30.0
