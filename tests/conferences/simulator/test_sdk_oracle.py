"""Telnyx's own Python package as the judge: it drives the stand-in over HTTP and reads everything it says."""

import json

import httpx
import pytest
import telnyx
from pydantic import BaseModel, ValidationError
from telnyx import types
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

from conferences.simulator.facade import CALLER_ID
from conferences.simulator.world import DialOptions, Gather

ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"
SCREENED = "+14155550191"

EVENT_CLASSES = {
    "call.initiated": types.CallInitiatedWebhookEvent,
    "call.answered": types.CallAnsweredWebhookEvent,
    "call.bridged": types.CallBridgedWebhookEvent,
    "call.hangup": types.CallHangupWebhookEvent,
    "call.hold": types.CallHoldWebhookEvent,
    "call.unhold": types.CallUnholdWebhookEvent,
    "call.dtmf.received": types.CallDtmfReceivedWebhookEvent,
    "call.gather.ended": types.CallGatherEndedWebhookEvent,
    "call.machine.detection.ended": types.CallMachineDetectionEndedWebhookEvent,
    "call.machine.greeting.ended": types.CallMachineGreetingEndedWebhookEvent,
    "call.machine.premium.detection.ended": types.CallMachinePremiumDetectionEndedWebhookEvent,
    "call.machine.premium.greeting.ended": types.CallMachinePremiumGreetingEndedWebhookEvent,
    "call.machine.premium.call_screening.detected": types.CallMachinePremiumCallScreeningDetectedWebhookEvent,
    "conference.created": types.ConferenceCreatedWebhookEvent,
    "conference.ended": types.ConferenceEndedWebhookEvent,
    "conference.floor.changed": types.ConferenceFloorChanged,
    "conference.participant.joined": types.ConferenceParticipantJoinedWebhookEvent,
    "conference.participant.left": types.ConferenceParticipantLeftWebhookEvent,
    "conference.participant.playback.started": types.ConferenceParticipantPlaybackStartedWebhookEvent,
    "conference.participant.playback.ended": types.ConferenceParticipantPlaybackEndedWebhookEvent,
    "conference.participant.speak.started": types.ConferenceParticipantSpeakStartedWebhookEvent,
    "conference.participant.speak.ended": types.ConferenceParticipantSpeakEndedWebhookEvent,
    "conference.playback.started": types.ConferencePlaybackStartedWebhookEvent,
    "conference.playback.ended": types.ConferencePlaybackEndedWebhookEvent,
    "conference.speak.started": types.ConferenceSpeakStartedWebhookEvent,
    "conference.speak.ended": types.ConferenceSpeakEndedWebhookEvent,
    "conference.recording.saved": types.ConferenceRecordingSavedWebhookEvent,
}
# Keys real deliveries carry though the schemas do not have them.
UNDOCUMENTED = {"meta", "calling_party_type", "from_sip_uri", "to_sip_uri", "codec", "sampling_rate"}


def unknown_keys(model, allowed=frozenset()):
    """Every key the package's classes do not know, anywhere in a validated body."""
    if isinstance(model, list):
        return {key for each in model for key in unknown_keys(each, allowed)}
    if not isinstance(model, BaseModel):
        return set()
    found = set(model.model_extra or {}) - allowed
    return found.union(*(unknown_keys(value, allowed) for _, value in model), set())


def misread(body):
    """The keys of a webhook body its class does not know; raises ValidationError for a wrong value."""
    event_type = body["data"]["event_type"]
    # The class of floor.changed lacks the data wrapper every other one has.
    part = body["data"] if event_type == "conference.floor.changed" else body
    return unknown_keys(EVENT_CLASSES[event_type].model_validate(part), UNDOCUMENTED)


