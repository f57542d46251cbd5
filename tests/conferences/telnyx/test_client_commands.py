"""Commands are sent until their outcome is clear, and never so that they could act twice."""

import httpx
import pytest

from conferences.telnyx.client import Answer, Dialled, TelnyxClient
from conferences.telnyx.commands import Dial, Hangup, InvalidCommand, Join, Leave, Mute, Update
from conferences.telnyx.errors import Refused, Unavailable

JOIN = Join("v3:own", "c1", "whisper", ("v3:ana",))
DIAL = Dial("sip:ana@sip.telnyx.com", "+34910000000", "129", "eA==", "c5", 30)
COMMANDS = {
    "join": lambda client: client.join("conf", JOIN),
    "update": lambda client: client.update("conf", Update("v3:own", "c2", "monitor")),
    "leave": lambda client: client.leave("conf", Leave("v3:own", "c3")),
    "hangup": lambda client: client.hangup("v3:own", Hangup("c4")),
    "dial": lambda client: client.dial(DIAL),
    "mute": lambda client: client.mute("conf", Mute("v3:own", "c5", muted=True)),
    "unmute": lambda client: client.mute("conf", Mute("v3:own", "c6", muted=False)),
}
PATHS = {
    "join": "/v2/conferences/conf/actions/join",
    "update": "/v2/conferences/conf/actions/update",
    "leave": "/v2/conferences/conf/actions/leave",
    "hangup": "/v2/calls/v3:own/actions/hangup",
    "dial": "/v2/calls",
    "mute": "/v2/conferences/conf/actions/mute",
    "unmute": "/v2/conferences/conf/actions/unmute",
}
CALL = {"call_control_id": "v3:new", "call_leg_id": "leg", "call_session_id": "session", "is_alive": False}
ACCEPTED = {"data": CALL | {"result": "ok"}}

each_command = pytest.mark.parametrize("name", COMMANDS)
never_connected = pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ConnectTimeout("slow"), "timeout"),
        (httpx.PoolTimeout("busy"), "timeout"),
        (httpx.ConnectError("down"), "no connection"),
    ],
)


def failure(kind, call, *args):
    with pytest.raises(kind) as caught:
        call(*args)
    return caught.value


@each_command
def test_a_command_is_posted_once_when_it_is_accepted(client, provider, name):
    provider.says(200, ACCEPTED)
    answer = COMMANDS[name](client)
    assert answer.status == 200
    assert answer.sends == 1
    assert answer.data == ACCEPTED["data"]
    assert [(request.method, path) for request, path in zip(provider.requests, provider.paths, strict=True)] == [
        ("POST", PATHS[name])
    ]


def test_a_command_carries_key_and_body(client, provider):
    provider.accepts()
    client.join("conf", JOIN)
    headers = provider.requests[0].headers
    assert provider.bodies == [JOIN.body()]
    assert (headers["authorization"], headers["content-type"]) == ("Bearer KEY_TEST", "application/json")


def test_connection_and_each_read_have_two_seconds(client, provider):
    provider.accepts()
    client.join("conf", JOIN)
    waits = provider.requests[0].extensions["timeout"]
    assert waits == {"connect": 2.0, "read": 2.0, "write": 2.0, "pool": 2.0}


def test_dial_returns_the_ids_of_the_new_leg(client, provider):
    provider.says(200, {"data": CALL})
    assert client.dial(DIAL) == Dialled(200, 1, CALL, "v3:new", "leg", "session")


def test_dial_without_a_call_control_id_is_no_answer(client, provider):
    provider.says(200, {"data": {"call_leg_id": "leg"}})
    assert failure(Unavailable, client.dial, DIAL).reason == "unreadable answer"


@pytest.mark.parametrize(
    ("conference", "path"),
    [
        ("3fa85f64-5717-4562-b3fc-2c963f66afa6", "/v2/conferences/3fa85f64-5717-4562-b3fc-2c963f66afa6/actions/join"),
        ("All hands/meeting é", "/v2/conferences/All%20hands%2Fmeeting%20%C3%A9/actions/join"),
        ("50% off?", "/v2/conferences/50%25%20off%3F/actions/join"),
        ("../calls", "/v2/conferences/..%2Fcalls/actions/join"),
        ("#1", "/v2/conferences/%231/actions/join"),
    ],
)
def test_a_conference_name_stays_one_part_of_the_path(client, provider, conference, path):
    provider.accepts()
    client.join(conference, JOIN)
    assert provider.paths == [path]


