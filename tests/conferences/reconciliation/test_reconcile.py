"""Reading back: what webhooks failed to tell is learnt all the same, once, and never against better knowledge."""

from __future__ import annotations

import httpx
import pytest
from django.utils import timezone

from conferences.models import Conference, Fact, Participant
from conferences.reconciliation import leg_status, readback
from conferences.telnyx.errors import TelnyxError
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS
from tests.support.world_diff import counting, legs_up, ours, read, readbacks, stay_of, theirs, unheard

pytestmark = pytest.mark.scaled


def test_reading_back_what_is_known_stores_nothing(called):
    world, conference = called
    before = (Fact.objects.count(), ours(world.id))
    read(conference)
    assert (Fact.objects.count(), ours(world.id)) == before == (before[0], theirs(world))


def test_a_lost_join_is_found(story, called, happen):
    world, conference = called
    leg = happen(story.simulator.dial, CHEN)
    happen(story.simulator.join, world, leg)
    read(conference)
    assert ours(world.id) == theirs(world)
    assert ours(world.id)[leg.call_control_id] == ("joined", False, False, [])


def test_a_lost_leave_is_found(story, called, happen):
    world, conference = called
    happen(story.simulator.world.participation.leave, stay_of(world, LUIS))
    read(conference)
    assert (ours(world.id), len(ours(world.id))) == (theirs(world), 2)


def test_a_lost_hangup_is_found_as_leaving_then_ending(story, called, happen):
    world, conference = called
    leg = world.leg(LUIS)
    happen(story.simulator.far_end_hangs_up, leg)
    read(conference)
    assert (ours(world.id), leg.call_control_id in legs_up()) == (theirs(world), True)
    story.pass_time(61)
    leg_status.read_legs(leg_status.stale_legs(timezone.now()))
    assert leg.call_control_id not in legs_up()


def test_a_lost_end_is_found_and_everybody_has_left(story, called, happen):
    world, conference = called
    happen(story.simulator.world.conferences.end_by_command, world)
    read(conference)
    conference.refresh_from_db()
    assert conference.state == "completed"
    assert conference.end_reason == "ended_via_api"
    assert ours(world.id) == {}


@pytest.mark.words
def test_a_conference_the_provider_has_forgotten_has_ended(story, called, happen):
    world, conference = called
    happen(story.simulator.world.conferences.end_by_command, world)
    story.pass_time(7200)
    story.simulator.state.forget(600)
    read(conference)
    conference.refresh_from_db()
    assert (conference.state, conference.end_reason) == ("completed", "not found at the provider")


@pytest.mark.parametrize("action", ["mute", "hold"])
def test_mute_and_hold_changed_elsewhere_are_found(story, called, happen, action):
    world, conference = called
    for on in (True, False):
        happen(getattr(story.simulator.world.participation, action), [stay_of(world, ANA)], on)
        read(conference)
        assert ours(world.id) == theirs(world)
    assert readbacks()[-2:] == ["readback.participant"] * 2


def test_a_whisper_list_changed_elsewhere_is_found(story, called, happen):
    world, conference = called
    ana = world.leg(ANA).call_control_id
    happen(story.simulator.world.participation.change_role, stay_of(world, LUIS), "whisper", (ana,))
    read(conference)
    assert ours(world.id)[world.leg(LUIS).call_control_id] == ("joined", False, False, [ana])


def test_what_leaving_would_mean_is_found_when_it_changes(story, called, happen):
    world, conference = called
    happen(setattr, stay_of(world, ANA), "end_on_exit", True)
    read(conference)
    ana = Participant.objects.get(leg__call_control_id=world.leg(ANA).call_control_id)
    assert (ana.end_conference_on_exit, ana.soft_end_conference_on_exit) == (True, False)


def test_a_name_is_found(story, directory):
    world, conference = story.call(ANA)
    assert (conference.name, conference.expires_at) == (world.name, world.expires_at)