@pytest.fixture
def sdk(sim, monkeypatch):
    with sim.serve() as server:
        monkeypatch.setenv("TELNYX_BASE_URL", server.base_url)
        monkeypatch.setenv("TELNYX_API_KEY", sim.api_key)
        with telnyx.Telnyx(max_retries=0, timeout=10, http_client=httpx.Client(trust_env=False)) as client:
            yield client


@pytest.fixture
def everything(sim, conference):
    """A history in which every event occurs at least once."""
    world, ana, luis = sim.world, conference.leg(ANA), conference.leg(LUIS)
    world.participation.floor(ana.participant)
    sim.far_end_holds(ana)
    sim.far_end_resumes(ana)
    for participants in ((), (ana.participant,)):
        world.media.play(conference, {"media_url": "http://media.example/a.wav"}, participants)
        world.media.speak(conference, "Hello", participants)
    world.media.start_recording(conference, "wav", "dual")
    world.media.stop_recording(conference)
    sim.advance(10)
    for leg in (ana, luis, *(stay.leg for stay in conference.participants if stay.leg not in (ana, luis))):
        sim.far_end_hangs_up(leg)
    world.legs.bridge(sim.dial(ANA), sim.dial(LUIS))
    sim.phones.set(SCREENED, "screener_then_voicemail")
    for detection in ("premium_ios_call_screening_detection", "detect_beep"):
        world.legs.dial(sim.app, CALLER_ID, SCREENED, DialOptions(detection=detection))
    world.answering.gather(Gather(sim.dial(ANA), "Press 1.", "1"))
    sim.advance(30)
    sim.pump()
    return conference


def test_every_kind_of_webhook_was_judged(everything, receiver):
    assert set(receiver.types) == set(EVENT_CLASSES)


def test_every_webhook_reads_as_its_class_without_unknown_keys(everything, receiver):
    assert [(body["data"]["event_type"], misread(body)) for body in receiver.bodies if misread(body)] == []


def test_judge_notices_a_misspelt_key_and_a_wrong_value(everything, receiver):
    body = next(body for body in receiver.bodies if body["data"]["event_type"] == "conference.ended")
    body["data"]["payload"]["resaon"] = "all_left"
    assert misread(body) == {"resaon"}
    body["data"]["payload"]["reason"] = "bored"
    with pytest.raises(ValidationError):
        misread(body)


def test_documented_reason_after_end_is_outside_the_packages_enum(sim, receiver, conference):
    sim.world.conferences.end_by_command(conference)
    sim.pump()
    with pytest.raises(ValidationError, match=r"data\.payload\.reason"):
        misread(receiver.bodies[-1])


def test_every_signature_verifies_with_the_package(sim, everything, receiver):
    results = [verify_webhook_signature(body, headers, sim.public_key) for _, body, headers in receiver.posts]
    assert len(results) == len(sim.events)


def test_bad_signature_does_not_verify_with_the_package(sim, receiver):
    sim.faults.webhooks.bad_signature_rate = 1.0
    sim.incoming_call()
    sim.pump()
    _, body, headers = receiver.posts[0]
    with pytest.raises(WebhookVerificationError):
        verify_webhook_signature(body, headers, sim.public_key)


def test_package_unwraps_a_webhook_given_as_text(sim, sdk, conference):
    body, headers = sim.signed(sim.events[0].data)
    event = sdk.webhooks.unwrap(body.decode(), headers=headers, key=sim.public_key)
    assert (type(event).__name__.rstrip("1"), event.data.id) == ("CallInitiatedWebhookEvent", sim.events[0].id)


def test_package_lists_every_page_of_conferences(sim, sdk):
    names = [sim.conference_with([], name=f"Support {number}").name for number in range(5)]
    found = list(sdk.conferences.list(page_size=2, filter={"status": "in_progress"}))
    assert [each.name for each in found] == names[::-1]
    assert unknown_keys(found) == set()


def test_package_retrieves_a_conference(sdk, conference):
    found = sdk.conferences.retrieve(conference.id)
    assert found.data.name == conference.name
    assert found.data.status == "in_progress"
    assert unknown_keys(found) == set()