def test_call_control_id_keeps_colon_and_equals_in_path(client, provider):
    provider.accepts()
    client.hangup("v3:a/b+c==", Hangup("c4"))
    assert provider.paths == ["/v2/calls/v3:a%2Fb+c==/actions/hangup"]


@pytest.mark.parametrize("conference", ["", ".", ".."])
def test_id_that_would_change_the_path_is_never_sent(client, provider, conference):
    assert failure(InvalidCommand, client.join, conference, JOIN).field == "conference_id"
    assert provider.requests == []


LOST = {
    "read timeout": (lambda p: p.fails(httpx.ReadTimeout("slow")), "timeout", None),
    "write timeout": (lambda p: p.fails(httpx.WriteTimeout("slow")), "timeout", None),
    "reset": (lambda p: p.fails(httpx.ReadError("reset")), "connection lost", None),
    "closed": (lambda p: p.fails(httpx.RemoteProtocolError("closed")), "connection lost", None),
    "500": (lambda p: p.says(500, {"errors": []}), "HTTP 500", 500),
    "502 page": (lambda p: p.writes(502, b"<html>Bad gateway</html>"), "HTTP 502", 502),
    "408": (lambda p: p.refuses(408, "10008"), "HTTP 408", 408),
    "redirect": (lambda p: p.says(302, None, location="https://elsewhere.example/"), "HTTP 302", 302),
    "html": (lambda p: p.writes(200, b"<html>"), "unreadable answer", 200),
    "empty": (lambda p: p.writes(200, b""), "unreadable answer", 200),
    "cut short": (lambda p: p.writes(200, b'{"data":{"resu'), "unreadable answer", 200),
    "not utf-8": (lambda p: p.writes(200, b'{"data":"\xff"}'), "unreadable answer", 200),
    "list": (lambda p: p.says(200, [ACCEPTED]), "unreadable answer", 200),
    "no data": (lambda p: p.says(200, {}), "unreadable answer", 200),
    "not ok": (lambda p: p.says(200, {"data": {"result": "perhaps"}}), "unreadable answer", 200),
    "endless": (lambda p: p.writes(200, b" " * (8 * 2**20 + 1)), "unreadable answer", 200),
}
each_loss = pytest.mark.parametrize("lose", LOST)


@each_command
@each_loss
def test_lost_answer_is_requested_again_with_the_same_bytes(client, provider, name, lose):
    LOST[lose][0](provider).says(200, ACCEPTED)
    assert COMMANDS[name](client).sends == 2
    first, second = provider.requests
    assert (first.url, first.content) == (second.url, second.content)


@each_command
@each_loss
def test_three_lost_answers_leave_the_outcome_unknown(client, provider, name, lose):
    LOST[lose][0](provider)
    error = failure(Unavailable, COMMANDS[name], client)
    status = None if lose == "endless" else LOST[lose][2]
    assert error.reason == LOST[lose][1]
    assert error.sends == 3
    assert error.status == status
    assert error.reached is True
    assert len(provider.requests) == 3


@never_connected
def test_a_provider_that_was_never_connected_to_did_nothing(client, provider, error, reason):
    provider.fails(error)
    unavailable = failure(Unavailable, client.join, "conf", JOIN)
    assert unavailable.reason == reason
    assert unavailable.sends == 3
    assert unavailable.reached is False


def test_one_send_that_got_through_makes_the_outcome_unknown(client, provider):
    provider.fails(httpx.ConnectError("down")).fails(httpx.ReadTimeout("slow")).fails(httpx.ConnectError("down"))
    unavailable = failure(Unavailable, client.join, "conf", JOIN)
    assert (unavailable.reason, unavailable.reached) == ("no connection", True)


REFUSALS = [(400, "10023"), (401, "10009"), (403, "10010"), (404, "90058"), (409, "1"), (422, "90018"), (422, "90044")]


