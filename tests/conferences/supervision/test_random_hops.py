"""A hundred hops by chance, with a fault at any command: nobody hears her in two calls, nor unasked; all on record."""

from __future__ import annotations

import pytest

from conferences import provider
from conferences.models import AuditEntry, Supervision
from conferences.supervision.executor import hopping
from conferences.supervision.state_machine import between_calls
from tests.support.random_hops import Shift, Watcher
from tests.support.story import DESK

pytestmark = pytest.mark.slow


@pytest.fixture
def watcher(story, line):
    watcher = Watcher(story, line)
    provider.transport = watcher
    return watcher


# All that she has sent, each of which meets a fault.
COMMANDS = {"join", "leave", "update", "mute", "unmute", "hangup"}


def test_nobody_hears_her_in_two_calls_nor_unasked(story, watcher, marta):
    shift = Shift(story, watcher, marta, seed=1)
    shift.go(hops=100)
    shift.come_to_rest()
    assert watcher.found == []
    assert watcher.met >= COMMANDS
    assert Supervision.objects.running().exists() is False
    assert [leg.state for leg in story.simulator.legs_to(DESK) if leg.is_alive] == []
    assert unrecorded(story) == []


def unrecorded(story):
    """What she did or was in that the audit does not tell: commands, answers, stays."""
    intents = AuditEntry.objects.filter(phase="intent")
    known = {one.command_id for one in intents}
    sent = {one.body.get("command_id", "").removesuffix("-there") for one in story.simulator.commands if one.body}
    joined = {(one.telnyx_conference_id, one.call_control_id) for one in intents if one.action == "join"}
    legs = {leg.call_control_id for leg in story.simulator.legs_to(DESK)}
    stays = [stay for world in story.simulator.state.conferences.values() for stay in world.stays]
    hers = {(stay.conference.id, stay.leg.call_control_id) for stay in stays if stay.leg.call_control_id in legs}
    silent = [str(one.command_id) for one in intents.filter(outcomes=None)]
    return [*sorted(sent - known - {""}), *silent, *sorted(hers - joined)]


def never_looks(patch):
    """The next call is joined without a look whether she is out of the one before."""
    patch.setattr(between_calls, "is_surely_out", lambda snapshot: True)


def takes_her_mode_along(patch):
    """The next call is joined in the mode of the one before."""
    of_stay = hopping.next_supervision

    def louder(ended, call):
        following = of_stay(ended, call)
        following.requested_role = "barge"
        return following

    patch.setattr(hopping, "next_supervision", louder)


@pytest.mark.parametrize("mistake", [never_looks, takes_her_mode_along])
def test_a_planted_mistake_is_found(story, watcher, marta, monkeypatch, mistake):
    mistake(monkeypatch)
    Shift(story, watcher, marta, seed=0).go(hops=6)
    assert watcher.found != []