def test_package_lists_and_retrieves_participants(sdk, conference):
    listed = list(sdk.conferences.list_participants(conference.id, page_size=2, filter={"muted": False}))
    one = sdk.conferences.retrieve_participant(listed[1].id, id=conference.id)
    assert [each.call_control_id for each in listed] == [each.leg.call_control_id for each in conference.participants]
    assert one.data.call_control_id == conference.leg(ANA).call_control_id
    assert unknown_keys(listed) == set()
    assert unknown_keys(one) == set()


def test_package_creates_a_conference(sim, sdk):
    made = sdk.conferences.create(call_control_id=sim.dial(ANA).call_control_id, name="Room 9", max_participants=5)
    assert (made.data.id in sim.state.conferences, unknown_keys(made)) == (True, set())


def test_package_joins_with_every_parameter(sim, sdk, conference):
    leg = sim.dial("+14155550191")
    answer = sdk.conferences.actions.join(
        conference.id, call_control_id=leg.call_control_id, beep_enabled="never",
        client_state="aGF2ZSBhIG5pY2UgZGF5ID1d", command_id="a", end_conference_on_exit=False,
        hold=False, mute=False, region="US", soft_end_conference_on_exit=False, start_conference_on_enter=False,
        supervisor_role="whisper",
        whisper_call_control_ids=[conference.leg(ANA).call_control_id],
    )  # fmt: skip
    assert answer.data.result == "ok"
    assert leg.participant.role == "whisper"
    assert unknown_keys(answer) == set()


def test_package_updates_a_role_and_leaves(sim, sdk, conference):
    leg = sim.dial("+14155550191")
    sim.join(conference, leg, role="barge")
    sdk.conferences.actions.update(conference.id, call_control_id=leg.call_control_id, supervisor_role="monitor")
    role = leg.participant.role
    sdk.conferences.actions.leave(conference.id, call_control_id=leg.call_control_id, beep_enabled="never")
    assert role == "monitor"
    assert leg.participant is None
    assert leg.state == "answered"


def test_package_mutes_holds_and_ends(sdk, conference):
    actions, ana = sdk.conferences.actions, conference.leg(ANA)
    actions.mute(conference.id, call_control_ids=[ana.call_control_id])
    actions.hold(conference.id, call_control_ids=[ana.call_control_id])
    muted, held = ana.participant.muted, ana.participant.held
    actions.unmute(conference.id, call_control_ids=[ana.call_control_id])
    actions.unhold(conference.id, call_control_ids=[ana.call_control_id])
    back = ana.participant.muted, ana.participant.held
    actions.end_conference(conference.id, command_id="x")
    assert muted is True
    assert held is True
    assert back == (False, False)
    assert conference.status == "completed"


def test_package_speaks_plays_and_records(sim, sdk, conference, told):
    actions = sdk.conferences.actions
    actions.speak(conference.id, payload="Hello", voice="female", language="en-US")
    actions.play(conference.id, audio_url="http://media.example/a.wav")
    actions.stop(conference.id)
    actions.record_start(conference.id, format="mp3")
    actions.record_stop(conference.id)
    assert sorted(told()) == [
        "conference.playback.ended",
        "conference.playback.started",
        "conference.recording.saved",
        "conference.speak.ended",
        "conference.speak.started",
    ]


def test_package_dials_into_a_conference_and_hangs_up(sim, sdk, conference):
    made = sdk.calls.dial(
        connection_id=sim.app.connection_id, from_="+14155550100", to="+14155550191", timeout_secs=20,
        conference_config={"id": conference.id, "supervisor_role": "monitor", "early_media": False},
    )  # fmt: skip
    leg = sim.state.legs[made.data.call_control_id]
    sim.far_end_answers(leg)
    role = leg.participant.role
    alive = sdk.calls.retrieve_status(leg.call_control_id)
    sdk.calls.actions.hangup(leg.call_control_id, command_id="b")
    dead = sdk.calls.retrieve_status(leg.call_control_id)
    assert made.data.is_alive is False
    assert role == "monitor"
    assert alive.data.is_alive is True
    assert dead.data.is_alive is False
    assert unknown_keys([made, alive, dead]) == set()


