"""A 200 that carries errors is taken for a refusal; nobody is left heard or ringing if it was done after all."""

from __future__ import annotations

import pytest

from conferences.models import AuditEntry
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.support.story import ANA, DESK

pytestmark = pytest.mark.slow

BODIES = {
    "as documented": {"errors": [{"code": "10010", "title": "Authorization failed", "detail": "No."}]},
    "a number": {"errors": [{"code": 10010, "detail": "Account is disabled D17."}]},
    "beside a yes": {"data": {"result": "ok"}, "errors": [{"code": "10010"}]},
    "beside a call": {"data": {"call_control_id": "v3:other"}, "errors": [{"code": 10010}]},
    "an object": {"errors": {"status": "no"}},
    "a D code alone": {"data": {"result": "ok"}, "telnyx_error": {"error_code": "D38"}},
}
every_body = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
done_or_not = pytest.mark.parametrize("works", [True, False], ids=["done", "undone"])


def settle(story, mine, seconds=8):
    for _ in range(seconds):
        story.pass_time()
    mine.refresh_from_db()


def is_up(story):
    return [leg for leg in story.simulator.legs_to(DESK) if leg.state != "ended"]


@every_body
@done_or_not
def test_a_dial_and_a_join_leave_no_leg_behind(story, marta, body, works):
    for path, action in ((r"/v2/calls$", "dial"), (r"/actions/join$", "join")):
        _, conference = story.call(ANA)
        story.simulator.faults.add("answer", path=path, status=200, body=body, works=works)
        mine = story.supervise(marta, conference)
        settle(story, mine)
        outcome = AuditEntry.objects.filter(action=action, phase="outcome").first()
        assert mine.problem == "refused"
        assert outcome.result == "refused"
        assert outcome.http_status == 200
        assert is_up(story) == []


@every_body
@done_or_not
def test_a_quieter_mode_leaves_her_unheard_whatever_was_done(story, marta, body, works):
    world, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    leg = story.leg(DESK)
    story.simulator.faults.add("answer", path="/actions/update$", status=200, body=body, works=works)
    requests.change(mine, role="monitor", targets=[])
    advancing.advance(mine.pk)
    assert story.hear(world, leg) == set()
    settle(story, mine, 2)
    assert (mine.problem, is_up(story)) == ("not_quieter", [])


@every_body
@done_or_not
def test_a_leave_hangs_up_all_the_same(story, marta, body, works):
    _, conference = story.call(ANA)
    mine = story.supervise(marta, conference, role="barge")
    story.simulator.faults.add("answer", path="/actions/leave$", status=200, body=body, works=works)
    requests.leave(mine)
    advancing.advance(mine.pk)
    settle(story, mine, 2)
    assert mine.state == "ended"
    assert mine.problem == "left"
    assert is_up(story) == []
