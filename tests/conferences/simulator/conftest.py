"""One stand-in provider per test, with a receiver for its webhooks and a client of its API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from conferences.simulator import Simulator

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANA, LUIS = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example"


@dataclass
class Receiver:
    """Takes webhooks and answers with the statuses it was given, then 200."""

    statuses: list[int] = field(default_factory=list)
    posts: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.posts.append((url, body, headers))
        self.meanwhile()
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body, _ in self.posts]

    @property
    def types(self) -> list[str]:
        return [body["data"]["event_type"] for body in self.bodies]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def sim(receiver: Receiver) -> Simulator:
    return Simulator(post=receiver, start=START, seed=7)


@pytest.fixture
def api(sim: Simulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sim.api_key}"}
    with httpx.Client(
        transport=sim.client_transport, base_url="http://provider.test/v2", headers=headers, timeout=2.0
    ) as client:
        yield client


@pytest.fixture
def conference(sim: Simulator) -> Any:
    """A customer with two agents."""
    return sim.conference_with([ANA, LUIS])


@pytest.fixture
def told(sim: Simulator) -> Callable[[], list[str]]:
    """The types of the events since the fixture was made or last called, in order."""
    seen = [len(sim.events)]

    def since() -> list[str]:
        types = [event.type for event in sim.events[seen[0] :]]
        seen[0] = len(sim.events)
        return types

    return since