def test_reading_back_a_watched_call_asks_only_for_participants(story, directory):
    world, _ = story.call(ANA)
    readback.read_back(Conference.objects.get(), patient=True)
    story.wait(5)
    with counting(story.simulator) as paths:
        readback.read_back(Conference.objects.get(), patient=True)
        story.wait(56)
        readback.read_back(Conference.objects.get(), patient=True)
    listed = f"/conferences/{world.id}/participants"
    assert paths == [listed, f"/conferences/{world.id}", listed]


@pytest.mark.parametrize("status", [404, 422])
def test_the_participants_alone_show_a_call_ended_unheard(story, directory, status):
    story.simulator.switches.missing_conference_status = status
    world, _ = story.call(ANA)
    readback.read_back(Conference.objects.get(), patient=True)
    with unheard(story.simulator):
        story.simulator.world.conferences.complete(world, "ended_via_api", hang_up=True)
        for _ in range(2):
            story.wait(12)
            readback.read_back(Conference.objects.get(), patient=True)
    assert Conference.objects.get().state == "completed"


def test_knowledge_is_dated_by_the_last_successful_read_back(story, directory):
    story.call(ANA)
    first = story.now()
    ages = []
    for kind in (None, "unavailable", None):
        story.wait(70)
        if kind:
            story.simulator.faults.add(kind, method="GET", times=None)
            with pytest.raises(TelnyxError):
                readback.read_back(Conference.objects.get(), patient=True)
            story.simulator.faults.clear()
        else:
            readback.read_back(Conference.objects.get(), patient=True)
        ages.append((Conference.objects.get().verified_at - first).total_seconds())
    assert ages == [70, 70, 210]


def test_a_conference_is_seen_before_and_after_its_start(story, directory):
    simulator = story.simulator
    caller = simulator.incoming_call(CUSTOMER)
    simulator.world.legs.answer(caller)
    api = simulator.client_transport
    body = {"call_control_id": caller.call_control_id, "name": "Later", "start_conference_on_create": False}
    with httpx.Client(transport=api, base_url="http://provider.test/v2",
                      headers={"Authorization": f"Bearer {simulator.api_key}"}) as http:  # fmt: skip
        assert http.post("/conferences", json=body).status_code == 200
    story.pass_time(1)
    assert Conference.objects.get().state == "init"
    simulator.world.participation.start(next(iter(simulator.state.conferences.values())))
    story.pass_time(10)
    read(Conference.objects.get())
    assert Conference.objects.get().state == "in_progress"


def test_a_still_joining_leg_is_not_in_yet(story, called, happen):
    world, conference = called
    story.simulator.switches.join_seconds = 60
    leg = happen(story.simulator.dial, CHEN)
    happen(story.simulator.join, world, leg)
    read(conference)
    assert ours(world.id)[leg.call_control_id][0] == "joining"
    story.pass_time(60)
    read(conference)
    assert ours(world.id) == theirs(world)


@pytest.mark.parametrize("listed", [False, True], ids=["those who left are not listed", "they are listed"])
def test_leaving_and_coming_again_unheard_is_a_new_stay(story, called, happen, listed):
    world, conference = called
    story.simulator.switches.participants_include_left = listed
    luis = world.leg(LUIS)
    happen(story.simulator.world.participation.mute, [luis.participant])
    read(conference)
    happen(story.simulator.world.participation.leave, luis.participant)
    happen(story.simulator.join, world, luis)
    read(conference)
    assert (ours(world.id), len(ours(world.id))) == (theirs(world), 3)


def test_somebody_who_came_and_went_unheard_leaves_no_trace(story, called, happen):
    world, conference = called
    story.simulator.switches.participants_include_left = True
    leg = happen(story.simulator.dial, CHEN)
    happen(story.simulator.join, world, leg)
    happen(story.simulator.world.participation.leave, leg.participant)
    before = Fact.objects.count()
    read(conference)
    assert (Fact.objects.count(), ours(world.id)) == (before, theirs(world))
