"""Rate limits are waited for within reason, and a command_id is used for one command and not for long."""

import httpx
import pytest

from conferences.telnyx.commands import Hangup, InvalidCommand, Join, Leave, Mute, Update
from conferences.telnyx.errors import RateLimited, Unavailable

JOIN = Join("v3:own", "c1", "whisper", ("v3:ana",))
QUIETER = {
    "leave": lambda client: client.leave("conf", Leave("v3:own", "c3")),
    "hangup": lambda client: client.hangup("v3:own", Hangup("c4")),
}


def failure(kind, call, *args):
    with pytest.raises(kind) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "3"}, 3),
        ({"x_ratelimit_reset": "4"}, 4),
        ({"retry_after": "3", "x_ratelimit_reset": "9"}, 3),
        ({"retry_after": "Sun, 22 Nov 2026 10:00:07 GMT", "date": "Sun, 22 Nov 2026 10:00:02 GMT"}, 5),
        ({"retry_after": "soon", "x_ratelimit_reset": "1790000000"}, 0.6),
        ({}, 0.6),
    ],
)
def test_429_is_waited_for_as_long_as_it_says(client, provider, time, headers, seconds):
    provider.refuses(429, "10011", **headers).accepts()
    assert client.join("conf", JOIN).sends == 2
    assert seconds <= sum(time.slept) <= seconds + 0.8


def test_429_asking_for_too_long_is_not_waited_for(client, provider, time):
    provider.refuses(429, "10011", retry_after="21")
    error = failure(RateLimited, client.join, "conf", JOIN)
    assert error.retry_after == 21.0
    assert error.sends == 1
    assert time.slept == []


def test_429_without_end_is_sent_three_times_at_most(client, provider):
    provider.refuses(429, "10011")
    error = failure(RateLimited, client.join, "conf", JOIN)
    assert error.retry_after is None
    assert error.sends == 3
    assert len(provider.requests) == 3


def test_a_rate_limit_holds_the_next_command_back(client, provider, time):
    provider.refuses(429, "10011", retry_after="30").accepts()
    failure(RateLimited, client.join, "conf", JOIN)
    error = failure(RateLimited, client.update, "conf", Update("v3:own", "c2", "monitor"))
    assert (error.sends, len(provider.requests)) == (0, 1)
    time.sleep(15)
    assert client.update("conf", Update("v3:own", "c6", "monitor")).sends == 1


@pytest.mark.parametrize("name", QUIETER)
def test_rate_limit_does_not_delay_a_quieter_command(client, provider, time, name):
    provider.refuses(429, "10011", retry_after="30").accepts()
    failure(RateLimited, client.join, "conf", JOIN)
    assert (QUIETER[name](client).sends, time.slept) == (1, [])


def test_rate_limit_is_believed_for_a_minute_at_most(client, provider, time):
    provider.refuses(429, "10011", retry_after="3600").accepts()
    failure(RateLimited, client.join, "conf", JOIN)
    time.sleep(60)
    assert client.join("conf", Join("v3:own", "c7", "monitor")).sends == 1


def test_a_command_may_be_sent_again_soon(client, provider, time):
    provider.accepts()
    client.join("conf", JOIN)
    time.sleep(49)
    assert client.join("conf", JOIN).status == 200
    assert [body["command_id"] for body in provider.bodies] == ["c1", "c1"]


def test_a_command_id_is_never_sent_after_fifty_seconds(client, provider, time):
    provider.accepts()
    client.join("conf", JOIN)
    time.sleep(50)
    assert failure(InvalidCommand, client.join, "conf", JOIN).field == "command_id"
    assert len(provider.requests) == 1


def test_a_command_sent_again_late_stops_before_fifty_seconds(client, provider, time):
    provider.accepts()
    client.join("conf", JOIN)
    time.sleep(45)
    provider.acts.clear()

    def slow(_):
        time.sleep(3)
        raise httpx.ReadTimeout("slow")

    provider.does(slow)
    assert failure(Unavailable, client.join, "conf", JOIN).sends == 2
    assert [request.extensions["deadline"] <= 1050 for request in provider.requests] == [True] * 3


@pytest.mark.parametrize(
    "again",
    [
        lambda client: client.join("other", JOIN),
        lambda client: client.join("conf", Join("v3:own", "c1", "monitor")),
        lambda client: client.leave("conf", Leave("v3:own", "c1")),
    ],
)
def test_a_command_id_belongs_to_one_command(client, provider, again):
    provider.accepts()
    client.join("conf", JOIN)
    assert failure(InvalidCommand, again, client).field == "command_id"
    assert len(provider.requests) == 1


URGENT = {
    **QUIETER,
    "quieter": lambda client: client.update("conf", Update("v3:own", "c8", "monitor"), urgent=True),
    "mute": lambda client: client.mute("conf", Mute("v3:own", "c9", muted=True)),
}


@pytest.mark.parametrize("name", URGENT)
@pytest.mark.parametrize("asked", ["1", "15", "19"])
def test_what_makes_us_quieter_sits_no_rate_limit_out(client, provider, time, name, asked):
    provider.refuses(429, "10011", retry_after=asked).accepts()
    assert URGENT[name](client).sends == 2
    assert sum(time.slept) <= 0.5


@pytest.mark.parametrize("name", URGENT)
def test_continuing_rate_limit_is_told_within_two_seconds(client, provider, time, name):
    provider.refuses(429, "10011", retry_after="15")
    assert failure(RateLimited, URGENT[name], client).sends == 3
    assert sum(time.slept) <= 1.0


@pytest.mark.parametrize("name", URGENT)
def test_rate_limit_of_an_hour_is_told_at_once(client, provider, time, name):
    provider.refuses(429, "10011", retry_after="3600").accepts()
    assert failure(RateLimited, URGENT[name], client).sends == 1
    assert time.slept == []


def test_louder_mode_waits_for_the_rate_limit_to_end(client, provider, time):
    provider.refuses(429, "10011", retry_after="15").accepts()
    assert client.update("conf", Update("v3:own", "c8", "barge")).sends == 2
    assert sum(time.slept) >= 15
