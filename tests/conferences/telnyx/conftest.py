"""A time that only moves when asked to, and a provider that answers by script."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from conferences.telnyx.client import TelnyxClient

FIXTURES = Path(__file__).parents[2] / "fixtures" / "telnyx"
Act = Callable[[httpx.Request], httpx.Response]


@dataclass
class Time:
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Provider:
    """Performs one act per request, the last one for ever, and remembers the requests."""

    acts: list[Act] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        return act(request)

    def does(self, act: Act) -> "Provider":
        self.acts.append(act)
        return self

    def says(self, status: int, document: object = None, **headers: str) -> "Provider":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.does(lambda _: httpx.Response(status, json=document, headers=named))

    def writes(self, status: int, content: bytes) -> "Provider":
        return self.does(lambda _: httpx.Response(status, content=content))

    def accepts(self) -> "Provider":
        return self.says(200, {"data": {"result": "ok"}})

    def refuses(self, status: int, code: str, **headers: str) -> "Provider":
        return self.says(status, {"errors": [{"code": code, "title": "No"}]}, **headers)

    def fails(self, error: Exception) -> "Provider":
        def act(_: httpx.Request) -> httpx.Response:
            raise error

        return self.does(act)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def paths(self) -> list[str]:
        return [request.url.raw_path.decode() for request in self.requests]

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def client(provider: Provider, time: Time) -> Iterator[TelnyxClient]:
    transport = httpx.MockTransport(provider)
    with TelnyxClient("KEY_TEST", transport=transport, clock=time.clock, sleep=time.sleep) as made:
        yield made


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    return json.loads((FIXTURES / "join_contract.json").read_text())
