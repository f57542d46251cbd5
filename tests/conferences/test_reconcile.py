"""Reading back: what webhooks failed to tell is learnt all the same, once, and never against better knowledge."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from conferences import errands, reconcile
from conferences.models import Conference, Fact, Leg, Participant, Supervision
from conferences.simulator.world import JoinOptions
from conferences.telnyx.errors import Refused, TelnyxError, Unavailable
from tests.story import ANA, CHEN, CUSTOMER, LUIS, Story
from tests.telling import joined, receive
from tests.worlds import counting, legs_up, ours, read_everything_back, theirs, unheard


def read(conference):
    reconcile.read_back(Conference.objects.get(pk=conference.pk))


def readbacks():
    return list(Fact.objects.filter(source="readback").order_by("id").values_list("event_type", flat=True))


@pytest.fixture
def called(story: Story, directory):
    """A call that has been going on for a while: nothing of it is new."""
    world, conference = story.call(ANA, LUIS)
    story.pass_time(10)
    read(conference)
    story.wait(10)
    return world, conference


@pytest.fixture
def happen(story: Story):
    """Do something that no webhook tells, and let a while pass."""

    def happen(deed, *arguments, **options):
        with unheard(story.simulator):
            done = deed(*arguments, **options)
            story.wait(10)
        return done

    return happen


def stay_of(world, address):
    return world.leg(address).participant


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
    happen(story.simulator.world.leave, stay_of(world, LUIS))
    read(conference)
    assert (ours(world.id), len(ours(world.id))) == (theirs(world), 2)


def test_a_lost_hangup_is_found_first_as_having_left_then_as_having_ended(story, called, happen):
    world, conference = called
    leg = world.leg(LUIS)
    happen(story.simulator.far_end_hangs_up, leg)
    read(conference)
    assert (ours(world.id), leg.call_control_id in legs_up()) == (theirs(world), True)
    story.pass_time(61)
    reconcile.read_legs(reconcile.doubtful_legs(timezone.now()))
    assert leg.call_control_id not in legs_up()


def test_a_lost_end_is_found_and_everybody_has_left(story, called, happen):
    world, conference = called
    happen(story.simulator.world.end_by_command, world)
    read(conference)
    conference.refresh_from_db()
    assert (conference.state, conference.end_reason, ours(world.id)) == ("completed", "ended_via_api", {})


def test_a_conference_the_provider_has_forgotten_has_ended(story, called, happen):
    world, conference = called
    happen(story.simulator.world.end_by_command, world)
    story.pass_time(7200)
    story.simulator.world.forget(600)
    read(conference)
    conference.refresh_from_db()
    assert (conference.state, conference.end_reason) == ("completed", "not found at the provider")


@pytest.mark.parametrize("deed", ["mute", "hold"])
def test_mute_and_hold_done_elsewhere_are_found_and_their_end_too(story, called, happen, deed):
    world, conference = called
    for on in (True, False):
        happen(getattr(story.simulator.world, deed), [stay_of(world, ANA)], on)
        read(conference)
        assert ours(world.id) == theirs(world)
    assert readbacks()[-2:] == ["readback.participant"] * 2


def test_a_whisper_list_changed_elsewhere_is_found(story, called, happen):
    world, conference = called
    ana = world.leg(ANA).call_control_id
    happen(story.simulator.world.change_role, stay_of(world, LUIS), "whisper", (ana,))
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


def test_a_read_back_of_a_call_on_a_screen_asks_for_its_participants_alone(story, directory):
    world, _ = story.call(ANA)
    reconcile.read_back(Conference.objects.get(), patient=True)
    story.wait(5)
    with counting(story.simulator) as paths:
        reconcile.read_back(Conference.objects.get(), patient=True)
        story.wait(56)
        reconcile.read_back(Conference.objects.get(), patient=True)
    listed = f"/conferences/{world.id}/participants"
    assert paths == [listed, f"/conferences/{world.id}", listed]


@pytest.mark.parametrize("status", [404, 422])
def test_a_call_that_ended_unheard_is_found_over_by_its_participants_alone(story, directory, status):
    story.simulator.switches.missing_conference_status = status
    world, _ = story.call(ANA)
    reconcile.read_back(Conference.objects.get(), patient=True)
    with unheard(story.simulator):
        story.simulator.world.complete(world, "ended_via_api", hang_up=True)
        for _ in range(2):
            story.wait(12)
            reconcile.read_back(Conference.objects.get(), patient=True)
    assert Conference.objects.get().state == "completed"


def test_what_is_known_is_as_old_as_the_last_read_back_that_agreed(story, directory):
    story.call(ANA)
    first = story.now()
    ages = []
    for kind in (None, "unavailable", None):
        story.wait(70)
        if kind:
            story.simulator.faults.add(kind, method="GET", times=None)
            with pytest.raises(TelnyxError):
                reconcile.read_back(Conference.objects.get(), patient=True)
            story.simulator.faults.clear()
        else:
            reconcile.read_back(Conference.objects.get(), patient=True)
        ages.append((Conference.objects.get().checked_at - first).total_seconds())
    assert ages == [70, 70, 210]


def test_a_conference_that_starts_later_is_seen_not_to_have_started_and_then_to_have(story, directory):
    simulator = story.simulator
    caller = simulator.incoming_call(CUSTOMER)
    simulator.world.answer(caller)
    api = simulator.client_transport
    body = {"call_control_id": caller.call_control_id, "name": "Later", "start_conference_on_create": False}
    with httpx.Client(transport=api, base_url="http://provider.test/v2",
                      headers={"Authorization": f"Bearer {simulator.api_key}"}) as http:  # fmt: skip
        assert http.post("/conferences", json=body).status_code == 200
    story.pass_time(1)
    assert Conference.objects.get().state == "init"
    simulator.world.start(next(iter(simulator.world.conferences.values())))
    story.pass_time(10)
    read(Conference.objects.get())
    assert Conference.objects.get().state == "in_progress"


def test_a_leg_that_is_still_joining_is_not_in_yet(story, called, happen):
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
    happen(story.simulator.world.mute, [luis.participant])
    read(conference)
    happen(story.simulator.world.leave, luis.participant)
    happen(story.simulator.join, world, luis)
    read(conference)
    assert (ours(world.id), len(ours(world.id))) == (theirs(world), 3)


def test_somebody_who_came_and_went_unheard_leaves_no_trace(story, called, happen):
    world, conference = called
    story.simulator.switches.participants_include_left = True
    leg = happen(story.simulator.dial, CHEN)
    happen(story.simulator.join, world, leg)
    happen(story.simulator.world.leave, leg.participant)
    before = Fact.objects.count()
    read(conference)
    assert (Fact.objects.count(), ours(world.id)) == (before, theirs(world))


@pytest.mark.parametrize("late", [True, False], ids=["a moment ago", "a while ago"])
def test_a_list_that_lags_does_not_overrule_what_was_told_a_moment_ago(story, called, late):
    world, conference = called
    leg = story.simulator.dial(CHEN)
    story.simulator.join(world, leg)
    story.simulator.pump()
    story.wait(1 if late else 5)
    world.stays.pop()  # the provider's list has not caught up
    read(conference)
    assert (leg.call_control_id in ours(world.id)) is late


def test_a_conference_told_of_a_moment_ago_is_not_over_because_its_record_is_not_there_yet(story, directory):
    world = story.simulator.conference_with([ANA])
    story.simulator.pump()
    records, story.simulator.world.conferences = story.simulator.world.conferences, {}
    reconcile.learn(Conference.objects.get().pk)
    assert (Conference.objects.get().state, Conference.objects.get().name) == ("in_progress", "")
    story.simulator.world.conferences = records
    story.pass_time(60)
    read(Conference.objects.get())
    assert (Conference.objects.get().state, Conference.objects.get().name) == ("in_progress", world.name)


def test_a_conference_in_another_region_is_found_there(story, called, happen):
    world, conference = called
    world.region = "Europe"
    story.simulator.switches.lookup_spans_regions = False
    happen(story.simulator.world.leave, stay_of(world, LUIS))
    read(conference)
    assert (Conference.objects.get().state, ours(world.id)) == ("in_progress", theirs(world))


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, {"errors": [{"code": "10005", "title": "Not found"}]}), (404, {}), (404, {"errors": []}),
     (401, {"errors": [{"code": "10009", "title": "Authentication failed"}]})],
)  # fmt: skip
def test_an_address_at_which_nothing_is_found_ends_no_conference(story, called, status, body):
    story.simulator.faults.add("answer", method="GET", status=status, body=body, times=None)
    with pytest.raises(Refused):
        read(called[1])
    assert Conference.objects.get().state == "in_progress"


def test_what_was_read_before_the_provider_fell_silent_is_kept(story, called, happen):
    world, conference = called
    Conference.objects.update(name="")
    happen(story.simulator.world.leave, stay_of(world, LUIS))
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    with pytest.raises(Unavailable):
        read(conference)
    assert (Conference.objects.get().name, len(ours(world.id))) == (world.name, 3)
    story.simulator.faults.clear()
    read(conference)
    assert ours(world.id) == theirs(world)


def test_a_list_of_several_pages_is_read_to_its_end(story, called, happen):
    world, conference = called
    story.simulator.switches.participants_include_left = True
    world.max_participants = 800
    legs = happen(lambda: [story.simulator.dial(f"sip:agent{number}@agents.example") for number in range(260)])
    stays = happen(lambda: [story.simulator.join(world, leg) for leg in legs])
    happen(lambda: [story.simulator.world.leave(stay) for stay in stays[:-1]])
    with counting(story.simulator) as paths:
        read(conference)
    assert (len(ours(world.id)), ours(world.id)) == (4, theirs(world))
    assert paths == [f"/conferences/{world.id}", *[f"/conferences/{world.id}/participants"] * 2]


def test_a_list_that_breaks_off_after_its_first_page_makes_nobody_leave(story, called):
    world, conference = called
    first = {"data": [{"call_control_id": leg, "status": "joined"} for leg in list(ours(world.id))[:1]]}
    first["meta"] = {"page_number": 1, "page_size": 250, "total_pages": 2, "total_results": 252}
    story.simulator.faults.add("answer", method="GET", path="/participants", status=200, body=first)
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    with pytest.raises(Unavailable):
        read(conference)
    assert len(ours(world.id)) == 3


@pytest.mark.parametrize(
    "entry",
    [{}, {"call_control_id": None}, {"call_control_id": 7, "status": "joined"}, {"call_control_id": "\0"},
     {"call_control_id": "x" * 300, "status": "left"}],
)  # fmt: skip
def test_a_line_that_names_no_leg_makes_nobody_leave_and_nobody_join(story, called, entry):
    world, conference = called
    before = ours(world.id)
    answer_participants(story, [entry])
    read(conference)
    assert (ours(world.id), Leg.objects.filter(call_control_id="None").count()) == (before, 0)


@pytest.mark.parametrize(
    "odd",
    [{"muted": "yes", "on_hold": None}, {"whisper_call_control_ids": [None, 7]}, {"whisper_call_control_ids": "v3:x"},
     {"id": "\0", "call_leg_id": ["x"]}, {"status": "brand_new"}, {"end_conference_on_exit": "false"}],
)  # fmt: skip
def test_odd_values_in_a_line_count_as_untold(story, called, odd):
    world, conference = called
    lines = [{"call_control_id": leg, "status": "joined", "muted": False} | odd for leg in ours(world.id)]
    before = ours(world.id)
    answer_participants(story, lines)
    read(conference)
    assert ours(world.id) == before


def answer_participants(story, lines):
    meta = {"page_number": 1, "page_size": 250, "total_pages": 1, "total_results": len(lines)}
    body = {"data": lines, "meta": meta}
    story.simulator.faults.add("answer", method="GET", path="/participants", status=200, body=body)


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_legs_two_lines_the_present_one_counts(story, called, order):
    world, conference = called
    legs = list(ours(world.id))
    lines = [{"call_control_id": leg, "status": status} for leg in legs for status in ("left", "joined")]
    before = ours(world.id)
    answer_participants(story, lines[::order])
    read(conference)
    assert ours(world.id) == before


def test_a_ringing_phone_is_not_over(story, directory):
    story.simulator.phones.set(CHEN, "rings_out")
    leg = story.simulator.dial(CHEN, answered=False)
    story.pass_time(10)
    reconcile.read_legs(Leg.objects.all())
    assert Leg.objects.get().state == "initiated"
    with unheard(story.simulator):
        story.simulator.world.hang_up(leg)
        story.pass_time(10)
    reconcile.read_legs(Leg.objects.all())
    assert (Leg.objects.get().state, Leg.objects.get().hangup_cause) == ("ended", "")


@pytest.mark.parametrize("status", [404, 422])
def test_a_leg_the_provider_has_forgotten_is_over(story, directory, status):
    leg = story.simulator.dial(CHEN)
    story.pass_time(1)
    story.simulator.switches.forgotten_call_status = status
    with unheard(story.simulator):
        story.simulator.far_end_hangs_up(leg)
        story.pass_time(1000)
    reconcile.read_legs(Leg.objects.all())
    assert Leg.objects.get().state == "ended"


@pytest.mark.usefixtures("called")
def test_only_legs_that_nothing_vouches_for_are_asked_after(story, happen):
    simulator = story.simulator
    waiting, gone = simulator.dial(CHEN), simulator.dial("+14155550999")
    story.pass_time(70)
    happen(simulator.far_end_hangs_up, gone)
    with counting(simulator) as paths:
        reconcile.read_legs(reconcile.doubtful_legs(timezone.now()))
    assert paths == [f"/connections/{simulator.app.connection_id}/active_calls", f"/calls/{gone.call_control_id}"]
    assert waiting.call_control_id in legs_up()
    assert gone.call_control_id not in legs_up()


def test_a_conference_of_which_every_webhook_was_lost_is_discovered(story, directory, happen):
    world = happen(story.simulator.conference_with, [ANA])
    assert Conference.objects.count() == 0
    read_everything_back()
    assert (Conference.objects.get().name, ours(world.id)) == (world.name, theirs(world))


def test_another_applications_conferences_are_none_of_ours(story, settings, directory, happen):
    happen(story.simulator.conference_with, [ANA])
    settings.TELNYX_CONNECTION_ID = "1"
    reconcile.discover()
    assert Conference.objects.count() == 0


def test_learning_a_name_takes_one_request_and_is_done_once(story, directory):
    story.simulator.conference_with([ANA])
    with counting(story.simulator) as paths:
        while story.simulator.pump():
            pass
        assert paths == []  # the door itself asks nothing
        errands.run_due()
        errands.run_due()
    assert paths == [f"/conferences/{Conference.objects.get().conference_id}"]


@pytest.mark.parametrize(("kind", "asked_again"), [("unavailable", True), ("empty", True), ("unauthorized", False)])
def test_a_name_that_could_not_be_learnt_is_asked_for_again_unless_it_was_refused(story, directory, kind, asked_again):
    world = story.simulator.conference_with([ANA])
    story.simulator.faults.add(kind, method="GET", path=f"/conferences/{world.id}$", times=2)
    story.simulator.pump()
    reconcile.learn(Conference.objects.get().pk)
    assert (Conference.objects.get().name, Conference.objects.get().read_at is None) == ("", asked_again)
    reconcile.learn(Conference.objects.get().pk)
    assert Conference.objects.get().name == (world.name if asked_again else "")


@pytest.mark.parametrize("conference_id", [".", "..", "a/b?c#d", "é" * 200])
def test_an_id_that_cannot_be_asked_for_stops_nothing(story, directory, conference_id):
    receive([joined("v3:a", conference_id)])
    reconcile.learn(Conference.objects.get().pk)
    assert Conference.objects.get().conference_id == conference_id


def test_what_is_due_is_the_longest_unread_first_and_supervised_calls_soon(story, directory, marta):
    conferences = [story.call(ANA)[1], story.call(LUIS)[1], story.call(CHEN)[1]]
    story.supervise(marta, conferences[2])
    now = timezone.now()

    def unread_for(*ages):
        for conference, age in zip(conferences, ages, strict=True):
            Conference.objects.filter(pk=conference.pk).update(read_at=now - timedelta(seconds=age))
        return [conferences.index(one) for one in reconcile.due(now)]

    assert [unread_for(61, 70, 4), unread_for(59, 61, 6), unread_for(59, 59, 4)] == [[1, 0], [1, 2], []]
    Supervision.objects.update(ended_at=now)
    assert [unread_for(59, 61, 6), unread_for(59, 59, 61)] == [[1], [2]]
    reconcile.watch([directory.support.pk], now)
    assert [unread_for(6, 4, 7), unread_for(4, 6, 59)] == [[2, 0], [2, 1]]
    reconcile.watch([directory.support.pk], now - timedelta(seconds=20))
    assert unread_for(6, 59, 6) == []
    reconcile.watch([directory.sales.pk], now)
    assert unread_for(6, 59, 6) == [2]  # Chen is in it
    Conference.objects.filter(pk=conferences[2].pk).update(state="completed")
    assert unread_for(59, 59, 61) == []


def test_a_supervisors_own_stay_is_confirmed_and_not_undone_by_reading_back(story, directory, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    story.pass_time(10)
    read(conference)
    stay = Participant.objects.get(leg__call_control_id=mine.call_control_id)
    assert (stay.state, stay.role, stay.whisper_call_control_ids) == (
        "joined", "whisper", [world.leg(ANA).call_control_id],
    )  # fmt: skip


def test_trouble_with_one_leg_keeps_what_was_learnt_of_others(story, directory, happen):
    legs = [story.simulator.dial(CHEN), story.simulator.dial("+14155550999")]
    story.pass_time(10)
    for leg in legs:
        happen(story.simulator.far_end_hangs_up, leg)
    story.simulator.faults.add("unavailable", method="GET", path=legs[1].call_control_id, times=None)
    with pytest.raises(TelnyxError):
        reconcile.read_legs(Leg.objects.order_by("id"))
    assert legs_up() == {legs[1].call_control_id}


def test_joining_options_of_others_are_read_as_they_are(story, called, happen):
    world, conference = called
    leg = happen(story.simulator.dial, CHEN)
    happen(story.simulator.world.join, world, leg, JoinOptions(mute=True, hold=True, soft_end_on_exit=True))
    read(conference)
    stay = Participant.objects.get(leg__call_control_id=leg.call_control_id)
    assert (stay.muted, stay.on_hold, stay.soft_end_conference_on_exit) == (True, True, True)
