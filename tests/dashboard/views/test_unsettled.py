"""What pages say while a command is under way, its answer lost or its webhook late: never more than can be known."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from conferences.models import AuditEntry, Conference
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.support.story import ALL_MODES, ANA, LUIS, Story, browser


@pytest.fixture
def colleague(ben: Any, directory: Any) -> Any:
    """Ben, who may do everything in Support as well."""
    ben.supervisor.teams.set([directory.support])
    ben.user_permissions.set(Permission.objects.filter(codename__in=ALL_MODES))
    return ben


@pytest.fixture
def call(story: Story, directory: Any) -> Conference:
    _, conference = story.call(ANA, LUIS)
    for _ in range(5):
        story.pass_time()
    return conference


def page(user: Any, address: str = "/") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", browser(user).get(address).content.decode()).split())


def begin(user: Any, conference: Conference, role: str) -> Any:
    form = {"role": role, "my_leg": f"device:{user.supervisor.devices.first().pk}", "token": str(conference.pk)}
    assert browser(user).post(f"/conferences/{conference.pk}/supervise/", form).status_code == 302
    return requests.current(user)


def test_colleague_with_unanswered_change_is_not_called_a_monitor(story: Story, marta, colleague, call):
    mine = story.supervise(marta, call)
    before = page(colleague)
    story.simulator.faults.add("drop", path="/actions/(update|hangup)$", times=None)
    requests.change(mine, role="barge", targets=[])
    advancing.advance(mine.pk)
    assert ["Marta Gil monitors" in one for one in (before, page(colleague))] == [True, False]


def test_change_made_despite_its_refused_repeat_is_reverted(story: Story, marta, call):
    story.simulator.switches.repeated_command_status = 422
    mine = story.supervise(marta, call)
    story.simulator.faults.add("error", path="/actions/update$", works=True)
    requests.change(mine, role="barge", targets=[])
    advancing.advance(mine.pk)
    roles = [one.body["supervisor_role"] for one in story.commands("/actions/update")]
    world = next(iter(story.simulator.state.conferences.values()))
    assert (roles, world.leg(mine.address).participant.role) == (["barge", "barge", "monitor"], "monitor")
    assert "Nobody hears you." in page(marta)


def test_bar_tells_the_mode_in_force_not_later_wishes(story: Story, marta, call):
    story.simulator.faults.webhooks.events = r"conference\.participant\.joined"
    story.simulator.faults.webhooks.delay_rate, story.simulator.faults.webhooks.delay_seconds = 1.0, (20.0, 20.0)
    mine = begin(marta, call, "barge")
    for _ in range(3):
        story.pass_time()
    requests.change(mine, role="whisper", targets=[story.leg(ANA).call_control_id])
    assert len(story.hear(next(iter(story.simulator.state.conferences.values())), story.leg(mine.address))) == 3
    bar = page(marta).partition("Joining as whisper")[2]
    assert ("You may be heard." in bar, "Only Ana Ruiz hears you" in bar) == (True, False)


def test_supervisor_with_unfinished_join_counts_as_possible_listener(story: Story, marta, colleague, call):
    story.simulator.faults.webhooks.events = r"conference\.participant\.joined"
    story.simulator.faults.webhooks.drop_rate = 1.0
    begin(marta, call, "monitor")
    for _ in range(3):
        story.pass_time()
    told = page(colleague, f"/conferences/{call.pk}/hearing/?role=barge")
    assert "Marta Gil may hear you (still joining)" in told


def test_nobody_counts_as_a_listener_to_herself(story: Story, marta, call):
    story.simulator.faults.webhooks.delay_rate, story.simulator.faults.webhooks.delay_seconds = 1.0, (2.0, 2.0)
    begin(marta, call, "barge")
    for _ in range(4):
        story.pass_time()
        assert "Marta Gil may hear" not in page(marta)
    said = AuditEntry.objects.filter(action="join", phase="intent").values_list("detail__claim", flat=True)
    assert [("Marta Gil" in one, "Everyone" in one) for one in said] == [(False, True)]


def test_target_on_hold_is_whispered_to_without_claiming_hearing(story: Story, marta, call):
    mine = story.supervise(marta, call, role="whisper", to=(ANA, LUIS))
    story.simulator.world.participation.hold([story.leg(LUIS).participant])
    story.simulator.far_end_hangs_up(story.leg(ANA))
    story.pass_time()
    mine.refresh_from_db()
    assert mine.notice == "Ana Ruiz left the call. You still whisper to Luis Ortega."
