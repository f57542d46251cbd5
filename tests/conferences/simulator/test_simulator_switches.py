"""What Telnyx leaves unknown, each switch both ways."""

import pytest

from conferences.simulator.switches import Switches

ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"


def act(api, conference, action, **body):
    return api.post(f"/conferences/{conference.id}/actions/{action}", json=body)


def monitor(sim, conference):
    leg = sim.dial("+14155550191")
    sim.join(conference, leg, role="monitor")
    return leg


@pytest.mark.parametrize("status", [200, 422])
def test_repeated_command_id_has_no_effect_whatever_the_answer(sim, api, conference, status):
    sim.switches.repeated_command_status = status
    leg = sim.dial("+14155550191")
    act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    again = act(api, conference, "join", call_control_id=leg.call_control_id, command_id="a")
    assert (again.status_code, len(conference.participants)) == (status, 4)


@pytest.mark.parametrize("shown", [True, False])
def test_monitor_is_listed_as_muted_or_not(sim, api, conference, shown):
    sim.switches.monitor_shows_muted = shown
    monitor(sim, conference)
    listed = api.get(f"/conferences/{conference.id}/participants").json()["data"]
    assert [item["muted"] for item in listed] == [False, False, False, shown]


@pytest.mark.parametrize("lifts", [True, False])
def test_unmute_lifts_a_monitor_or_not(sim, api, conference, lifts):
    sim.switches.unmute_lifts_monitor = lifts
    leg = monitor(sim, conference)
    act(api, conference, "unmute")
    assert sim.hears(conference, conference.leg(ANA), leg) is lifts


def test_unmuted_monitor_is_silent_again_after_a_role_update(sim, api, conference):
    sim.switches.unmute_lifts_monitor = True
    leg = monitor(sim, conference)
    act(api, conference, "unmute")
    act(api, conference, "update", call_control_id=leg.call_control_id, supervisor_role="monitor")
    assert sim.hears(conference, conference.leg(ANA), leg) is False


@pytest.mark.parametrize("emits", [True, False])
def test_conference_hold_is_announced_or_not(sim, api, conference, told, emits):
    sim.switches.conference_hold_emits_call_hold = emits
    ids = [conference.leg(ANA).call_control_id]
    act(api, conference, "hold", call_control_ids=ids)
    act(api, conference, "unhold", call_control_ids=ids)
    assert told() == (["call.hold", "call.unhold"] if emits else [])


@pytest.mark.parametrize("status", [404, 422])
@pytest.mark.parametrize("action", ["join", "leave", "update"])
def test_missing_conference_has_one_status_or_the_other(sim, api, action, status):
    sim.switches.missing_conference_status = status
    body = {"call_control_id": "v3:x", "supervisor_role": "monitor"}
    response = api.post(f"/conferences/none/actions/{action}", json=body)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, "90058")


@pytest.mark.parametrize("action", ["mute", "hold", "end"])
def test_missing_conference_switch_leaves_other_actions_not_found(sim, api, action):
    sim.switches.missing_conference_status = 422
    assert api.post(f"/conferences/none/actions/{action}", json={}).status_code == 404


@pytest.mark.parametrize("reason", ["ended_via_api", "all_left"])
def test_reason_after_end_is_chosen_for_webhooks_only(sim, api, conference, reason):
    sim.switches.ended_via_api_reason = reason
    act(api, conference, "end")
    assert (sim.events[-1].payload["reason"], conference.end_reason) == (reason, "ended_via_api")


@pytest.mark.parametrize(("spans", "names"), [(True, ["Euro", "Support 4711"]), (False, ["Support 4711"])])
def test_list_without_a_region_spans_regions_or_not(sim, api, conference, spans, names):
    sim.switches.list_spans_regions = spans
    body = {"call_control_id": sim.dial(ANA).call_control_id, "name": "Euro", "region": "Europe"}
    api.post("/conferences", json=body)
    assert [item["name"] for item in api.get("/conferences").json()["data"]] == names


@pytest.mark.parametrize(("spans", "status"), [(True, 200), (False, 404)])
def test_lookup_without_a_region_spans_regions_or_not(sim, api, spans, status):
    sim.switches.lookup_spans_regions = spans
    body = {"call_control_id": sim.dial(ANA).call_control_id, "name": "Euro", "region": "Europe"}
    made = api.post("/conferences", json=body).json()["data"]["id"]
    assert api.get(f"/conferences/{made}").status_code == status


@pytest.mark.parametrize(
    ("included", "statuses"), [(True, ["joined", "left", "joined"]), (False, ["joined", "joined"])]
)
def test_participants_who_left_are_listed_or_not(sim, api, conference, included, statuses):
    sim.switches.participants_include_left = included
    sim.far_end_hangs_up(conference.leg(ANA))
    listed = api.get(f"/conferences/{conference.id}/participants").json()["data"]
    assert [item["status"] for item in listed] == statuses


@pytest.mark.parametrize("hear", [True, False])
def test_two_whisperers_hear_each_other_or_not(sim, conference, hear):
    sim.switches.whisperers_hear_each_other = hear
    one, other = sim.dial("+14155550191"), sim.dial("+14155550192")
    ana = conference.leg(ANA).call_control_id
    for leg in (one, other):
        sim.join(conference, leg, role="whisper", whisper_to=(ana,))
    assert (sim.hears(conference, one, other), sim.hears(conference, other, one)) == (hear, hear)


