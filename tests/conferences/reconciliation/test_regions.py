"""Wherever a conference is, and wherever the account: it is joined, changed, confirmed and left in its own region."""

from __future__ import annotations

from itertools import product

import pytest

from conferences.models import AuditEntry, Conference, Queue
from conferences.reconciliation import readback, regions
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from conferences.telnyx.rules import REGIONS
from tests.support.story import ANA, DESK, LUIS
from tests.support.world_diff import counting, read

pytestmark = pytest.mark.slow

ALL = [str(region) for region in REGIONS]


def settle(story, region, *, account="US", spans=True, lists=False):
    story.simulator.switches.lookup_spans_regions, story.simulator.switches.list_spans_regions = spans, lists
    story.simulator.state.region = region
    world = story.simulator.conference_with((ANA, LUIS), customer="+14155550171", queue_number="+14155550101")
    story.simulator.state.region = account
    story.pass_time()
    return world, Conference.objects.get(conference_id=world.id)


def wish(story, mine, role, *targets):
    requests.change(mine, role=role, targets=[story.leg(one).call_control_id for one in targets])
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()


def policy(region):
    Queue.objects.filter(name="Helpdesk").update(region=region)


def assert_all_goes_well(story, marta, world, conference):
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    assert mine.state == "joined"
    assert mine.confirmed_role == "whisper"
    assert mine.confirmation == "agrees"
    leg = story.leg(DESK)
    for role, heard_by in (("barge", 3), ("monitor", 0), ("barge", 3)):
        wish(story, mine, role)
        assert mine.confirmed_role == role
        assert mine.confirmation == "agrees"
        assert mine.notice == ""
        assert len(story.hear(world, leg)) == heard_by
    requests.leave(mine)
    advancing.advance(mine.pk)
    story.pass_time()
    mine.refresh_from_db()
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert leg.participant is None
    assert set(AuditEntry.objects.filter(phase="outcome").values_list("result", flat=True)) == {"ok"}
    assert story.commands("/actions/leave")[-1].status == 200


@pytest.mark.parametrize("region", ALL)
@pytest.mark.parametrize(("set_by_queue", "spans"), [*product(["nothing", "right", "wrong"], [True, False])])
def test_a_supervision_in_each_region(story, marta, region, set_by_queue, spans):
    account, wrong = (next(one for one in ALL[shift:] + ALL if one != region) for shift in (0, 2))
    policy({"nothing": "", "right": region, "wrong": wrong}[set_by_queue])
    world, conference = settle(story, region, account=account, spans=spans)
    assert_all_goes_well(story, marta, world, conference)


@pytest.mark.parametrize("account", ALL)
@pytest.mark.parametrize("spans", [True, False])
def test_the_accounts_own_region_need_not_be_named(story, marta, account, spans):
    world, conference = settle(story, account, account=account, spans=spans)
    assert_all_goes_well(story, marta, world, conference)
    conference.refresh_from_db()
    assert conference.found_region == ""
    assert not any("region" in one.body for one in story.simulator.commands)


@pytest.mark.parametrize("spans", [True, False])
def test_an_unknown_region_is_found_by_the_first_command(story, marta, spans):
    """The conference's record could not be read when it began, nor could the queue tell."""
    story.simulator.faults.add("unavailable", method="GET", times=None)
    world, conference = settle(story, "Europe", spans=spans)
    story.simulator.faults.clear()
    Conference.objects.update(found_region="", polled_at=conference.first_seen_at)
    assert_all_goes_well(story, marta, world, Conference.objects.get())
    assert Conference.objects.get().found_region == ("" if spans else "Europe")


def test_a_command_resent_elsewhere_counts_sends_with_separate_ids(story, marta, directory):
    policy("Australia")
    _, conference = settle(story, "Europe", spans=True)
    story.supervise(marta, conference)
    outcome = AuditEntry.objects.get(action="join", phase="outcome")
    joins = story.commands("/actions/join")
    assert (outcome.result, outcome.sends) == ("ok", 2)
    assert [one.body["region"] for one in joins] == ["Australia", "Europe"]
    assert [one.body["command_id"] for one in joins] == [outcome.command_id, f"{outcome.command_id}-there"]


def test_a_conference_that_is_nowhere_is_refused_as_that(story, marta):
    world, conference = settle(story, "US")
    story.simulator.state.conferences.pop(world.id)
    mine = story.supervise(marta, conference)
    assert mine.state == "failed"
    outcome = AuditEntry.objects.get(action="join", phase="outcome")
    assert outcome.result == "refused"
    assert outcome.provider_code == "90058"
    assert outcome.sends == 1


@pytest.mark.parametrize("kind", ["unavailable", "unauthorized", "rate_limited", "invalid_json"])
def test_an_unanswered_look_leaves_the_refusal_unchanged(story, marta, directory, kind):
    policy("Australia")
    _, conference = settle(story, "Europe")
    story.simulator.faults.add(kind, method="GET", path=f"/conferences/{conference.conference_id}$", times=None)
    mine = story.supervise(marta, conference)
    assert (mine.state, mine.problem) == ("failed", "refused")
    assert AuditEntry.objects.get(action="join", phase="outcome").provider_code == "90058"


@pytest.mark.parametrize("region", ALL)
@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("spans", [True, False])
def test_an_unannounced_conference_is_discovered_in_its_region(story, directory, region, lists, spans):
    story.simulator.faults.webhooks.drop_rate = 1.0
    story.simulator.switches.lookup_spans_regions, story.simulator.switches.list_spans_regions = spans, lists
    story.simulator.state.region = region
    world = story.simulator.conference_with((ANA,))
    story.simulator.state.region = next(one for one in ALL if one != region)
    readback.find_unknown_conferences()
    found = Conference.objects.get()
    assert (found.conference_id, found.found_region) == (world.id, region)
    with counting(story.simulator) as paths:
        read(found)
    assert paths == [f"/conferences/{world.id}", f"/conferences/{world.id}/participants"]
    assert found.participants.count() == 2


def test_a_region_refusing_its_list_hides_no_other(story, directory):
    story.simulator.faults.webhooks.drop_rate = 1.0
    world = story.simulator.conference_with((ANA,))
    body = {"errors": [{"code": "10010", "title": "Authorization failed"}]}
    story.simulator.faults.add("answer", method="GET", path="/conferences$", status=403, body=body, times=1)
    readback.find_unknown_conferences()
    assert Conference.objects.get().conference_id == world.id


@pytest.mark.parametrize(("was", "now"), [(one, two) for one, two in product(["", *ALL], ALL) if one != two])
def test_what_was_noted_wrongly_is_put_right_when_read(story, directory, was, now):
    world, _ = settle(story, "US", spans=False)
    world.region = now
    Conference.objects.update(found_region=was)
    conference = Conference.objects.get()
    assert regions.find(conference) is not None
    assert Conference.objects.get().found_region in ({"", "US"} if now == "US" else {now})


@pytest.mark.parametrize("spans", [True, False])
def test_its_participants_are_read_where_it_is(story, directory, spans):
    world, conference = settle(story, "Australia", spans=spans)
    for _ in range(3):
        story.pass_time(5)
    conference = Conference.objects.get()
    read(conference)
    assert conference.participants.filter(state="joined").count() == len(world.participants)
    assert Conference.objects.get().state == "in_progress"
