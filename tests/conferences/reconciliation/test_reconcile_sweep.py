"""Which conferences and legs are asked after, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conferences import background
from conferences.models import Conference, Leg, Participant, Supervision
from conferences.models.listening.scope import Scope
from conferences.reconciliation import leg_status, readback
from conferences.simulator.world import JoinOptions
from conferences.telnyx.errors import TelnyxError
from tests.support.events import joined, receive
from tests.support.story import ANA, CHEN, LUIS
from tests.support.world_diff import counting, legs_up, ours, read, read_everything_back, theirs, unheard


def test_a_ringing_phone_is_not_over(story, directory):
    story.simulator.phones.set(CHEN, "rings_out")
    leg = story.simulator.dial(CHEN, answered=False)
    story.pass_time(10)
    leg_status.read_legs(Leg.objects.all())
    assert Leg.objects.get().state == "initiated"
    with unheard(story.simulator):
        story.simulator.world.legs.hang_up(leg)
        story.pass_time(10)
    leg_status.read_legs(Leg.objects.all())
    assert (Leg.objects.get().state, Leg.objects.get().hangup_cause) == ("ended", "")


@pytest.mark.parametrize("status", [404, 422])
def test_a_leg_the_provider_has_forgotten_is_over(story, directory, status):
    leg = story.simulator.dial(CHEN)
    story.pass_time(1)
    story.simulator.switches.forgotten_call_status = status
    with unheard(story.simulator):
        story.simulator.far_end_hangs_up(leg)
        story.pass_time(1000)
    leg_status.read_legs(Leg.objects.all())
    assert Leg.objects.get().state == "ended"


@pytest.mark.usefixtures("called")
def test_only_legs_that_nothing_vouches_for_are_asked_after(story, happen):
    simulator = story.simulator
    waiting, gone = simulator.dial(CHEN), simulator.dial("+14155550999")
    story.pass_time(70)
    happen(simulator.far_end_hangs_up, gone)
    with counting(simulator) as paths:
        leg_status.read_legs(leg_status.stale_legs(timezone.now()))
    assert paths == [f"/connections/{simulator.app.connection_id}/active_calls", f"/calls/{gone.call_control_id}"]
    assert waiting.call_control_id in legs_up()
    assert gone.call_control_id not in legs_up()


def test_a_conference_without_any_webhook_is_discovered(story, directory, happen):
    world = happen(story.simulator.conference_with, [ANA])
    assert Conference.objects.count() == 0
    read_everything_back()
    assert (Conference.objects.get().name, ours(world.id)) == (world.name, theirs(world))


def test_another_applications_conferences_are_none_of_ours(story, settings, directory, happen):
    happen(story.simulator.conference_with, [ANA])
    settings.TELNYX_CONNECTION_ID = "1"
    readback.find_unknown_conferences()
    assert Conference.objects.count() == 0


def test_a_name_is_learned_once_with_one_request(story, directory):
    story.simulator.conference_with([ANA])
    with counting(story.simulator) as paths:
        while story.simulator.pump():
            pass
        assert paths == []  # the door itself asks nothing
        background.run_due()
        background.run_due()
    assert paths == [f"/conferences/{Conference.objects.get().conference_id}"]


@pytest.mark.parametrize(("kind", "asked_again"), [("unavailable", True), ("empty", True), ("unauthorized", False)])
def test_a_missing_name_is_requested_again_unless_refused(story, directory, kind, asked_again):
    world = story.simulator.conference_with([ANA])
    story.simulator.faults.add(kind, method="GET", path=f"/conferences/{world.id}$", times=2)
    story.simulator.pump()
    readback.fetch_record(Conference.objects.get().pk)
    assert (Conference.objects.get().name, Conference.objects.get().polled_at is None) == ("", asked_again)
    readback.fetch_record(Conference.objects.get().pk)
    assert Conference.objects.get().name == (world.name if asked_again else "")


@pytest.mark.parametrize("conference_id", [".", "..", "a/b?c#d", "é" * 200])
def test_an_id_that_cannot_be_asked_for_stops_nothing(story, directory, conference_id):
    receive([joined("v3:a", conference_id)])
    readback.fetch_record(Conference.objects.get().pk)
    assert Conference.objects.get().conference_id == conference_id


def test_the_longest_unread_is_due_first_and_supervised_sooner(story, directory, marta):
    conferences = [story.call(ANA)[1], story.call(LUIS)[1], story.call(CHEN)[1]]
    story.supervise(marta, conferences[2])
    now = timezone.now()

    def unread_for(*ages):
        for conference, age in zip(conferences, ages, strict=True):
            Conference.objects.filter(pk=conference.pk).update(polled_at=now - timedelta(seconds=age))
        return [conferences.index(one) for one in readback.due(now)]

    assert [unread_for(61, 70, 4), unread_for(59, 61, 6), unread_for(59, 59, 4)] == [[1, 0], [1, 2], []]
    Supervision.objects.update(ended_at=now)
    assert [unread_for(59, 61, 6), unread_for(59, 59, 61)] == [[1], [2]]
    readback.mark_watched(Scope(frozenset({directory.support.pk})), now)
    assert [unread_for(6, 4, 7), unread_for(4, 6, 59)] == [[2, 0], [2, 1]]
    readback.mark_watched(Scope(frozenset({directory.support.pk})), now - timedelta(seconds=20))
    assert unread_for(6, 59, 6) == []
    readback.mark_watched(Scope(frozenset({directory.sales.pk})), now)
    assert unread_for(6, 59, 6) == [2]  # Chen is in it
    Conference.objects.filter(pk=conferences[2].pk).update(state="completed")
    assert unread_for(59, 59, 61) == []


def test_reading_back_does_not_undo_a_supervisors_stay(story, directory, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.pass_time(10)
    read(conference)
    stay = Participant.objects.get(leg__call_control_id=mine.call_control_id)
    assert (stay.state, stay.role, stay.whisper_call_control_ids) == (
        "joined", "whisper", [world.leg(ANA).call_control_id],
    )  # fmt: skip


def test_a_failure_for_one_leg_keeps_news_of_others(story, directory, happen):
    legs = [story.simulator.dial(CHEN), story.simulator.dial("+14155550999")]
    story.pass_time(10)
    for leg in legs:
        happen(story.simulator.far_end_hangs_up, leg)
    story.simulator.faults.add("unavailable", method="GET", path=legs[1].call_control_id, times=None)
    with pytest.raises(TelnyxError):
        leg_status.read_legs(Leg.objects.order_by("id"))
    assert legs_up() == {legs[1].call_control_id}


def test_joining_options_of_others_are_read_as_they_are(story, called, happen):
    world, conference = called
    leg = happen(story.simulator.dial, CHEN)
    happen(
        story.simulator.world.participation.join, world, leg, JoinOptions(mute=True, hold=True, soft_end_on_exit=True)
    )
    read(conference)
    stay = Participant.objects.get(leg__call_control_id=leg.call_control_id)
    assert stay.muted is True
    assert stay.on_hold is True
    assert stay.soft_end_conference_on_exit is True
