"""A supervisor who goes from call to call by chance while the provider fails, watched by the provider's own hearing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from conferences.errors import NotPossible
from conferences.liveness import processes
from conferences.models import Conference, Supervision
from conferences.simulator.world import Conference as World
from conferences.supervision import requests
from conferences.supervision.lease import LEASE
from conferences.supervision.requests import hopping
from tests.support.story import ANA, CHEN, DESK, LUIS, Story
from tests.support.supervision_helpers import ask

# Of a command: it is lost on the way there, on the way back, refused, held up, or its server dies over it.
KINDS: Final = ("error", "unavailable", "hang", "drop", "reset", "empty", "invalid_json", "rate_limited", "answer")
PATHS: Final = (r"/actions/leave$", r"/actions/join$", r"/actions/update$", r"/actions/hangup$")
# Seldom sent: a fault that waits for one of these waits longer.
MUTES: Final = (r"/actions/mute$", r"/actions/(un)?mute$")
REFUSAL: Final = {"errors": [{"code": "90032", "title": "Full", "detail": "As the provider words it."}]}
WEBHOOKS: Final = ("drop_rate", "delay_rate", "reorder_rate", "duplicate_rate")


class ServerDied(BaseException):
    """The server is gone in the middle of a command."""


@dataclass(eq=False)
class Watcher(httpx.BaseTransport):
    """On the line to the provider: what is true there before and after each command is held against what she asked for.

    `may` is how she may be heard in each conference: the modes asked for since she last chose that call, going over to
    which is no mode that anybody hears.
    """

    story: Story
    inner: httpx.BaseTransport
    may: dict[str, set[str]] = field(default_factory=dict)
    dies: str = ""
    found: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)  # the commands that met a fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return self.inner.handle_request(request)
        dies, self.dies = self.dies, ""
        if dies:
            self.met.add(request.url.path.rsplit("/", 1)[-1])
        if dies == "before":
            raise ServerDied
        if request.url.path.endswith("/actions/join"):
            self._joins(request.url.path.split("/")[-3])
        try:
            return self._send(request)
        finally:
            self.look(request.url.path)
            if dies:
                raise ServerDied

    def _send(self, request: httpx.Request) -> httpx.Response:
        action = request.url.path.rsplit("/", 1)[-1]
        try:
            response = self.inner.handle_request(request)
        except httpx.TransportError:
            self.met.add(action)
            raise
        if response.status_code >= httpx.codes.BAD_REQUEST:
            self.met.add(action)
        return response

    def close(self) -> None:
        self.inner.close()

    def _joins(self, conference_id: str) -> None:
        for leg in self.story.simulator.legs_to(DESK):
            if leg.participant is not None and leg.participant.conference.id != conference_id:
                self.found.append(f"{conference_id} is joined while she is in {leg.participant.conference.id}")

    def look(self, when: str) -> None:
        """Note whoever hears her in a call, or in a mode, that she did not ask for, or in two calls."""
        simulator, heard_in = self.story.simulator, set()
        for leg in simulator.legs_to(DESK):
            for world in simulator.state.conferences.values():
                if not self.story.hear(world, leg):
                    continue
                heard_in.add(world.id)
                role = next(str(one.role) for one in world.participants if one.leg is leg)
                if role not in self.may.get(world.id, set()):
                    self.found.append(f"{when}: heard in {world.id} as {role}, asked for {self.may}")
        if len(heard_in) > 1:
            self.found.append(f"{when}: heard in {heard_in}")


@contextmanager
def server_may_die() -> Iterator[None]:
    """Of a server that died its workers are known to be gone: another takes their supervisions over."""
    try:
        yield
    except ServerDied:
        gone = processes.current_process().rpartition(" ")[0] + " 1"
        Supervision.objects.running().exclude(command="").update(busy_by=gone)


class Shift:
    """One supervisor, three calls, and what she does by chance."""

    def __init__(self, story: Story, watcher: Watcher, marta: Any, seed: int) -> None:
        self.story, self.watcher, self.marta, self.random = story, watcher, marta, Random(seed)  # noqa: S311
        self.hops = 0
        agents = ((ANA,), (LUIS,), (CHEN,))
        self.calls = [story.call(*who, customer=f"+1415555018{n}") for n, who in enumerate(agents)]

    def go(self, hops: int) -> None:
        """Do this and that until she has asked for so many hops."""
        while self.hops < hops:
            self._trouble()
            with suppress(NotPossible), server_may_die():
                self.random.choices((self._hop, self._louder, self._leave, self._end_a_call), (8, 3, 0.6, 0.4))[0]()
            self._pass(self.random.choice((0.05, 0.3, 1, 2, 6)))

    def come_to_rest(self) -> None:
        """Let the provider be well again, everything settle, and her go."""
        self._clear()
        for seconds in (LEASE.total_seconds() + 1, 30, 30):
            self._pass(seconds)
        if mine := self._mine():
            requests.leave(mine)
        for seconds in (1, 10, 30, 60):
            self._pass(seconds)

    def _mine(self) -> Supervision | None:
        return Supervision.objects.select_related("conference", "user").running().first()

    def _hop(self) -> None:
        world, call = self.random.choice(self.calls)
        if (mine := self._mine()) is None:
            self._begin(world, call)
            return
        before = dict(self.watcher.may)
        if mine.conference_id != call.pk:  # until she is out of the one she is in as she was
            self.watcher.may[world.id] = set()
        try:
            hopping.hop(self.marta, call)
        except NotPossible:
            self.watcher.may = before
            raise
        self.hops += 1

    def _begin(self, world: World, call: Conference) -> None:
        role = self.random.choice(("monitor", "barge"))
        self.watcher.may = {world.id: {role}}
        ask(self.marta, call, role=role)
        for _ in range(4):
            self._pass(1)

    def _louder(self) -> None:
        if (mine := self._mine()) is None:
            return
        role = self.random.choice(("barge", "whisper", "monitor"))
        agents = self._agents_in(mine.conference) if role == "whisper" else []
        self.watcher.may.setdefault(mine.conference.conference_id, set()).add(role)
        requests.change(mine, role=role, targets=agents)

    def _agents_in(self, call: Conference) -> list[str]:
        inside = call.participants.filter(state="joined", leg__agent__isnull=False)
        return list(inside.values_list("leg__call_control_id", flat=True))

    def _leave(self) -> None:
        if mine := self._mine():
            requests.leave(mine)

    def _end_a_call(self) -> None:
        """The call she is in, or one that she may choose, ends by itself; another begins."""
        number = self.random.randrange(len(self.calls))
        world, _ = self.calls[number]
        self.story.simulator.world.conferences.complete(world, "all_left", hang_up=False)
        self.calls[number] = self.story.call(LUIS, customer=f"+1415555{self.random.randrange(1000, 9999)}")

    def _trouble(self) -> None:
        self._clear()
        faults, chance = self.story.simulator.faults, self.random.random()
        if chance < 0.55:
            kind, path = self.random.choice(KINDS), self.random.choice(PATHS)
            works = self.random.choice((None, True, False)) if kind not in ("answer", "rate_limited") else None
            times = self.random.choice((1, 2, 3, None))
            faults.add(kind, method="POST", path=path, times=times, works=works, body=REFUSAL)
            faults.add(kind, method="POST", path=self.random.choice(MUTES), times=times, works=works, body=REFUSAL)
        elif chance < 0.65:
            self.watcher.dies = self.random.choice(("before", "after"))
        if self.random.random() < 0.3:
            faults.webhooks.set({self.random.choice(WEBHOOKS): 0.5})

    def _clear(self) -> None:
        self.watcher.dies = ""
        self.story.simulator.faults.clear()

    def _pass(self, seconds: float) -> None:
        with server_may_die():
            self.story.pass_time(seconds)
        self.watcher.look("then")
