"""Backfill: what webhooks failed to tell comes from the provider's records, and what those no longer hold is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conferences.models import BackfillCursor, Conference, Fact, Gap, Leg, Participant
from conferences.reconciliation import backfill, readback
from conferences.telnyx.errors import TelnyxError
from tests.support.story import ANA, CHEN, CUSTOMER, LUIS, Story, browser
from tests.support.world_diff import counting, ours, theirs, unheard


@pytest.fixture
def up(story: Story, directory: Any) -> Story:
    """A reconciler that looks every twenty seconds, and has just looked."""
    story.call(ANA)
    look()
    return story


def look() -> int:
    return backfill.run(timezone.now())


def people() -> set[str]:
    """The agents who are in a call, by name."""
    inside = Participant.objects.filter(state="joined", leg__kind="agent")
    return set(inside.values_list("leg__agent__name", flat=True))


def backfilled() -> set[str]:
    return set(Fact.objects.filter(source="backfill").values_list("event_type", flat=True))


def test_webhooks_that_failed_are_taken_from_the_records(up):
    with unheard(up.simulator):
        world = up.simulator.conference_with([LUIS], customer="+14155550177")
        up.wait(20)
    assert look() > 0
    assert (people(), set(ours(world.id))) == ({"Ana Ruiz", "Luis Ortega"}, set(theirs(world)))
    assert {"call.initiated", "call.answered", "conference.participant.joined"} <= backfilled()


def test_what_is_known_is_not_stored_again(up):
    before = Fact.objects.count()
    up.wait(200)
    assert look() == 0
    assert look() == 0
    assert Fact.objects.count() == before


def test_a_webhook_that_comes_after_all_is_a_duplicate(up):
    up.simulator.faults.webhooks.delay_rate, up.simulator.faults.webhooks.delay_seconds = 1.0, (30.0, 30.0)
    up.simulator.conference_with([LUIS], customer="+14155550177")
    up.wait(5)
    for record in up.simulator.state.legs.values():
        Leg.objects.get_or_create(call_control_id=record.call_control_id, defaults={"call_leg_id": record.call_leg_id})
    backfill.fetch_leg_history(Leg.objects.filter(direction=""), timezone.now())
    before = (Fact.objects.count(), people())
    up.pass_time(30)
    assert before[1] == {"Ana Ruiz", "Luis Ortega"} == people()
    assert Fact.objects.filter(outcome="dead").count() == 0
    assert Fact.objects.values("event_id").distinct().count() == Fact.objects.count()


@pytest.mark.parametrize(("shape", "found"), [("event", True), ("raw_event", True), ("nothing", False)])
def test_webhooks_swallowed_on_the_way_are_found_after_silence(up, shape, found):
    up.simulator.switches.call_event_metadata = shape
    up.simulator.faults.webhooks.swallow_rate = 1.0
    up.simulator.far_end_hangs_up(up.leg(ANA))
    up.wait(30)
    assert (look(), people()) == (0, {"Ana Ruiz"})
    up.wait(31)
    assert (look() > 0, people()) == (found, set() if found else {"Ana Ruiz"})


def test_a_silence_without_live_calls_is_none(up):
    up.simulator.far_end_hangs_up(up.leg(CUSTOMER))
    up.pass_time()
    up.simulator.far_end_hangs_up(up.leg(ANA))
    up.pass_time(30)
    look()
    assert not Conference.objects.live().exists()
    up.wait(100)
    with counting(up.simulator) as paths:
        look()
    assert paths == ["/webhook_deliveries"]


@pytest.mark.parametrize("rate", ["drop_rate", "swallow_rate"])
def test_after_ten_minutes_away_nothing_is_missing(up, rate):
    setattr(up.simulator.faults.webhooks, rate, 1.0)
    brief = up.simulator.conference_with([LUIS], customer="+14155550177")
    up.wait(120)
    up.simulator.far_end_hangs_up(up.leg(LUIS))
    up.simulator.far_end_hangs_up(up.leg("+14155550177"))
    up.wait(480)
    up.simulator.faults.clear()
    look()
    over = Conference.objects.get(conference_id=brief.id)
    past_participants = set(over.participants.values_list("leg__agent__name", flat=True))
    assert over.state == "completed"
    assert "Luis Ortega" in past_participants
    assert people() == {"Ana Ruiz"}
    assert 119 <= (over.ended_at - over.created_at).total_seconds() <= 122
    assert Gap.objects.count() == 0


def test_an_interrupted_look_resumes_where_it_stopped(up):
    with unheard(up.simulator):
        up.wait(25 * 60)
        up.simulator.far_end_hangs_up(up.leg(ANA))
        up.wait(60)
    before = BackfillCursor.objects.get().until
    up.simulator.faults.add("answer", method="GET", path="webhook_deliveries", status=200, body={"data": []})
    up.simulator.faults.add("unavailable", method="GET", path="call_events", times=None)
    with pytest.raises(TelnyxError):
        look()
    stopped = BackfillCursor.objects.get().until
    up.simulator.faults.clear()
    look()
    assert before <= stopped < BackfillCursor.objects.get().until
    assert (people(), BackfillCursor.objects.get().until) == (set(), timezone.now())


@pytest.fixture
def blind(up: Story) -> Conference:
    """Twenty-five hours in which nobody was there; the call of before has long ended."""
    before = Conference.objects.get()
    with unheard(up.simulator):
        up.wait(60)
        up.simulator.far_end_hangs_up(up.leg(ANA))
        up.simulator.far_end_hangs_up(up.leg(CUSTOMER))
        up.wait(25 * 3600)
    look()
    readback.read_back(before)
    before.refresh_from_db()
    return before


def test_what_the_records_no_longer_reach_is_a_gap(blind):
    gap = Gap.objects.get()
    assert gap.ends_at - gap.begins_at > timedelta(hours=1)
    assert (timezone.now() - gap.ends_at, BackfillCursor.objects.get().until) == (timedelta(hours=24), timezone.now())
    assert (look(), Gap.objects.count()) == (0, 1)


def test_a_call_ended_unseen_lasts_at_most_four_hours(blind):
    assert blind.state == "completed"
    assert timedelta() < blind.ended_at - blind.created_at <= timedelta(hours=4)


def test_a_gap_shows_on_affected_calls_and_in_audit(up, blind, marta, cleo):
    _, later = up.call(LUIS, customer="+14155550177")
    pages = [browser(marta).get(f"/conferences/{one.pk}/").content.decode() for one in (blind, later)]
    audit = [browser(cleo).get(address).content.decode() for address in ("/audit/", "/audit/?to_day=2001-01-01")]
    assert ["may be missing here" in page for page in (*pages, *audit)] == [True, False, True, False]


def test_the_first_look_covers_the_longest_possible_call(story, directory):
    with unheard(story.simulator):
        world = story.simulator.conference_with([LUIS], customer="+14155550177")
        story.wait(3 * 3600)
    look()
    assert set(ours(world.id)) == set(theirs(world))
    assert (people(), Gap.objects.count()) == ({"Luis Ortega"}, 0)


def test_what_other_applications_were_told_is_not_ours(up, settings):
    with unheard(up.simulator):
        up.simulator.conference_with([LUIS], customer="+14155550177")
        up.wait(20)
    settings.TELNYX_CONNECTION_ID = "another"
    assert (look(), backfilled()) == (0, set())


def test_records_of_any_shape_do_no_harm(up):
    odd: list[Any] = [
        {}, {"webhook": None}, {"webhook": []}, {"webhook": {"event_type": "call.hangup"}},
        {"webhook": {"event_type": "call.hangup", "payload": {}, "id": 4, "occurred_at": "2026-11-22T10:00:00Z"}},
        {"webhook": {"event_type": "call.hangup", "payload": {}, "id": "e1"}},
        {"webhook": {"event_type": "message.received", "payload": {"connection_id": "x"}, "id": "e2"}},
        {"metadata": {"event": {"data": {"event_type": 1, "payload": "\0"}}}},
    ]  # fmt: skip
    up.simulator.faults.add("answer", method="GET", path="webhook_deliveries", status=200, body={"data": odd})
    assert (look(), backfilled()) == (0, set())


def test_a_leg_whose_first_webhook_was_lost_is_identified(up):
    up.simulator.faults.webhooks.swallow_rate, up.simulator.faults.webhooks.events = 1.0, r"call\.initiated"
    up.simulator.conference_with([LUIS], customer="+14155550177")
    up.simulator.pump()
    unknown = people()
    backfill.fetch_leg_history(backfill.unidentified_legs(timezone.now()), timezone.now())
    assert unknown == {"Ana Ruiz"}
    assert people() == {"Ana Ruiz", "Luis Ortega"}
    assert backfill.unidentified_legs(timezone.now()) == []


def test_an_unrecorded_leg_is_asked_after_ever_less_often(up):
    up.simulator.switches.call_event_metadata = "nothing"
    up.simulator.faults.webhooks.swallow_rate, up.simulator.faults.webhooks.events = 1.0, r"call\.initiated"
    up.simulator.conference_with([LUIS], customer="+14155550177")
    up.simulator.pump()
    asked = [len(backfill.unidentified_legs(timezone.now() + timedelta(minutes=minutes))) for minutes in (0, 9, 11)]
    assert asked == [2, 2, 0]  # the customer and Luis
    lookups = []
    for _ in range(120):
        up.pass_time()
        lookups.append(max(Leg.objects.values_list("lookups", flat=True)))
    assert lookups[0] == 1
    assert lookups[-1] <= 7


def test_what_comes_late_from_the_records_is_no_lag(up):
    with unheard(up.simulator):
        up.simulator.join(next(iter(up.simulator.state.conferences.values())), up.simulator.dial(CHEN))
        up.wait(20)
    look()
    assert Conference.objects.get().provider_time is None


def test_a_forged_internal_type_in_records_has_no_effect(up):
    leg = up.leg(ANA)
    payload = {"call_control_id": leg.call_control_id, "is_alive": False, "connection_id": leg.app.connection_id}
    forged = {"id": "f1", "event_type": "readback.leg", "payload": payload, "occurred_at": timezone.now().isoformat()}
    body = {"data": [{"webhook": forged}]}
    up.simulator.faults.add("answer", method="GET", path="webhook_deliveries", status=200, body=body)
    assert (look(), people()) == (0, {"Ana Ruiz"})