@pytest.mark.parametrize("status", [404, 422])
def test_forgotten_call_has_one_status_or_the_other(sim, api, status):
    sim.switches.forgotten_call_status = status
    leg = sim.dial(ANA)
    sim.far_end_hangs_up(leg)
    sim.advance(601)
    assert api.get(f"/calls/{leg.call_control_id}").status_code == status


@pytest.mark.parametrize(
    ("style", "retry_after", "reset"), [("retry-after", "7", "7"), ("reset", None, "7"), ("none", None, None)]
)
def test_rate_limit_tells_its_wait_in_chosen_headers(sim, api, style, retry_after, reset):
    sim.switches.rate_limit_headers = style
    sim.faults.add("rate_limited", seconds=7)
    response = api.get("/conferences")
    assert response.status_code == 429
    assert response.headers.get("retry-after") == retry_after
    assert response.headers.get("x-ratelimit-reset") == reset


def test_times_may_be_where_the_examples_have_them(sim):
    sim.switches.occurred_at = "examples"
    sim.conference_with([ANA])
    created = next(event.data for event in sim.events if event.type == "conference.created")
    assert created["occurred_at"] == created["payload"]["occured_at"]
    assert "occurred_at" not in created["payload"]


@pytest.mark.parametrize(("works", "found"), [(True, 0), (False, 1)])
def test_filtering_conferences_by_connection_works_or_is_ignored(sim, api, conference, works, found):
    sim.switches.conference_connection_filter = works
    assert len(api.get("/conferences", params={"filter[connection_id]": "1"}).json()["data"]) == found


@pytest.mark.parametrize(("obeys", "found"), [(True, 1), (False, 2)])
def test_active_calls_obey_page_numbers_or_start_over(sim, api, conference, obeys, found):
    sim.switches.active_calls_by_number = obeys
    params = {"page[number]": 2, "page[size]": 2}
    body = api.get(f"/connections/{sim.app.connection_id}/active_calls", params=params).json()
    assert len(body["data"]) == found


@pytest.mark.parametrize(("limit", "status"), [(4, 422), (0, 200), (8, 200)])
def test_client_state_has_a_longest_length_or_not(sim, api, conference, limit, status):
    sim.switches.client_state_limit = limit
    leg = sim.dial("+14155550191")
    response = act(api, conference, "join", call_control_id=leg.call_control_id, client_state="YWJjZGVm")
    assert response.status_code == status


def test_joining_may_take_its_time(sim, api, conference, told):
    sim.switches.join_seconds = 1.5
    leg = sim.dial("+14155550191")
    told()
    act(api, conference, "join", call_control_id=leg.call_control_id)
    at_first = (told(), leg.participant.status, sim.hears(conference, leg, conference.leg(ANA)))
    sim.advance(1.5)
    assert at_first == ([], "joining", False)
    assert (told(), leg.participant.status) == (["conference.participant.joined"], "joined")


def test_leg_that_ends_while_joining_is_never_announced(sim, api, conference, told):
    sim.switches.join_seconds = 1.5
    leg = sim.dial("+14155550191")
    told()
    act(api, conference, "join", call_control_id=leg.call_control_id)
    sim.far_end_hangs_up(leg)
    sim.advance(2)
    assert (told(), len(conference.participants)) == (["call.hangup"], 3)


@pytest.mark.parametrize(("outcome", "state"), [("park", "answered"), ("hangup", "ended")])
def test_leg_dialled_into_an_ended_conference_parks_or_ends(sim, api, conference, outcome, state):
    sim.switches.failed_dial_join = outcome
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": "+14155550191"}
    api.post("/calls", json={**body, "conference_config": {"id": conference.id, "early_media": False}})
    sim.world.conferences.end_by_command(conference)
    sim.advance(2)
    assert sim.legs_to("+14155550191")[0].state == state


@pytest.mark.parametrize(("attempts", "posts"), [(1, 1), (3, 3)])
def test_webhook_attempts_are_as_many_as_chosen(sim, receiver, attempts, posts):
    sim.switches.webhook_attempts = attempts
    receiver.statuses = [500] * 9
    sim.incoming_call()
    for _ in range(5):
        sim.pump()
        sim.advance(60)
    assert len(receiver.posts) == posts


@pytest.mark.parametrize(
    "changes",
    [{"unheard_of": 1}, {"repeated_command_status": 500}, {"monitor_shows_muted": "yes"}, {"webhook_attempts": True}],
)
def test_impossible_switch_is_a_mistake_and_changes_nothing(changes):
    switches = Switches()
    with pytest.raises(ValueError, match=r"switch|must be"):
        switches.set({"monitor_shows_muted": False, **changes})
    assert switches == Switches()


def test_possible_switches_are_set_together():
    switches = Switches()
    switches.set({"monitor_shows_muted": False, "join_seconds": 1, "occurred_at": "examples"})
    assert switches.monitor_shows_muted is False
    assert switches.join_seconds == 1
    assert switches.occurred_at == "examples"
