"""After her first call, too, her phone stays up for the next: in silence, for a while, and until she hangs up."""

from __future__ import annotations

import pytest

from conferences.models import AuditEntry
from dashboard.presenters import fragments
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, browser

OTHER = "+14155550172"


def ends(story, world):
    """The call's own end, which leaves her phone's line up."""
    story.simulator.world.conferences.complete(world, "all_left", hang_up=False)
    story.pass_time(2)


def empties(story, world):
    """Everybody but her hangs up, and the time for which she stays alone is over."""
    for address in (ANA, CUSTOMER):
        story.simulator.far_end_hangs_up(story.leg(address))
    for _ in range(14):
        story.pass_time()


@pytest.mark.parametrize("case", [(ends, "call_ended", "whisper"), (empties, "alone_out", "barge")])
def test_her_phone_stays_up_in_silence_for_the_next(story, marta, case):
    over, problem, role = case
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role=role, to=(ANA,) if role == "whisper" else ())
    phone = story.leg(DESK)
    over(story, world)
    mine.refresh_from_db()
    assert (mine.state, mine.problem, phone.state, phone.participant) == ("between", problem, "answered", None)
    assert (story.hear(world, phone), story.simulator.heard_by(world).get(phone.call_control_id)) == (set(), None)
    bar = fragments.panel(marta)
    assert ("Between calls" in bar, "Nobody hears you" in bar, "Hang up" in bar) == (True, True, True)
    assert [one for one in ("your phone was hung up", "you only listen", "Who hears whom") if one in bar] == []
    (out,) = AuditEntry.objects.filter(supervision=mine, action="out")
    assert (out.reason, out.seconds) == (problem, round((mine.between_at - mine.joined_at).total_seconds()))
    second, there = story.call(LUIS, customer=OTHER)
    story.pass_time(5)
    assert story.hear(second, phone) == set()
    assert browser(marta).post(f"/conferences/{there.pk}/hop/").status_code == 302
    story.pass_time(2)
    assert (phone.participant.conference, phone.participant.role, len(story.commands("/calls"))) == (
        second,
        "monitor",
        1,
    )
    assert AuditEntry.objects.filter(supervision=mine, action="out").count() == 1


def test_hang_up_ends_it_and_so_does_time(story, marta, settings):
    for is_asked in (True, False):
        world, conference = story.call(ANA)
        mine = story.supervise(marta, conference)
        ends(story, world)
        if is_asked:
            browser(marta).post(f"/supervisions/{mine.pk}/leave/")
        story.pass_time(1 if is_asked else settings.BETWEEN_CALLS_SECS)
        story.pass_time(1)
        mine.refresh_from_db()
        assert (mine.state, mine.problem) == ("ended", "put_down" if is_asked else "call_ended")
        assert story.leg(DESK).state == "ended"


def test_a_phone_put_down_between_calls_ends_it(story, marta):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    ends(story, world)
    story.simulator.far_end_hangs_up(story.leg(DESK))
    story.pass_time()
    mine.refresh_from_db()
    assert (mine.state, bool(mine.ended_at)) == ("ended", True)
