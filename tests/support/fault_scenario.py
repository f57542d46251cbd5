"""One supervision of which one command meets a fault, told on the one clock of provider, client and screen."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from conferences import provider
from conferences.models import AuditEntry
from conferences.supervision import requests
from conferences.supervision.executor import advancing
from tests.support.markup import on_one_line
from tests.support.recording_transport import Line
from tests.support.story import ANA, DESK, Story, browser


@dataclass(frozen=True)
class Action:
    """What the supervisor asks for, the command that comes of it, and the address of that command at the provider."""

    name: str
    command: str
    path: str


ACTIONS = [
    Action("dial", "dial", r"/v2/calls$"),
    Action("join", "join", r"/actions/join$"),
    Action("louder", "update", r"/actions/update$"),
    Action("quieter", "update", r"/actions/update$"),
    Action("unmute", "unmute", r"/actions/unmute$"),
    Action("mute", "mute", r"/actions/mute$"),
    Action("leave", "leave", r"/actions/leave$"),
    Action("hangup", "hangup", r"/actions/hangup$"),
]


class Drama:
    """Marta supervises Ana's call from her desk phone."""

    def __init__(self, story: Story, line: Line, marta: Any) -> None:
        self.story, self.line, self.marta = story, line, marta
        self.simulator = story.simulator
        self.most_joined = 0
        self.world, self.conference = story.call(ANA)

    def play(self, action: Action, fault: Callable[[], object]) -> AuditEntry:
        """Do everything up to the outcome of the action, and return that; the fault begins just before the action."""
        if action.name == "dial":
            fault()
            self._ask("monitor")
        elif action.name == "join":
            self._ask("monitor")
            fault()
        else:
            self._ask("barge" if action.name in ("quieter", "mute") else "monitor")
            self._outcome_of("join")
            self.run(2)
            fault()
            self._wish(action.name)
        return self._outcome_of(action.command)

    def run(self, *seconds: float) -> None:
        """Let time pass, webhooks arrive and tasks be done."""
        for each in seconds:
            self.story.pass_time(each)
            joined = [leg for leg in self.legs() if leg.participant and leg.participant.status == "joined"]
            self.most_joined = max(self.most_joined, len(joined))
            self.mine.refresh_from_db()

    def legs(self) -> list[Any]:
        """Every leg ever dialled to Marta's phone, in the provider's world."""
        return self.simulator.legs_to(DESK)

    def panel(self) -> str:
        """What Marta reads of her supervision."""
        page = on_one_line(browser(self.marta).get("/").content.decode())
        section = page[page.index('<section id="supervision"') :].partition("</section>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split())

    def _ask(self, role: str) -> None:
        device = self.marta.supervisor.devices.first()
        asked = requests.Request(role=role, token=uuid.uuid4(), device=device)
        self.mine = requests.begin(self.marta, self.conference, asked)
        advancing.advance(self.mine.pk)

    def _wish(self, action: str) -> None:
        if action in ("leave", "hangup"):
            requests.leave(self.mine)
        else:
            requests.change(self.mine, role="barge" if action in ("louder", "unmute") else "monitor", targets=[])
        advancing.advance(self.mine.pk)

    def _outcome_of(self, command: str) -> AuditEntry:
        """Go on until there is one; what the command itself brings about is then still on its way to us."""
        for _ in range(9):
            found = AuditEntry.objects.filter(action=command, phase="outcome").order_by("id").first()
            if found is not None:
                return found
            self.story.wait(1)
            self.simulator.pump()
            advancing.advance(self.mine.pk)
        raise AssertionError(f"nothing came of {command}")


@pytest.fixture
def line(story: Story) -> Iterator[Line]:
    """One clock for all: what the client waits, in sleep or for an answer, passes for the provider and for us."""

    def wait(seconds: float) -> None:
        story.wait(seconds + 1e-6)  # the stopped clock knows no less than a microsecond

    story.simulator.client_transport.wait = wait
    line = Line(story.simulator.client_transport, time.time)
    before = provider.transport, provider.clock, provider.sleep
    provider.transport, provider.clock, provider.sleep = line, time.time, wait
    yield line
    provider.transport, provider.clock, provider.sleep = before


@pytest.fixture
def drama(story: Story, line: Line, marta: Any) -> Drama:
    return Drama(story, line, marta)
