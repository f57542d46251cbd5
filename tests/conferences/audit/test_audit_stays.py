"""A stay is on record from the phone's answer to its end, and what Earshot did by itself is Earshot's."""

from __future__ import annotations

import pytest

from conferences import background
from conferences.models import AuditEntry
from tests.support.story import ANA, DESK, LUIS, Story, browser

pytestmark = pytest.mark.scaled


def told(mine, *names):
    """Each entry of a stay's that tells what came of something, in order."""
    outcomes = AuditEntry.objects.filter(supervision=mine, phase="outcome").order_by("seq")
    return [tuple(getattr(one, name) for name in ("action", *names)) for one in outcomes]


def passes(story, seconds):
    for _ in range(seconds):
        story.pass_time()


def test_a_stay_is_told_from_answer_to_end(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    passes(story, 8)
    story.simulator.far_end_hangs_up(story.leg(DESK))
    passes(story, 4)
    found = told(mine, "reason", "actor_name")
    assert found[0] == ("dial", "", "Marta Gil")
    assert ("ring", "", "Earshot") in found
    assert ("confirm", "", "Earshot") in found
    assert found[-1] == ("out", "hung_up", "Earshot")
    confirmed, out = (AuditEntry.objects.get(action=one) for one in ("confirm", "out"))
    assert {one["name"] for one in confirmed.people} == {"Ana Ruiz", "Luis Ortega", "+1 ••• ••71"}
    assert "Ana Ruiz" in confirmed.claim
    assert 8 <= out.seconds <= 14
    assert (out.address, bool(out.session_digest)) == (DESK, True)


def test_what_follows_from_others_is_earshots(story: Story, marta):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference, role="whisper", to=(ANA,))
    passes(story, 4)
    story.simulator.far_end_hangs_up(story.leg(ANA))
    passes(story, 6)
    found = told(mine, "role", "reason", "actor")
    assert ("update", "monitor", "targets_left", None) in found
    assert ("mute", "monitor", "proof", None) in found
    browser(marta).post(f"/supervisions/{mine.pk}/leave/")
    passes(story, 4)
    later = told(mine, "reason", "actor")[len(found) :]
    assert [one[2] for one in later if one[0] in ("leave", "hangup")] == [marta] * 2
    assert later[-1][:2] == ("out", "left")


def test_a_phone_that_is_busy_was_never_in(story: Story, marta):
    _, conference = story.call(ANA)
    story.simulator.phones.set(DESK, "busy")
    mine = story.supervise(marta, conference)
    passes(story, 4)
    assert told(mine, "result", "reason", "seconds")[-2:] == [
        ("ring", "unreached", "busy", None),
        ("out", "ok", "busy", 0),
    ]


def test_an_end_that_was_not_recorded_is(story: Story, marta):
    """The process died between noting the end and putting it on record: another finds it."""
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference)
    type(mine).objects.filter(pk=mine.pk).update(ended_at=story.now(), problem="call_ended", is_active=False)
    story.wait(6)
    background.run_due()
    background.run_due()
    assert [one.reason for one in AuditEntry.objects.filter(action="out")] == ["call_ended"]
