"""On which terms a call is listened to: beep, notice and whether agents are told; a queue says it before a team."""

from __future__ import annotations

import json

import pytest

from conferences.audit.proof import export, verification
from conferences.models import AuditEntry, ListeningPolicy
from tests.dashboard.views.test_audit_page import reader
from tests.support.story import ANA, Story

NOTHING = {}
# What the team's policy says, what the queue's does, the queue's own beep, and what then holds.
CASES = [
    (None, None, "never", ("never", False)),
    ({"beep": "always", "agents_told": True}, None, "never", ("always", True)),
    ({"beep": "always", "agents_told": True}, NOTHING, "never", ("always", True)),
    ({"beep": "always", "agents_told": True}, {"beep": "on_exit", "agents_told": False}, "never", ("on_exit", False)),
    (NOTHING, {"beep": "on_enter", "agents_told": True}, "always", ("on_enter", True)),
    ({"agents_told": False}, {"agents_told": True}, "always", ("always", True)),
]


@pytest.mark.parametrize("case", CASES)
def test_a_queues_word_counts_before_its_teams(story: Story, marta, directory, case):
    of_team, of_queue, beep, (sent, told) = case
    directory.queue.beep_enabled = beep
    directory.queue.save()
    if of_team is not None:
        ListeningPolicy.objects.create(team=directory.support, **of_team)
    if of_queue is not None:
        ListeningPolicy.objects.create(queue=directory.queue, **of_queue)
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    assert story.commands("/actions/join")[-1].body["beep_enabled"] == sent
    held = AuditEntry.objects.get(action="join", phase="intent").changes
    assert held == {"agents_told": [None, told], "notice_version": [None, 0], "beep": [None, sent]}


@pytest.mark.words
def test_every_record_of_a_stay_has_its_terms(story: Story, marta, directory, tmp_path):
    notice = {"notice": "Calls may be listened to.", "notice_confirmed": "Calls may be listened to."}
    ListeningPolicy.objects.create(team=directory.support, agents_told=True, beep="always", notice_version=3, **notice)
    _, conference = story.call(ANA)
    story.supervise(marta, conference)
    page = reader().get("/audit/")
    (stay,) = page.context["stays"]
    assert stay.terms == (
        "Agents are told that they may be listened to.",
        "Version 3 of the notice was in force.",
        "A beep on joining and leaving was asked for.",
    )
    assert page.content.decode().count(stay.terms[1]) == 2  # of the stay, and of the join among its actions
    export.write(tmp_path / "audit")
    lines = map(json.loads, (tmp_path / "audit" / "entries.jsonl").read_text().splitlines())
    (joined,) = [one for one in lines if one["action"] == "join" and one["phase"] == "intent"]
    assert joined["changes"] == {"agents_told": [None, True], "notice_version": [None, 3], "beep": [None, "always"]}
    assert verification.verify().findings == []
