"""A provider's world that random stories are played in, with what each action of others leaves untold.

Time is one for the provider, for our client and for the screen. The world can be asked who hears whom in two ways:
`heard(quiet=True)` leaves out whatever nobody could know yet that makes somebody heard, `heard(quiet=False)` adds
whatever nobody could know yet that keeps somebody from being heard.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import time_machine
from django.test import Client
from django.utils import timezone

from conferences import background, provider
from conferences.ingest import readback_notes
from conferences.models import Conference, Supervision
from conferences.reconciliation import leg_status, readback
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Participant
from conferences.telnyx.commands import encode_client_state
from conferences.telnyx.errors import TelnyxError
from tests.support.story import API_KEY, poster

KEY_SEED = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CONNECTION_ID = "1494404757140276705"
Pair = tuple[str, str]
# What others may do to somebody in a call, and the value of it that lets fewer hear.
QUIETER = {"muted": True, "held": True, "waiting": True, "monitor_lifted": False, "inside": False}


HOLLOW, DOWN, DIES = "says yes and does nothing", "is not reached", "is the last of a server"
KINDS = ("error", "unavailable", "bad_gateway", "hang", "drop", "reset", "empty", "invalid_json", "rate_limited",
         HOLLOW, DOWN, DIES)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """What becomes of the next commands: a kind of fault, whether the provider does them all the same, and how many."""

    kind: str
    works: bool | None = None
    times: int = 1


class ServerDied(BaseException):
    """The server is gone in the middle of a command: nothing after that line of the program is done."""


class Wire(httpx.BaseTransport):
    """Between our client and the provider; after each command, before its answer, somebody looks at the screen."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre
        self.down = 0  # so many commands find no connection
        self.dies = ""  # "before" or "after" the provider's work on the next command

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # A stopped clock would leave it to chance which of our facts is the later one.
        self.theatre.wait(0.001)
        if request.method == "GET":
            return self.theatre.simulator.client_transport.handle_request(request)
        try:
            return self._command(request)
        finally:
            self.theatre.wait(0.001)
            self.theatre.look(f"while {request.url.path.rsplit('/', 1)[-1]} is under way")

    def _command(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            self.down -= 1
            raise httpx.ConnectError("no connection")
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise ServerDied
        response = self.theatre.simulator.client_transport.handle_request(request)
        if dies:
            raise ServerDied
        return response


class Theatre:
    """The provider, its people, and our side of it; `look` is called whenever the screen may have changed."""

    def __init__(self, look: Callable[[str], None], switches: dict[str, Any]) -> None:
        self.travel = time_machine.travel(datetime.now(UTC), tick=False)
        self.clock = self.travel.start()
        self.look = look
        self.simulator = Simulator(
            post=poster(Client()), api_key=API_KEY, key_seed=KEY_SEED, start=datetime.now(UTC),
            connection_id=CONNECTION_ID,
        )  # fmt: skip
        self.simulator.switches.set(switches)
        self.wire = Wire(self)
        self.simulator.client_transport.wait = self.wait
        self._before = provider.transport, provider.clock, provider.sleep
        provider.transport, provider.clock, provider.sleep = self.wire, time.time, self.wait
        self._values: dict[tuple[str, str, str], set[Any]] = {}
        self._arrivals: dict[Pair, set[str]] = {}
        self._gone: set[Pair] = set()
        self._seen: set[Pair] = set()
        self.hollow: list[Any] = []  # faults by which the provider says yes and does nothing

    def close(self) -> None:
        provider.transport, provider.clock, provider.sleep = self._before
        self.travel.stop()

    def expect(self, path: str, trouble: Trouble | None) -> None:
        """Let the next commands to this address meet some trouble, or none."""
        if trouble is None:
            return
        if trouble.kind == DOWN:
            self.wire.down = trouble.times
        elif trouble.kind == DIES:
            self.wire.dies = "after" if trouble.works else "before"
        elif trouble.kind == HOLLOW:
            done = {"status": 200, "body": {"data": {"result": "ok"}}}
            self.hollow.append(self.simulator.faults.add("answer", method="POST", path=path, **done))
        else:
            works = None if trouble.kind == "rate_limited" else trouble.works
            self.simulator.faults.add(trouble.kind, method="POST", path=path, works=works, times=trouble.times)

    # Time, and what it brings.

    def sync(self) -> None:
        self.clock.move_to(max(self.simulator.clock(), timezone.now()), tick=False)

    def wait(self, seconds: float) -> None:
        with self.others():
            self.simulator.advance(seconds + 1e-6)
        self.sync()

    def deliver(self) -> None:
        self.simulator.pump()
        self.sync()

    def run_tasks(self) -> None:
        self.sync()
        background.run_due()

    def moment(self, seconds: float) -> None:
        """Time passes, what it brings arrives, and tasks are done, as the server does every second."""
        self.wait(seconds)
        for _ in range(2):
            self.deliver()
            self.run_tasks()

    def read_back(self, *, sweep: bool) -> None:
        """What the reconciler does: at once for every call, whether its turn has come or not."""
        self.sync()
        with suppress(TelnyxError):
            if sweep:
                readback.find_unknown_conferences()
                leg_status.read_legs(leg_status.stale_legs(timezone.now()))
            for conference in Conference.objects.live():
                readback_notes.mark_read(conference, timezone.now())
                readback.read_back(Conference.objects.get(pk=conference.pk), patient=True)

    def settle(self) -> None:
        """The faults are over and reconciliation has its say: it looks three times, eleven seconds apart."""
        self.simulator.faults.clear()
        self.wire.down, self.wire.dies = 0, ""
        for _ in range(3):
            for seconds in (1, 2, 4, 4):
                self.moment(seconds)
            self.read_back(sweep=True)
        self.moment(1)
        self._gone.clear()
        self._arrivals.clear()
        self.hollow.clear()
        self._values = {key: was for key, was in self._values.items() if key[2] == "held_by_phone"}

    # What others do, and who could know of it.

    @contextmanager
    def others(self) -> Iterator[None]:
        """What happens inside is somebody else's doing: it is untold until its webhooks come or it is read back."""
        before, events = self._snapshot(), len(self.simulator.events)
        yield
        happened = self.simulator.events[events:]
        for (conference, leg, name), value in self._snapshot().items():
            was = before.get((conference, leg, name), False if name == "inside" else value)
            if was == value:
                continue
            if name == "inside" and self.is_ours(leg):
                continue
            if name != "inside":
                self._values.setdefault((conference, leg, name), set()).add(was)
            elif value:
                told = {one.id for one in happened if one.leg and one.leg.call_control_id == leg}
                self._arrivals[(conference, leg)] = self._arrivals.get((conference, leg), set()) | told

    def _snapshot(self) -> dict[tuple[str, str, str], Any]:
        """By conference, leg and name. Of several stays of a leg the last counts, also when it is over."""
        found: dict[tuple[str, str, str], Any] = {}
        for stay in self._stays(active=False):
            place = _place(stay)
            found |= {(*place, name): getattr(stay, name) for name in QUIETER if name != "inside"}
            found[(*place, "inside")] = stay.status == "joined"
            found[(*place, "held_by_phone")] = stay.leg.held_by_phone
        return found

    def _stays(self, *, active: bool = True) -> Iterator[Participant]:
        worlds = self.simulator.state.conferences.values()
        return itertools.chain.from_iterable(one.participants if active else one.stays for one in worlds)

    def note_departures(self) -> None:
        """Who was in and is not: the screen may not know it yet, whoever's doing it was."""
        inside = {(one.conference.id, one.leg.call_control_id) for one in self._stays() if one.status == "joined"}
        self._gone = (self._gone | (self._seen - inside)) - inside
        self._seen = inside

    def legs_of(self, mine: Supervision) -> set[str]:
        """Every leg that was ever up for a supervision, also one we have not heard of."""
        state = encode_client_state(str(mine.pk))
        dialled = {key for key, leg in self.simulator.state.legs.items() if leg.client_state == state}
        return dialled | {mine.call_control_id} - {""}

    def is_ours(self, leg: str) -> bool:
        return any(leg in self.legs_of(mine) for mine in Supervision.objects.all())

    # What is true.

    def world(self, conference: Conference) -> World | None:
        return self.simulator.state.conferences.get(conference.conference_id)

    def heard(self, world: World, *, quiet: bool, ghost: Participant | None = None) -> set[Pair]:
        """Pairs of listener and speaker; with a `ghost`, as if it were in the conference as well."""
        if ghost is not None:
            world.stays.append(ghost)
        try:
            with self._as_may_be_known(world, quiet):
                heard_by = self.simulator.heard_by(world)
        finally:
            if ghost is not None:
                world.stays.remove(ghost)
        return {(listener, speaker) for listener, speakers in heard_by.items() for speaker in speakers}

    def fingerprint(self) -> object:
        """All that the truth and its excuses rest on, to be compared."""
        stays = [
            (one.leg.call_control_id, one.status, one.role, one.whisper_to, self._is_unannounced(_place(one)))
            for one in self._stays(active=False)
        ]
        worlds = [(one.id, one.status) for one in self.simulator.state.conferences.values()]
        bent = {key: set(was) for key, was in self._values.items()}
        return stays, worlds, self._snapshot(), bent, set(self._gone), [one.times for one in self.hollow]

    def is_gone(self, world: World, leg: str) -> bool:
        """Whether somebody has left without the screen having to know."""
        return (world.id, leg) in self._gone or not world.is_active

    @contextmanager
    def _as_may_be_known(self, world: World, quiet: bool) -> Iterator[None]:
        stays = list(world.participants)
        saved = [(one, dict(vars(one)), one.leg.held_by_phone) for one in stays]
        for stay in stays:
            self._bend(stay, quiet)
        try:
            yield
        finally:
            for stay, values, by_phone in saved:
                vars(stay).update(values)
                stay.leg.held_by_phone = by_phone

    def _bend(self, stay: Participant, quiet: bool) -> None:
        place = _place(stay)
        for name, quieter in QUIETER.items():
            if (quieter if quiet else not quieter) in self._values.get((*place, name), ()):
                setattr(stay, name, quieter if quiet else not quieter)
        if quiet and self._is_unannounced(place):
            stay.status = "joining"
        if not quiet and False in self._values.get((*place, "held_by_phone"), ()):
            stay.leg.held_by_phone = False

    def _is_unannounced(self, place: Pair) -> bool:
        told = {one.event.id for one in self.simulator.deliverer.deliveries if one.status == "delivered"}
        return bool(self._arrivals.get(place, set()) - told)


def _place(stay: Participant) -> Pair:
    return (stay.conference.id, stay.leg.call_control_id)
