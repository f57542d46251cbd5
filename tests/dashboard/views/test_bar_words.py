"""What the bar says at each moment: in the tense of what is so, with no fright that settles by itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conferences.models import Conference, Queue
from conferences.supervision import requests
from conferences.supervision.commands import bodies
from conferences.supervision.executor import advancing
from dashboard.presenters import fragments
from tests.support.story import ANA, CUSTOMER, DESK, LUIS, Story, browser
from tests.support.supervision_helpers import ask
from tests.support.world_diff import read

pytestmark = pytest.mark.slow

NUMBER = "+1 415-555-0171"


def bar(user: Any) -> str:
    """The line that says how far it is, as it is read out."""
    found = re.search(r'id="supervision-state" role="status">(.*?)</p>', fragments.panel(user), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.fixture
def call(story: Story, directory: Any) -> Conference:
    _, conference = story.call(ANA, LUIS)
    for _ in range(5):
        story.pass_time()
    return conference


@pytest.mark.parametrize(
    "case",
    [
        ("monitor", (), "Once you answer: Nobody will hear you."),
        ("whisper", (ANA,), f"Once you answer: Only Ana Ruiz will hear you. {NUMBER} and Luis Ortega will not."),
        ("whisper", (ANA, LUIS), f"Once you answer: Only Ana Ruiz and Luis Ortega will hear you. {NUMBER} will not."),
        ("barge", (), f"Once you answer: Everyone will hear you, including {NUMBER}."),
    ],
)
def test_while_her_phone_rings_nobody_hears_her_yet(story: Story, marta, call, case):
    role, to, said = case
    story.simulator.phones.set(DESK, "rings_out")
    targets = [story.leg(one).call_control_id for one in to]
    mine = ask(marta, call, role=role, targets=targets)
    told = [bar(marta)]
    advancing.advance(mine.pk)
    story.deliver()
    told.append(bar(marta))
    assert told == [f"Calling your Desk phone {said}", f"Ringing your Desk phone {said}"]
    assert "hears you" not in told[1]


def test_who_is_on_hold_is_said_to_hear_later(story: Story, marta, call):
    story.simulator.phones.set(DESK, "rings_out")
    story.simulator.world.participation.hold([story.leg(CUSTOMER).participant])
    story.pass_time(10)
    read(call)
    ask(marta, call, role="barge")
    assert f"will hear you. {NUMBER} is on hold and will hear you when taken off." in bar(marta)


@pytest.mark.parametrize("role", ["monitor", "whisper", "barge"])
def test_no_fright_while_she_is_joined(story: Story, marta, call, role):
    """Everything the bar says from the click to the confirmation, the pushes in between read one by one."""
    targets = [story.leg(ANA).call_control_id] if role == "whisper" else []
    mine = ask(marta, call, role=role, targets=targets)
    told = []
    for _ in range(12):
        advancing.advance(mine.pk)
        told.append(bar(marta))
        story.simulator.pump()
        told.append(bar(marta))
        story.wait(0.25)
    mine.refresh_from_db()
    assert mine.state == "joined"
    frightful = ["answer was lost", "had no answer", *(["Everyone may hear you"] if role != "barge" else [])]
    assert [one for one in told if any(words in one for words in frightful)] == []
    assert told[-1].startswith(
        {"monitor": "Monitor Nobody hears you.", "whisper": "Whisper Only Ana"}.get(role, "Barge")
    )


def test_monitor_not_confirmed_muted_is_reported_after_a_second(story: Story, marta, call):
    """Held back is only what settles: a doubt that stays is said."""
    story.simulator.faults.add("answer", path="/participants", method="GET", status=500, body={}, times=None)
    mine = ask(marta, call, role="monitor")
    for _ in range(60):
        advancing.advance(mine.pk)
        mine.refresh_from_db()
        if mine.state == "joined" and mine.accepted_at:
            break
        story.simulator.pump()
        story.wait(0.1)
    early = bar(marta)
    for _ in range(3):
        story.pass_time()
    assert early == "Monitor Telnyx is being asked to confirm that you are muted."
    assert "may hear you" in bar(marta)


def test_a_change_under_way_is_no_lost_answer(story: Story, marta, call, monkeypatch):
    mine = story.supervise(marta, call)
    seen = []
    sends = bodies.send

    def look(one, step):
        seen.append(bar(marta))
        return sends(one, step)

    monkeypatch.setattr(bodies, "send", look)
    requests.change(mine, role="barge", targets=[])
    advancing.advance(mine.pk)
    assert [one for one in seen if "no answer" in one or "was lost" in one] == []
    assert "Changing to Barge…" in seen[0]
    assert "may hear you" in seen[0]


# Muted or on hold by the queue's policy.


def preview(user: Any, call: Conference, **query: Any) -> str:
    page = browser(user).get(f"/conferences/{call.pk}/hearing/", query).content.decode()
    found = re.search(r'class="said".*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "case",
    [
        ({"mute": True}, "barge", "Nobody hears you: you are muted."),
        ({"mute": True}, "whisper", "Nobody hears you: you are muted."),
        ({"mute": True}, "monitor", "Nobody hears you."),
        ({"hold": True}, "barge", "You are on hold: you hear nothing, and nobody hears you."),
        ({"hold": True}, "monitor", "Nobody hears you: you are on hold, and hear nothing."),
        ({"hold": True, "mute": True}, "barge", "Nobody hears you: you are on hold, and hear nothing."),
        ({}, "barge", f"Everyone hears you, including {NUMBER}."),
    ],
)
def test_preview_considers_a_policy_that_mutes_or_holds(story: Story, marta, call, case):
    policy, role, said = case
    Queue.objects.filter(pk=call.queue_id).update(**policy)
    targets = [story.leg(ANA).call_control_id] if role == "whisper" else []
    assert preview(marta, call, role=role, targets=targets).startswith(said)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"options": "1", "mute": "on"}, "Nobody hears you: you are muted."),
        ({"options": "1", "hold": "on"}, "You are on hold"),
        ({"options": "1"}, "Everyone hears you"),
        ({"mute": "on"}, "Everyone hears you"),
    ],
)
def test_the_preview_reckons_with_what_was_chosen_instead(story: Story, marta, call, sent, said):
    """What is sent without the form's own mark was not shown to her."""
    assert preview(marta, call, role="barge", **sent).startswith(said)
