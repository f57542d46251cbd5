"""What the provider answers to a read-back may lag, break off, be odd or be in another region."""

from __future__ import annotations

import pytest

from conferences.models import Conference, Leg
from conferences.reconciliation import readback
from conferences.telnyx.errors import Refused, Unavailable
from tests.support.story import ANA, CHEN, LUIS
from tests.support.world_diff import counting, ours, read, stay_of, theirs


@pytest.mark.parametrize("late", [True, False], ids=["a moment ago", "a while ago"])
def test_a_lagging_list_does_not_overrule_recent_events(story, called, late):
    world, conference = called
    leg = story.simulator.dial(CHEN)
    story.simulator.join(world, leg)
    story.simulator.pump()
    story.wait(1 if late else 5)
    world.stays.pop()  # the provider's list has not caught up
    read(conference)
    assert (leg.call_control_id in ours(world.id)) is late


def test_a_new_conference_without_a_record_is_not_over(story, directory):
    world = story.simulator.conference_with([ANA])
    story.simulator.pump()
    records, story.simulator.state.conferences = story.simulator.state.conferences, {}
    readback.fetch_record(Conference.objects.get().pk)
    assert (Conference.objects.get().state, Conference.objects.get().name) == ("in_progress", "")
    story.simulator.state.conferences = records
    story.pass_time(60)
    read(Conference.objects.get())
    assert (Conference.objects.get().state, Conference.objects.get().name) == ("in_progress", world.name)


def test_a_conference_in_another_region_is_found_there(story, called, happen):
    world, conference = called
    world.region = "Europe"
    story.simulator.switches.lookup_spans_regions = False
    happen(story.simulator.world.participation.leave, stay_of(world, LUIS))
    read(conference)
    assert (Conference.objects.get().state, ours(world.id)) == ("in_progress", theirs(world))


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, {"errors": [{"code": "10005", "title": "Not found"}]}), (404, {}), (404, {"errors": []}),
     (401, {"errors": [{"code": "10009", "title": "Authentication failed"}]})],
)  # fmt: skip
def test_a_refused_request_ends_no_conference(story, called, status, body):
    story.simulator.faults.add("answer", method="GET", status=status, body=body, times=None)
    with pytest.raises(Refused):
        read(called[1])
    assert Conference.objects.get().state == "in_progress"


def test_what_was_read_before_a_failure_is_kept(story, called, happen):
    world, conference = called
    Conference.objects.update(name="")
    happen(story.simulator.world.participation.leave, stay_of(world, LUIS))
    story.simulator.faults.add("unavailable", method="GET", path="/participants", times=None)
    with pytest.raises(Unavailable):
        read(conference)
    assert (Conference.objects.get().name, len(ours(world.id))) == (world.name, 3)
    story.simulator.faults.clear()
    read(conference)
    assert ours(world.id) == theirs(world)


def test_a_list_of_several_pages_is_read_completely(story, called, happen):
    world, conference = called
    story.simulator.switches.participants_include_left = True
    world.max_participants = 800
    legs = happen(lambda: [story.simulator.dial(f"sip:agent{number}@agents.example") for number in range(260)])
    stays = happen(lambda: [story.simulator.join(world, leg) for leg in legs])
    happen(lambda: [story.simulator.world.participation.leave(stay) for stay in stays[:-1]])
    with counting(story.simulator) as paths:
        read(conference)
    assert (len(ours(world.id)), ours(world.id)) == (4, theirs(world))
    assert paths == [f"/conferences/{world.id}", *[f"/conferences/{world.id}/participants"] * 2]


def test_a_list_incomplete_after_one_page_makes_nobody_leave(story, called):
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
def test_a_line_without_a_leg_changes_no_presence(story, called, entry):
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
