"""Faulty answers of the API, in process: what they look like and whether the work was done."""

from contextlib import suppress

import httpx
import pytest

ANA = "sip:ana.ruiz@agents.example"


@pytest.fixture
def mute(sim, api, conference):
    """Mute Ana through the API; a second value tells whether she is muted now."""
    ana = conference.leg(ANA)

    def attempt():
        return api.post(f"/conferences/{conference.id}/actions/mute", json={"call_control_ids": [ana.call_control_id]})

    attempt.done = lambda: ana.participant.muted
    return attempt


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("rate_limited", 429, "10011"),
        ("error", 500, "10007"),
        ("unavailable", 503, "10007"),
        ("unauthorized", 401, "10009"),
    ],
)
def test_refusing_faults_answer_an_error_and_do_nothing(sim, mute, kind, status, code):
    sim.faults.add(kind)
    response = mute()
    assert response.status_code == status
    assert response.json()["errors"][0]["code"] == code
    assert mute.done() is False


def test_bad_gateway_answers_html(sim, mute):
    sim.faults.add("bad_gateway")
    response = mute()
    assert response.status_code == 502
    assert response.headers["content-type"] == "text/html"
    assert mute.done() is False
    assert "<h1>502 Bad Gateway</h1>" in response.text


@pytest.mark.parametrize(("kind", "content"), [("empty", b""), ("invalid_json", b'{"data": {"result": ')])
def test_unreadable_success_has_done_its_work(sim, mute, kind, content):
    sim.faults.add(kind)
    response = mute()
    assert response.status_code == 200
    assert response.content == content
    assert mute.done() is True


@pytest.mark.parametrize(
    ("kind", "error"),
    [("hang", httpx.ReadTimeout), ("drop", httpx.RemoteProtocolError), ("reset", httpx.ReadError)],
)
def test_broken_connection_has_done_its_work(sim, mute, kind, error):
    sim.faults.add(kind)
    with pytest.raises(error):
        mute()
    assert mute.done() is True


@pytest.mark.parametrize(("kind", "error"), [("hang", httpx.ReadTimeout), ("drop", httpx.RemoteProtocolError)])
def test_broken_connection_may_be_told_to_do_nothing(sim, mute, kind, error):
    sim.faults.add(kind, works=False)
    with pytest.raises(error):
        mute()
    assert mute.done() is False


def test_error_may_be_told_to_do_the_work(sim, mute):
    sim.faults.add("error", works=True)
    assert (mute().status_code, mute.done()) == (500, True)


def test_slow_answer_within_the_timeout_arrives(sim, mute):
    sim.faults.add("slow", seconds=1.9)
    assert (mute().json(), mute.done()) == ({"data": {"result": "ok"}}, True)


def test_slow_answer_beyond_the_timeout_is_a_timeout(sim, mute):
    sim.faults.add("slow", seconds=2.1)
    with pytest.raises(httpx.ReadTimeout):
        mute()


def test_fault_is_used_up_after_its_times(sim, mute):
    sim.faults.add("unavailable", times=2)
    assert [mute().status_code for _ in range(3)] == [503, 503, 200]


def test_fault_for_ever_lasts_until_it_is_cleared(sim, mute):
    sim.faults.add("unavailable", times=None)
    during = [mute().status_code for _ in range(5)]
    sim.faults.clear()
    assert (during, mute().status_code) == ([503] * 5, 200)


@pytest.mark.parametrize(
    ("pattern", "hit"),
    [({"method": "POST"}, True), ({"method": "GET"}, False), ({"path": "/mute$"}, True), ({"path": "/join$"}, False)],
)
def test_fault_befalls_only_matching_requests(sim, mute, pattern, hit):
    sim.faults.add("error", **pattern)
    assert mute().status_code == (500 if hit else 200)


def test_faults_are_used_in_the_order_they_were_added(sim, mute):
    sim.faults.add("error")
    sim.faults.add("unavailable")
    assert [mute().status_code for _ in range(3)] == [500, 503, 200]


def test_answer_fault_gives_any_status_body_and_headers(sim, mute):
    sim.faults.add("answer", status=418, body="short and stout", headers={"X-Teapot": "yes"})
    response = mute()
    assert response.status_code == 418
    assert response.text == "short and stout"
    assert response.headers["x-teapot"] == "yes"
    assert mute.done() is False


def test_stale_answer_repeats_the_previous_answer(sim, api, conference):
    path = f"/conferences/{conference.id}/participants"
    before = api.get(path).json()
    sim.far_end_hangs_up(conference.leg(ANA))
    sim.faults.add("stale", path="/participants$")
    assert (api.get(path).json(), len(api.get(path).json()["data"])) == (before, 2)


def test_unknown_fault_is_a_mistake(sim):
    with pytest.raises(ValueError, match="no such fault: meteor"):
        sim.faults.add("meteor")


def test_command_with_lost_answer_is_repeatable_by_its_id(sim, api, conference):
    leg = sim.dial("+14155550191")
    path, body = (
        f"/conferences/{conference.id}/actions/join",
        {"call_control_id": leg.call_control_id, "command_id": "a"},
    )
    sim.faults.add("drop")
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(path, json=body)
    assert (api.post(path, json=body).status_code, len(conference.participants)) == (200, 4)


def test_every_answer_carries_the_providers_date(sim, api, mute):
    sim.faults.add("slow", seconds=1.0)
    sim.advance(2)
    dates = [response.headers["date"] for response in (mute(), mute(), api.get("/no/such/address"))]
    assert dates == ["Mon, 02 Mar 2026 09:00:02 GMT"] * 3


@pytest.mark.parametrize(("seconds", "waited"), [(1.0, 1.0), (3600.0, 2.0)])
def test_the_in_process_transport_tells_the_clients_waiting_time(sim, mute, seconds, waited):
    waits = []
    sim.client_transport.wait = waits.append
    sim.faults.add("slow", seconds=seconds)
    with suppress(httpx.ReadTimeout):
        mute()
    assert waits == [waited]