@each_command
@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_a_refusal_is_final(client, provider, name, status, code):
    provider.refuses(status, code)
    error = failure(Refused, COMMANDS[name], client)
    assert error.status == status
    assert error.code == code
    assert len(provider.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_without_the_providers_words_is_still_one(client, provider, status):
    provider.writes(status, b"<html>")
    error = failure(Refused, client.join, "conf", JOIN)
    assert (error.status, error.errors) == (status, ())


def test_same_participant_twice_after_a_lost_answer_is_success(client, provider):
    provider.fails(httpx.ReadTimeout("slow")).refuses(422, "90044")
    assert client.join("conf", JOIN) == Answer(422, 2, {})


@pytest.mark.parametrize("first", ["limited", "not connected"])
def test_same_participant_twice_after_an_ineffective_send_is_refused(client, provider, first):
    if first == "limited":
        provider.refuses(429, "10011", retry_after="1")
    else:
        provider.fails(httpx.ConnectError("down"))
    provider.refuses(422, "90044")
    assert failure(Refused, client.join, "conf", JOIN).code == "90044"


def test_same_participant_twice_is_no_success_of_an_update(client, provider):
    provider.fails(httpx.ReadTimeout("slow")).refuses(422, "90044")
    error = failure(Unavailable, client.update, "conf", Update("v3:own", "c2", "monitor"))
    assert (error.reason, error.status) == ("HTTP 422", 422)


@pytest.mark.parametrize("name", ["leave", "hangup"])
def test_missing_leg_is_refused_even_after_a_lost_answer(client, provider, name):
    provider.fails(httpx.ReadTimeout("slow")).refuses(422, "90018")
    error = failure(Refused, COMMANDS[name], client)
    assert (error.code, error.sends) == ("90018", 2)


@pytest.mark.parametrize(("status", "code"), [(401, "10009"), (403, "10010"), (422, "90032"), (429, "10011")])
def test_refusal_after_a_lost_answer_leaves_the_outcome_unknown(client, provider, status, code):
    provider.fails(httpx.ReadTimeout("slow")).refuses(status, code)
    error = failure(Unavailable, client.join, "conf", JOIN)
    assert error.reason == f"HTTP {status}"
    assert error.status == status
    assert error.reached is True


@pytest.mark.parametrize("code", ["10015", "10032", "1"])
def test_used_command_id_after_a_lost_answer_proves_nothing(client, provider, code):
    told = {"code": code, "title": "Bad Request", "source": {"pointer": "/command_id"}}
    provider.fails(httpx.ReadTimeout("slow")).says(422, {"errors": [told]})
    assert failure(Unavailable, client.join, "conf", JOIN).status == 422


@pytest.mark.parametrize(("status", "code"), [(422, "10032"), (404, "90058"), (422, "90019"), (422, "90034")])
def test_refusal_after_a_lost_answer_covering_both_is_final(client, provider, status, code):
    provider.fails(httpx.ReadTimeout("slow")).refuses(status, code)
    assert failure(Refused, client.join, "conf", JOIN).code == code


@each_command
def test_all_sends_are_within_twenty_seconds(client, provider, time, name):
    began = time.now

    def slow(_):
        time.sleep(9)
        raise httpx.ReadTimeout("slow")

    provider.does(slow)
    error = failure(Unavailable, COMMANDS[name], client)
    assert (error.sends, len(provider.requests)) == (3, 3)
    assert [request.extensions["deadline"] <= began + 20 for request in provider.requests] == [True] * 3


def test_no_send_begins_when_twenty_seconds_are_over(client, provider, time):
    def slow(_):
        time.sleep(12)
        raise httpx.ReadTimeout("slow")

    provider.does(slow)
    assert failure(Unavailable, client.join, "conf", JOIN).sends == 2


def test_an_answer_that_drips_is_given_up(client, provider, time):
    class Drip(httpx.SyncByteStream):
        def __iter__(self):
            while True:
                time.sleep(1)
                yield b" "

    provider.does(lambda _: httpx.Response(200, stream=Drip())).accepts()
    assert client.join("conf", JOIN).sends == 2
    assert time.now < 1020


@pytest.mark.parametrize("key", ["", " ", "KEY\n", "KEY TEST", "KÉY"])
def test_impossible_key_is_refused_without_showing_it(key):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole sentence is compared
        TelnyxClient(key)
    assert str(caught.value) == "The API key must be plain characters without spaces or line ends."


def test_the_key_is_in_neither_repr_nor_errors(client, provider):
    provider.fails(httpx.ReadTimeout("Bearer KEY_TEST"))
    error = failure(Unavailable, client.join, "conf", JOIN)
    assert repr(client) == "<TelnyxClient https://api.telnyx.com/v2>"
    assert str(error) == "No clear answer from the provider: timeout (sends: 3)."
    assert error.__cause__ is None
    assert error.__context__ is None
