"""What we send is, key by key, what the provider's own package sends for the same call."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import telnyx

from conferences.telnyx.client import TelnyxClient
from conferences.telnyx.commands import Dial, Hangup, Join, Leave, Update
from conferences.telnyx.speech import GatherUsingSpeak

ANSWER = json.dumps(
    {"data": {"result": "ok", "call_control_id": "v3:new", "call_leg_id": "l", "call_session_id": "s"}}
).encode()


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type", "Accept")}
        self.server.requests.append((self.command, self.path, body, headers))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        """The test's output is not a server's log."""


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def both(server):
    server.requests.clear()
    url = f"http://127.0.0.1:{server.server_port}/v2"
    with (
        TelnyxClient("KEY_TEST", url) as ours,
        telnyx.Telnyx(api_key="KEY_TEST", base_url=url, max_retries=0) as theirs,
    ):
        yield ours, theirs, server.requests


@pytest.mark.parametrize("conference", ["3fa85f64-5717-4562-b3fc-2c963f66afa6", "All hands/meeting é"])
def test_join_is_sent_like_the_official_package_sends_it(both, conference):
    ours, theirs, requests = both
    join = {
        "call_control_id": "v3:own",
        "command_id": "891510ac-f3e4-11e8-af5b-de00688a4901",
        "supervisor_role": "whisper",
        "client_state": "aGF2ZSBhIG5pY2UgZGF5ID1d",
        "mute": True,
        "hold": True,
        "hold_media_name": "wait",
        "beep_enabled": "on_enter",
        "start_conference_on_enter": True,
        "end_conference_on_exit": False,
        "soft_end_conference_on_exit": False,
        "region": "Middle East",
    }
    ours.join(conference, Join(**join, whisper_call_control_ids=("v3:ana", "v3:luis")))
    theirs.conferences.actions.join(id=conference, **join, whisper_call_control_ids=["v3:ana", "v3:luis"])
    assert requests[0] == requests[1]


def test_join_with_hold_address_matches_the_official_package(both):
    ours, theirs, requests = both
    join = {
        "call_control_id": "v3:own",
        "command_id": "c1",
        "supervisor_role": "monitor",
        "hold": True,
        "hold_audio_url": "https://media.example.com/wait.mp3",
        "beep_enabled": "never",
        "end_conference_on_exit": True,
        "soft_end_conference_on_exit": True,
    }
    ours.join("conf", Join(**join))
    theirs.conferences.actions.join(id="conf", **join)
    assert requests[0] == requests[1]


def test_update_is_sent_like_the_official_package_sends_it(both):
    ours, theirs, requests = both
    update = {"call_control_id": "v3:own", "command_id": "c2", "supervisor_role": "whisper", "region": "US"}
    ours.update("conf", Update(**update, whisper_call_control_ids=("v3:ana",)))
    theirs.conferences.actions.update(id="conf", **update, whisper_call_control_ids=["v3:ana"])
    assert requests[0] == requests[1]


def test_leave_is_sent_like_the_official_package_sends_it(both):
    ours, theirs, requests = both
    leave = {"call_control_id": "v3:own", "command_id": "c3", "beep_enabled": "never", "region": "Europe"}
    ours.leave("conf", Leave(**leave))
    theirs.conferences.actions.leave(id="conf", **leave)
    assert requests[0] == requests[1]


def test_dial_is_sent_like_the_official_package_sends_it(both):
    ours, theirs, requests = both
    dial = {
        "to": "sip:gencred7x@sip.telnyx.com",
        "from_": "+34910000000",
        "connection_id": "1293384261075731499",
        "client_state": "c3VwZXJ2aXNpb24=",
        "command_id": "c4",
        "timeout_secs": 30,
        "from_display_name": "Floor 2",
        "time_limit_secs": 3600,
        "answering_machine_detection": "premium_ios_call_screening_detection",
    }
    ours.dial(Dial(**dial))
    theirs.calls.dial(**dial)
    assert requests[0] == requests[1]


@pytest.mark.parametrize("leg", ["v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg", "v2:a/b+c=="])
def test_hangup_is_sent_like_the_official_package_sends_it(both, leg):
    ours, theirs, requests = both
    ours.hangup(leg, Hangup("c5", "aGVsbG8="))
    theirs.calls.actions.hangup(call_control_id=leg, command_id="c5", client_state="aGVsbG8=")
    assert requests[0] == requests[1]


@pytest.mark.parametrize(("voice", "service_level"), [("AWS.Polly.Joanna", None), ("female", "basic")])
def test_asking_for_a_key_matches_the_official_package(both, voice, service_level):
    ours, theirs, requests = both
    gather = {
        "client_state": "aGVsbG8=",
        "command_id": "c6",
        "payload": "Press 1.",
        "voice": voice,
        "language": "en-US",
        "valid_digits": "1",
        "timeout_millis": 6000,
        "maximum_tries": 2,
    }
    ours.gather_using_speak("v3:own", GatherUsingSpeak(**gather))
    extra = {"service_level": service_level} if service_level else {}
    theirs.calls.actions.gather_using_speak("v3:own", **gather, **extra, minimum_digits=1, maximum_digits=1)
    assert requests[0] == requests[1]