def test_package_answers_bridges_and_switches_roles(sim, sdk):
    caller, agent = sim.incoming_call(), sim.dial(ANA)
    sdk.calls.actions.answer(caller.call_control_id)
    sdk.calls.actions.bridge(caller.call_control_id, call_control_id_to_bridge_with=agent.call_control_id)
    made = sdk.calls.dial(
        connection_id=sim.app.connection_id, from_="+14155550100", to="+14155550191",
        supervise_call_control_id=agent.call_control_id, supervisor_role="monitor",
    )  # fmt: skip
    sdk.calls.actions.switch_supervisor_role(made.data.call_control_id, role="whisper")
    supervisor = sim.state.legs[made.data.call_control_id]
    assert caller.bridged_with == agent
    assert supervisor.supervises == agent
    assert supervisor.supervisor_role == "whisper"


def test_active_calls_read_as_their_class_without_paging(sim, sdk, conference):
    items = sdk.get(f"/connections/{sim.app.connection_id}/active_calls", cast_to=httpx.Response).json()["data"]
    found = [types.ConnectionListActiveCallsResponse.model_validate(item) for item in items]
    assert ([each.call_control_id for each in found], unknown_keys(found)) == (list(sim.state.legs), set())


def test_package_makes_a_credential_and_its_token(sim, sdk):
    made = sdk.telephony_credentials.create(connection_id=sim.desk.account.credential_connection_id, name="Elena")
    token = sdk.telephony_credentials.create_token(made.data.id)
    assert (token.count("."), unknown_keys(made)) == (2, set())


def test_package_reads_deliveries_call_events_and_the_application(sim, sdk, conference):
    sim.deliverer.settle()
    deliveries = list(sdk.webhook_deliveries.list(page_size=5))
    events = list(sdk.call_events.list(page_size=5))
    application = sdk.call_control_applications.retrieve(sim.app.connection_id)
    assert (len(deliveries), len(events)) == (len(sim.events), len(sim.events))
    assert unknown_keys([*deliveries, *events, application]) == set()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unauthorized", telnyx.AuthenticationError),
        ("rate_limited", telnyx.RateLimitError),
        ("error", telnyx.InternalServerError),
        ("bad_gateway", telnyx.InternalServerError),
        ("drop", telnyx.APIConnectionError),
        ("reset", telnyx.APIConnectionError),
    ],
)
def test_package_raises_the_error_of_every_fault(sim, sdk, conference, kind, error):
    sim.faults.add(kind)
    with pytest.raises(error):
        sdk.conferences.retrieve(conference.id)


def test_package_reads_a_refusal_as_documented(sdk, conference):
    with pytest.raises(telnyx.UnprocessableEntityError) as caught:
        sdk.conferences.actions.join(conference.id, call_control_id=conference.leg(ANA).call_control_id)
    assert caught.value.body["errors"][0]["code"] == "90044"


def test_package_is_told_of_a_missing_conference(sdk):
    with pytest.raises(telnyx.NotFoundError) as caught:
        sdk.conferences.retrieve("3fa85f64-5717-4562-b3fc-2c963f66afa6")
    assert json.loads(caught.value.response.content)["errors"][0]["code"] == "90058"


def test_package_retry_with_one_command_id_has_one_effect(sim, sdk, conference):
    leg = sim.dial("+14155550191")
    sim.faults.add("drop", path="/join$")
    patient = sdk.with_options(max_retries=1)
    patient.conferences.actions.join(conference.id, call_control_id=leg.call_control_id, command_id="a")
    assert [command.repeated for command in sim.commands] == [False, True]
