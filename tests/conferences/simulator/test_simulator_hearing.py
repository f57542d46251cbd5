"""Who really hears whom: the whole table of roles, with mute, hold and phone hold."""

import pytest

from conferences.simulator.world.hearing import heard_on_call

ANA, LUIS, CUSTOMER, SUPERVISOR = (
    "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example", "+14155550171", "+14155550191",
)  # fmt: skip
EVERYBODY = {CUSTOMER, ANA, LUIS}


def table(sim, conference):
    """The hearing matrix by the people's addresses."""
    legs = sim.state.legs
    return {
        legs[listener].far_end: {legs[speaker].far_end for speaker in speakers}
        for listener, speakers in sim.heard_by(conference).items()
    }


def supervise(sim, conference, role, targets=(), address=SUPERVISOR):
    leg = sim.dial(address)
    ids = tuple(conference.leg(each).call_control_id for each in targets)
    sim.join(conference, leg, role=role, whisper_to=ids)
    return leg


def test_customer_and_agents_all_hear_each_other(sim, conference):
    assert table(sim, conference) == {each: EVERYBODY - {each} for each in EVERYBODY}


@pytest.mark.parametrize(
    ("role", "targets", "hearers"),
    [
        ("none", (), EVERYBODY),
        ("barge", (), EVERYBODY),
        ("barge", (ANA,), EVERYBODY),
        ("monitor", (), set()),
        ("monitor", (ANA,), set()),
        ("whisper", (ANA,), {ANA}),
        ("whisper", (ANA, LUIS), {ANA, LUIS}),
        ("whisper", (CUSTOMER,), {CUSTOMER}),
        ("whisper", (), set()),
    ],
)
def test_supervisor_hears_all_and_is_heard_by_role(sim, conference, role, targets, hearers):
    supervise(sim, conference, role, targets)
    heard = table(sim, conference)
    assert heard.pop(SUPERVISOR) == EVERYBODY
    assert {listener for listener, speakers in heard.items() if SUPERVISOR in speakers} == hearers


def test_one_who_monitors_does_not_hear_another_whisper(sim, conference):
    supervise(sim, conference, "whisper", (ANA,))
    supervise(sim, conference, "monitor", address="+14155550192")
    assert table(sim, conference)["+14155550192"] == EVERYBODY


def test_one_who_monitors_hears_another_barge(sim, conference):
    supervise(sim, conference, "barge")
    supervise(sim, conference, "monitor", address="+14155550192")
    assert table(sim, conference)["+14155550192"] == EVERYBODY | {SUPERVISOR}


def test_whisper_to_somebody_who_left_reaches_nobody(sim, conference):
    supervise(sim, conference, "whisper", (ANA,))
    sim.far_end_hangs_up(conference.leg(ANA))
    assert table(sim, conference) == {CUSTOMER: {LUIS}, LUIS: {CUSTOMER}, SUPERVISOR: {CUSTOMER, LUIS}}


def test_whisper_does_not_follow_its_target_to_another_leg(sim, conference):
    supervise(sim, conference, "whisper", (ANA,))
    sim.far_end_hangs_up(conference.leg(ANA))
    sim.join(conference, sim.dial(ANA))
    assert table(sim, conference)[ANA] == {CUSTOMER, LUIS}


def test_muted_person_hears_but_is_not_heard(sim, conference):
    sim.world.participation.mute([conference.leg(ANA).participant])
    heard = table(sim, conference)
    assert (heard[ANA], heard[CUSTOMER]) == ({CUSTOMER, LUIS}, {LUIS})


def test_muted_whisperer_reaches_nobody(sim, conference):
    leg = supervise(sim, conference, "whisper", (ANA,))
    sim.world.participation.mute([leg.participant])
    assert table(sim, conference)[ANA] == {CUSTOMER, LUIS}


def test_person_on_hold_neither_hears_nor_is_heard(sim, conference):
    sim.world.participation.hold([conference.leg(CUSTOMER).participant])
    assert table(sim, conference) == {CUSTOMER: set(), ANA: {LUIS}, LUIS: {ANA}}


def test_phone_on_hold_neither_hears_nor_is_heard(sim, conference):
    sim.far_end_holds(conference.leg(ANA))
    assert table(sim, conference) == {CUSTOMER: {LUIS}, ANA: set(), LUIS: {CUSTOMER}}


def test_nobody_hears_anybody_before_the_start(sim, api):
    leg = sim.dial(ANA)
    body = {"call_control_id": leg.call_control_id, "name": "Later", "start_conference_on_create": False}
    made = api.post("/conferences", json=body).json()["data"]
    conference = sim.state.conferences[made["id"]]
    sim.join(conference, sim.dial(LUIS))
    before = table(sim, conference)
    sim.world.participation.start(conference)
    assert (before, table(sim, conference)) == ({ANA: set(), LUIS: set()}, {ANA: {LUIS}, LUIS: {ANA}})


def test_leg_that_still_rings_neither_hears_nor_is_heard(sim, conference):
    sim.join(conference, sim.dial(SUPERVISOR, answered=False), role="barge")
    assert table(sim, conference)[SUPERVISOR] == set()
    assert SUPERVISOR not in table(sim, conference)[ANA]


def test_completed_conference_has_no_hearing(sim, conference):
    sim.world.conferences.end_by_command(conference)
    assert table(sim, conference) == {}


def test_switching_from_barge_to_monitor_silences(sim, api, conference):
    leg = supervise(sim, conference, "barge")
    body = {"call_control_id": leg.call_control_id, "supervisor_role": "monitor"}
    before = sim.hears(conference, conference.leg(CUSTOMER), leg)
    api.post(f"/conferences/{conference.id}/actions/update", json=body)
    assert (before, sim.hears(conference, conference.leg(CUSTOMER), leg)) == (True, False)


@pytest.mark.parametrize(
    ("role", "agent_hears", "caller_hears"),
    [("barge", True, True), ("monitor", False, False), ("whisper", True, False)],
)
def test_supervised_bridged_call_follows_the_role(sim, api, role, agent_hears, caller_hears):
    agent, caller = sim.dial(ANA), sim.dial(CUSTOMER)
    sim.world.legs.bridge(agent, caller)
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": SUPERVISOR}
    config = {"supervise_call_control_id": agent.call_control_id, "supervisor_role": role}
    supervisor = api.post("/calls", json={**body, **config}).json()["data"]["call_control_id"]
    sim.advance(2)
    heard = heard_on_call(sim.state, agent)
    assert (supervisor in heard[agent.call_control_id], supervisor in heard[caller.call_control_id]) == (
        agent_hears,
        caller_hears,
    )


def test_role_on_a_bridged_call_can_be_switched(sim, api):
    agent, caller = sim.dial(ANA), sim.dial(CUSTOMER)
    sim.world.legs.bridge(agent, caller)
    body = {"connection_id": sim.app.connection_id, "from": "+14155550100", "to": SUPERVISOR}
    config = {"supervise_call_control_id": agent.call_control_id, "supervisor_role": "monitor"}
    supervisor = api.post("/calls", json={**body, **config}).json()["data"]["call_control_id"]
    sim.advance(2)
    api.post(f"/calls/{supervisor}/actions/switch_supervisor_role", json={"role": "barge"})
    assert supervisor in heard_on_call(sim.state, agent)[caller.call_control_id]
