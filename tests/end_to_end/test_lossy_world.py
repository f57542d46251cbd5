"""A working day of which every tenth webhook is lost: whatever the board has wrong is right again within 90 seconds."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from conferences import background
from conferences.management.commands.reconcile import SWEEP_EVERY, Command
from conferences.reconciliation import readback
from conferences.simulator.people import sample_people
from conferences.simulator.people.scenarios import begin
from tests.support.markup import on_one_line
from tests.support.story import Story, browser

pytestmark = pytest.mark.slow

REPAIRED_WITHIN = 90  # seconds
STEP = 2.0  # seconds between two looks of the reconciler, which in truth looks more often
NAMES = {one.address: one.name for one in sample_people.AGENTS}
ROW = re.compile(r'<article id="conference-.*?</article>', re.DOTALL)
LEG = re.compile(
    r'data-leg="(?P<leg>[^"]+)" data-kind="(?P<kind>\w+)".*?data-muted="(?P<muted>\w+)" data-on-hold="(?P<held>\w+)">'
    r'<bdi class="name">(?P<name>[^<]*)',
)

Seen = tuple[str, str, str, str]  # conference, leg, its name if an agent's, mute and hold


class Center:
    """The provider's day, our server's tasks and the reconciler, on one clock."""

    def __init__(self, story: Story, viewer: User) -> None:
        self.story, self.simulator = story, story.simulator
        self._page = browser(viewer)
        self._reconciler = Command()
        self._reconciler.stopped, self._reconciler.patient = threading.Event(), True
        self._passed = 0.0
        self.wrong_since: dict[Seen, float] = {}
        self.repaired: list[float] = []

    def run(self, seconds: float) -> None:
        """Let the day go on, and note what the board has wrong and for how long."""
        until = self._passed + seconds
        while self._passed < until:
            self.story.wait(STEP)
            self._passed += STEP
            self.simulator.pump()
            background.run_due()
            self._reconciler._look(sweep=self._passed % SWEEP_EVERY == 0)
            self._compare()

    def _compare(self) -> None:
        wrong = self.board() ^ self.world()
        for one in set(self.wrong_since) - wrong:
            self.repaired.append(self._passed - self.wrong_since.pop(one))
        for one in wrong:
            self.wrong_since.setdefault(one, self._passed)

    @property
    def longest(self) -> float:
        """For how long the board had anything wrong, in seconds; what is wrong now among it."""
        return max([*self.repaired, *(self._passed - since for since in self.wrong_since.values())], default=0.0)

    def board(self) -> set[Seen]:
        """What the page shows of live calls."""
        page = on_one_line(self._page.get("/").content.decode())
        return {
            (re.search('data-conference="([^"]+)"', row)[1], leg["leg"], _named(leg), f"{leg['muted']} {leg['held']}")  # type: ignore[index]
            for row in ROW.findall(page)
            if 'data-state="completed"' not in row
            for leg in LEG.finditer(row)
        }

    def world(self) -> set[Seen]:
        """What is so."""
        return {
            (one.id, stay.leg.call_control_id, NAMES.get(stay.leg.far_end, ""), f"{stay.muted} {stay.on_hold}".lower())
            for one in self.simulator.state.conferences.values()
            if one.status == "in_progress"
            for stay in one.participants
            if stay.status == "joined"
        }


def _named(leg: re.Match[str]) -> str:
    return leg["name"] if leg["kind"] == "agent" else ""


@pytest.fixture
def center(story: Story, settings: Any, db: None) -> Center:
    settings.TELNYX_BASE_URL = "http://127.0.0.1:8001/v2"
    call_command("sample_directory", verbosity=0)
    begin(story.simulator, "calm-morning", seed=4, calls_per_minute=6)
    return Center(story, User.objects.get(username="elena"))


@pytest.mark.parametrize(("fault", "rate"), [("drop_rate", 0.1), ("swallow_rate", 0.1)])
def test_errors_from_lost_webhooks_are_mended_within_90_seconds(center: Center, fault: str, rate: float):
    setattr(center.simulator.faults.webhooks, fault, rate)
    center.run(240)
    assert len(center.world()) > 10
    assert len(center.repaired) > 3  # there was something to repair
    assert center.longest <= REPAIRED_WITHIN


def test_without_a_reconciler_it_would_stay_wrong(center: Center, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readback, "due", lambda now: [])
    monkeypatch.setattr("conferences.reconciliation.backfill.run", lambda now: 0)
    center.simulator.faults.webhooks.drop_rate = 0.1
    center.run(240)
    assert center.longest > REPAIRED_WITHIN
