"""A command that comes before the provider has built the leg is tried again, for two seconds and no longer."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferences.telnyx.client import Answer, TelnyxClient
from conferences.telnyx.commands import Hangup, Join, Leave, Mute, Update
from conferences.telnyx.errors import ApiError, Refused, TelnyxError
from tests.conferences.telnyx.conftest import Provider, Time

JOIN = Join("v3:own", "c1", "barge")
EARLY = {"code": "90034", "title": "Call not answered yet"}
OTHERS = {
    "update": lambda client: client.update("conf", Update("v3:own", "c1", "barge")),
    "mute": lambda client: client.mute("conf", Mute("v3:own", "c1", muted=True)),
    "leave": lambda client: client.leave("conf", Leave("v3:own", "c1")),
    "hangup": lambda client: client.hangup("v3:own", Hangup("c1")),
}


def failure(kind, call, *args):
    with pytest.raises(kind) as caught:
        call(*args)
    return caught.value


def refuse(provider, times, error=EARLY, status=422):
    for _ in range(times):
        provider.says(status, {"errors": [error]})
    return provider


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_join_refused_as_too_early_is_tried_again(client, provider, time, times):
    refuse(provider, times).accepts()
    assert client.join("conf", JOIN) == Answer(200, times + 1, {"result": "ok"})
    assert 0.3 <= sum(time.slept) <= 2.0


def test_unanswered_leg_is_refused_within_two_seconds(client, provider, time):
    refuse(provider, 1)
    error = failure(Refused, client.join, "conf", JOIN)
    assert error.code == "90034"
    assert error.sends == 4
    assert len(provider.requests) == 4
    assert sum(time.slept) <= 2.0


def test_each_try_has_a_command_id_extending_the_first(client, provider):
    refuse(provider, 3).accepts()
    client.join("conf", JOIN)
    assert [body.pop("command_id") for body in provider.bodies] == ["c1", "c1-2", "c1-3", "c1-4"]


def test_lost_answer_is_sent_again_under_its_trys_id(client, provider):
    refuse(provider, 1).fails(httpx.ReadTimeout("slow")).accepts()
    assert client.join("conf", JOIN).sends == 3
    assert [body["command_id"] for body in provider.bodies] == ["c1", "c1-2", "c1-2"]


def test_slow_refusals_are_retried_for_two_seconds_at_most(client, provider, time):
    def slow(_):
        time.sleep(0.9)
        return httpx.Response(422, json={"errors": [EARLY]})

    provider.does(slow)
    began = time.now
    assert failure(Refused, client.join, "conf", JOIN).sends == 2
    assert time.now - began <= 2.9


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [
        (EARLY, 422, True),
        ({"code": 90034, "title": "Call not answered yet"}, 422, True),
        ({"code": "90034"}, 200, True),
        ({"code": "90034"}, 400, True),
        ({"code": "90015", "title": "Invalid Call Control ID"}, 422, True),
        ({"code": "90015", "source": {"pointer": "/call_control_id"}}, 422, True),
        ({"code": "90015", "source": {"pointer": "/whisper_call_control_ids"}}, 422, False),
        ({"code": "90018", "title": "Call has already ended"}, 422, False),
        ({"code": "90019", "title": "Conference has already ended"}, 422, False),
        ({"code": "90032", "title": "Full"}, 422, False),
        ({"code": "90044", "title": "Same participant twice"}, 422, False),
        ({"code": "90058", "title": "No such conference"}, 404, False),
        ({"code": "10005", "title": "Resource not found"}, 404, False),
        ({"code": "10009", "title": "Authentication failed"}, 401, False),
        ({"title": "Call not answered yet"}, 422, False),
    ],
)
def test_only_a_possibly_unbuilt_leg_is_tried_again(client, provider, error, status, again):
    refuse(provider, 1, error, status).accepts()
    if again:
        assert client.join("conf", JOIN).sends == 2
    else:
        assert failure(Refused, client.join, "conf", JOIN).sends == 1


@pytest.mark.parametrize("name", OTHERS)
def test_command_not_following_an_answered_call_is_not_retried(client, provider, time, name):
    refuse(provider, 1).accepts()
    assert failure(Refused, OTHERS[name], client).code == "90034"
    assert (len(provider.requests), time.slept) == (1, [])


def test_same_participant_twice_after_lost_then_early_is_success(client, provider):
    refuse(provider.fails(httpx.ReadTimeout("slow")), 1).refuses(422, "90044")
    assert client.join("conf", JOIN) == Answer(422, 3, {})


def test_same_participant_twice_after_early_tries_alone_is_refused(client, provider):
    refuse(provider, 2).refuses(422, "90044")
    assert failure(Refused, client.join, "conf", JOIN).sends == 3


def test_conference_full_by_the_next_try_is_refused(client, provider):
    refuse(provider, 2).refuses(422, "90032")
    assert failure(Refused, client.join, "conf", JOIN).code == "90032"


ACTS = {
    "early": lambda provider: refuse(provider, 1),
    "lost": lambda provider: provider.fails(httpx.ReadTimeout("slow")),
    "down": lambda provider: provider.fails(httpx.ConnectError("down")),
    "limited": lambda provider: provider.refuses(429, "10011", retry_after="1"),
    "full": lambda provider: provider.refuses(422, "90032"),
    "twice": lambda provider: provider.refuses(422, "90044"),
    "accepted": lambda provider: provider.accepts(),
}


def forgets_a_loss(acts, outcome):
    """Whether a refusal that proves nothing of a lost send before it was taken for certain."""
    lost = "lost" in acts[: outcome.sends - 1]
    return lost and isinstance(outcome, Refused) and outcome.code in ("90032", "90044")


def play(acts):
    """Join while the provider does these; return the failure or the answer, and the requests that were made."""
    time, provider = Time(), Provider()
    for act in acts:
        ACTS[act](provider)
    transport = httpx.MockTransport(provider)
    client = TelnyxClient("KEY", transport=transport, clock=time.clock, sleep=time.sleep)
    try:
        return client.join("conf", JOIN), provider
    except TelnyxError as error:
        return error, provider


@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=9))
def test_lost_send_is_never_forgotten_whatever_follows(acts):
    outcome, provider = play(acts)
    assert outcome.sends == len(provider.requests)
    assert not forgets_a_loss(acts, outcome)
    ids = [body["command_id"] for body in provider.bodies]
    assert ids == sorted(ids)


def test_a_lost_send_that_was_forgotten_would_be_found():
    assert forgets_a_loss(["lost", "early", "full"], Refused(422, [ApiError("90032")], sends=3))
    assert not forgets_a_loss(["early", "full"], Refused(422, [ApiError("90032")], sends=2))
