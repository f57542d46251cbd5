"""A provider that has not built the answered leg yet does not throw a supervisor out."""

import pytest

from conferences import provider
from conferences.models import AuditEntry
from tests.support.story import ANA

pytestmark = pytest.mark.slow

MODES = ["monitor", "whisper", "barge"]
REFUSALS = {
    "not answered yet": (422, {"code": "90034", "title": "Call not answered yet"}),
    "as a number": (422, {"code": 90034, "title": "Call not answered yet"}),
    "no such leg": (422, {"code": "90015", "title": "Invalid Call Control ID"}),
    "in a 200": (200, {"code": "90034", "title": "Call not answered yet"}),
}


@pytest.mark.parametrize("role", MODES)
@pytest.mark.parametrize("name", REFUSALS)
def test_supervisor_refused_as_too_early_is_joined_afterwards(story, marta, role, name):
    status, error = REFUSALS[name]
    _, conference = story.call(ANA)
    story.simulator.faults.add("answer", path="/actions/join$", status=status, body={"errors": [error]}, times=2)
    mine = story.supervise(marta, conference, role=role, to=(ANA,) if role == "whisper" else ())
    assert mine.state == "joined"
    assert mine.problem == ""
    assert mine.notice == ""
    entries = AuditEntry.objects.filter(action="join").order_by("id")
    assert [(one.phase, one.result, one.sends) for one in entries] == [("intent", "", None), ("outcome", "ok", 3)]
    assert story.commands("/actions/join")[0].body["command_id"] == f"{entries[0].command_id}-3"


def test_phone_unanswered_within_two_seconds_ends_as_unanswered(story, marta):
    _, conference = story.call(ANA)
    body = {"errors": [{"code": "90034", "title": "Call not answered yet"}]}
    story.simulator.faults.add("answer", path="/actions/join$", status=422, body=body, times=None)
    mine = story.supervise(marta, conference)
    assert (mine.state, mine.problem) == ("failed", "not_answered_yet")
    assert AuditEntry.objects.get(action="join", phase="outcome").sends == 4
    assert story.leg("sip:marta@supervisors.example").state == "ended"


@pytest.mark.parametrize("remembered", [False, True])
@pytest.mark.parametrize(("seconds", "state"), [(0.5, "joined"), (1.3, "joined"), (30, "failed")])
def test_leg_built_late_is_joined_despite_remembered_refusals(story, marta, remembered, seconds, state):
    """A provider that remembers what it refused might answer a repeat with a 200 that does nothing."""
    world, conference = story.call(ANA)
    switches = story.simulator.state.switches
    switches.refused_command_remembered, switches.building_seconds = remembered, seconds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provider, "sleep", story.wait)
        mine = story.supervise(marta, conference)
    assert mine.state == state
    inside = [one.leg.call_control_id for one in world.participants]
    assert (mine.call_control_id in inside) is (state == "joined")
