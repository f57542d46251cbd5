"""The stand-in over real HTTP: connections that break, webhooks that arrive, and a clean end."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from conferences.simulator import Simulator
from conferences.simulator.world.clock import system_clock

ANA = "sip:ana.ruiz@agents.example"


@pytest.fixture
def server(sim):
    with sim.serve() as running:
        yield running


@pytest.fixture
def web(sim, server):
    headers = {"Authorization": f"Bearer {sim.api_key}"}
    with httpx.Client(base_url=server.base_url, headers=headers, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def inbox():
    """A receiver of webhooks over real HTTP: (url, bodies)."""
    bodies = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    http = HTTPServer(("127.0.0.1", 0), Inbox)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}/", bodies
    http.shutdown()
    thread.join()
    http.server_close()


def test_questions_and_commands_work_over_http(sim, web, conference):
    muted = web.post(f"/conferences/{conference.id}/actions/mute", json={})
    listed = web.get(f"/conferences/{conference.id}/participants", params={"filter[muted]": "true"})
    assert (muted.json(), listed.json()["meta"]["total_results"]) == ({"data": {"result": "ok"}}, 3)


def test_name_with_slash_and_accent_survives_http(sim, web):
    conference = sim.conference_with([ANA], name="All hands/meeting é")
    response = web.post("/conferences/All%20hands%2Fmeeting%20%C3%A9/actions/mute", json={})
    assert (response.status_code, conference.leg(ANA).participant.muted) == (200, True)


def test_one_connection_serves_many_requests(web):
    assert [web.get("/conferences").status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(("kind", "error"), [("drop", httpx.RemoteProtocolError), ("reset", httpx.ReadError)])
def test_connection_really_breaks_after_the_work(sim, web, conference, kind, error):
    sim.faults.add(kind, path="/mute$")
    with pytest.raises(error):
        web.post(f"/conferences/{conference.id}/actions/mute", json={})
    assert [stay.muted for stay in conference.participants] == [True, True, True]


def test_hanging_answer_never_comes_though_the_work_was_done(sim, web, conference):
    sim.faults.add("hang", path="/mute$")
    with pytest.raises(httpx.ReadTimeout):
        web.post(f"/conferences/{conference.id}/actions/mute", json={}, timeout=httpx.Timeout(10, read=0.1))
    deadline = time.monotonic() + 10
    while not sim.commands and time.monotonic() < deadline:
        time.sleep(0.001)
    assert [stay.muted for stay in conference.participants] == [True, True, True]


def test_simultaneous_joins_put_a_leg_in_once(sim, web, conference):
    leg = sim.dial("+14155550191")
    path, start = f"/conferences/{conference.id}/actions/join", threading.Barrier(6)

    def join(_):
        start.wait(10)
        return web.post(path, json={"call_control_id": leg.call_control_id}).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(join, range(6)))
    assert (statuses, len(conference.participants)) == ([200, *[422] * 5], 4)


def test_slow_answer_arrives_late(sim, web):
    sim.faults.add("slow", seconds=0.05)
    began = time.monotonic()
    status = web.get("/conferences").status_code
    assert (status, time.monotonic() - began >= 0.05) == (200, True)


def test_stopping_does_not_wait_for_a_hanging_request(sim):
    server = sim.serve()
    server.start()
    sim.faults.add("hang")
    with httpx.Client(base_url=server.base_url, timeout=5, trust_env=False) as client:
        outcome = []
        asking = threading.Thread(target=lambda: outcome.append(_outcome(client)))
        asking.start()
        while sim.faults.api[0].times:
            time.sleep(0.001)
        server.stop()
        asking.join()
    assert outcome == ["RemoteProtocolError"]


def _outcome(client):
    try:
        return client.get("/conferences").status_code
    except httpx.TransportError as error:
        return type(error).__name__


def test_stopping_is_safe_before_starting_and_when_repeated(sim):
    server = sim.serve()
    server.stop()
    with sim.serve(server.port) as again:
        again.stop()
    assert again.port == server.port


def test_port_is_free_again_after_the_end(sim):
    with sim.serve() as first:
        port = first.port
    with Simulator(post=lambda *_: 200).serve(port) as second:
        assert second.port == port


def test_webhooks_reach_a_receiver_over_http(inbox):
    url, bodies = inbox
    sim = Simulator(webhook_url=url, clock=system_clock)
    with sim.serve():
        sim.conference_with([ANA])
        settled = sim.deliverer.settle()
    assert settled is True
    assert {body["data"]["id"] for body in bodies} == {event.id for event in sim.events}


def test_receiver_that_is_down_is_tried_again(inbox):
    url, bodies = inbox
    sim = Simulator(webhook_url="http://127.0.0.1:9/", failover_url=url, clock=system_clock)
    sim.switches.set({"webhook_attempts": 2, "webhook_backoff_seconds": 0.01})
    with sim.serve():
        sim.incoming_call()
        sim.deliverer.settle()
    assert [attempt.status for attempt in sim.deliverer.deliveries[0].attempts] == [0, 0, 200]
    assert bodies[0]["meta"] == {"attempt": 1, "delivered_to": url}


def test_agenda_is_kept_in_real_time(receiver):
    sim = Simulator(post=receiver, clock=system_clock)
    sim.phones.set("+14155550199", "answers", after=0.01)
    answered = threading.Event()
    sim.state.listeners.append(lambda event: answered.set() if event.type == "call.answered" else None)
    with sim.serve():
        sim.dial("+14155550199", answered=False)
        assert answered.wait(5) is True


def test_real_clock_cannot_be_advanced(receiver):
    sim = Simulator(post=receiver, clock=system_clock)
    with pytest.raises(TypeError, match="only a virtual clock"):
        sim.advance(1)


def test_webhooks_may_be_left_to_the_pump(sim, receiver):
    with sim.serve(delivers=False):
        sim.incoming_call()
        before = list(receiver.types)
        sim.pump()
    assert (before, receiver.types) == ([], ["call.initiated"])
