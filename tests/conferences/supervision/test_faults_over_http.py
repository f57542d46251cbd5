"""Faults of the connection, end to end over real sockets: what a socket does is not left to an imitation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from conferences import provider
from conferences.models import AuditEntry
from conferences.simulator.serving.server import Server
from conferences.telnyx.connection.transport import DeadlineTransport
from tests.support.fault_scenario import ACTIONS, Action, Drama
from tests.support.recording_transport import Line
from tests.support.story import Story

pytestmark = [pytest.mark.served, pytest.mark.slow]

READ_SECONDS = 0.2  # instead of 2: long for this machine, short for whoever waits for the tests
every_deed = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)


class Hurried:
    """A clock that runs as it should, but skips every sleep."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += seconds


@pytest.fixture
def server(story: Story) -> Iterator[Server]:
    with story.simulator.serve(delivers=False) as server:
        yield server


@pytest.fixture
def line(server: Server, settings: Any) -> Iterator[Line]:
    """The client as it is in production, on real sockets to the simulator's own server."""
    clock = Hurried()
    before = provider.transport, provider.clock, provider.sleep
    settings.TELNYX_BASE_URL = server.base_url
    line = Line(DeadlineTransport(clock.now), clock.now)
    provider.transport, provider.clock, provider.sleep = line, clock.now, clock.sleep
    provider.client()._http.timeout = READ_SECONDS
    yield line
    provider.client().close()
    provider.transport, provider.clock, provider.sleep = before


@every_deed
@pytest.mark.parametrize("kind", ["hang", "drop", "reset"])
def test_a_fault_of_one_send_is_repaired_by_resending(drama: Drama, action: Action, kind: str):
    outcome = drama.play(action, lambda: drama.simulator.faults.add(kind, method="POST", path=action.path))
    drama.run(3, 3)
    assert outcome.result == "ok"
    assert outcome.http_status == 200
    assert outcome.sends == 2
    assert len({send.command_id for send in drama.line.sends}) == AuditEntry.objects.filter(phase="intent").count()
    assert (drama.most_joined, len(drama.legs())) == (1, 1)


@every_deed
def test_a_connection_cut_every_time_leaves_nothing_behind(drama: Drama, action: Action):
    outcome = drama.play(action, lambda: drama.simulator.faults.add("reset", path=action.path, times=None))
    drama.run(6, 6)
    drama.simulator.faults.clear()
    drama.run(6, 6)
    up = [leg for leg in drama.legs() if leg.state != "ended"]
    assert (outcome.result, outcome.sends) == ("unknown", 3)
    assert [drama.mine.state] * len(up) == ["joined"] * len(up)
    assert len(up) == (1 if drama.mine.ended_at is None else 0)


@pytest.mark.parametrize("action", [one for one in ACTIONS if "mute" not in one.name], ids=lambda action: action.name)
def test_a_provider_restart_leaves_nothing_behind(drama: Drama, server: Server, action: Action):
    outcome = drama.play(action, server.stop)
    drama.run(1, 3)
    with drama.simulator.serve(server.port, delivers=False):
        drama.run(6, 6, 6)
    assert outcome.result == "unknown"
    assert outcome.http_status is None
    assert outcome.sends == 3
    assert outcome.provider_text == "No clear answer from the provider: connection refused (sends: 3)."
    up = [leg for leg in drama.legs() if leg.state != "ended"]
    assert len(up) == (1 if drama.mine.ended_at is None else 0)


def test_a_whole_command_takes_less_than_its_twenty_seconds(drama: Drama):
    dial = ACTIONS[0]
    drama.play(dial, lambda: drama.simulator.faults.add("hang", path=dial.path, times=None))
    sends = drama.line.sends
    assert (len(sends), sends[-1].ended - sends[0].began < 20) == (3, True)
