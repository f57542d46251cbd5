"""The simulated provider's memory: its tables, its time, its agenda and the events it has sent out."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from threading import RLock

from conferences.simulator import refusals
from conferences.simulator.phones import PhoneBook
from conferences.simulator.switches import Switches
from conferences.simulator.world import identifiers
from conferences.simulator.world.clock import Clock, VirtualClock, later
from conferences.simulator.world.envelopes import Event, Payload, data_of
from conferences.simulator.world.records import App, Conference, Leg

Action = Callable[[], object]
EVENTS_KEPT = 50_000
FORGET_CALL_AFTER_SECONDS = 600
"""Telnyx docs: Retrieve a call status: kept ten minutes after the call has ended."""


class State:
    """Everything the provider knows. Hold `lock` for any read or change that must be seen whole."""

    def __init__(  # noqa: PLR0913 - keyword-only settings of a whole world
        self, *, clock: Clock, apps: Iterable[App], seed: int = 0,
        switches: Switches | None = None, phones: PhoneBook | None = None, region: str = "US",
    ) -> None:  # fmt: skip
        self.clock = clock
        self.random = Random(seed)  # noqa: S311 - a story that can be told again, not a secret
        self.switches = switches or Switches()
        self.phones = phones or PhoneBook()
        self.region = region
        self.lock = RLock()
        self.apps = {app.connection_id: app for app in apps}
        self.legs: dict[str, Leg] = {}
        self.conferences: dict[str, Conference] = {}
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self.listeners: list[Callable[[Event], object]] = []
        self._agenda: list[tuple[datetime, int, Action]] = []
        self._order = itertools.count()
        self._last_moment = clock()

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()

    def moment(self) -> datetime:
        """Return a moment for something that happens now, at least a millisecond after the one before."""
        self._last_moment = max(self.clock(), self._last_moment + timedelta(milliseconds=1))
        if isinstance(self.clock, VirtualClock):
            self.clock.move_to(self._last_moment)
        return self._last_moment

    def after(self, seconds: float, action: Action) -> None:
        """Do something so many seconds from now."""
        with self.lock:
            heapq.heappush(self._agenda, (later(self.now(), seconds), next(self._order), action))

    def run_due(self) -> None:
        """Do what the agenda holds up to the present moment."""
        with self.lock:
            while self._agenda and self._agenda[0][0] <= self.now():
                heapq.heappop(self._agenda)[2]()

    def advance(self, seconds: float) -> None:
        """Move a virtual clock forward, stopping at every agenda item on the way; raises TypeError for a real clock."""
        clock = self.clock
        if not isinstance(clock, VirtualClock):
            raise TypeError("only a virtual clock can be advanced")
        with self.lock:
            target = later(clock(), seconds)
            while self._agenda and self._agenda[0][0] <= target:
                due, _, action = heapq.heappop(self._agenda)
                clock.move_to(due)
                action()
            clock.move_to(target)

    def forget(self, seconds: float) -> None:
        """Drop legs and conferences that ended longer ago than this, so that a long run does not grow."""
        with self.lock:
            oldest = later(self.now(), -seconds)
            self.legs = {key: leg for key, leg in self.legs.items() if leg.ended_at is None or leg.ended_at > oldest}
            self.conferences = {
                key: each for key, each in self.conferences.items() if each.is_active or each.updated_at > oldest
            }

    def emit(self, event_type: str, app: App, payload: Payload, *, at: datetime, leg: Leg | None = None) -> Event:
        """Record an event and tell the listeners; a leg's own webhook_url, if any, gets its events."""
        event_id = identifiers.new_uuid(self.random)
        url = leg.webhook_url if leg and leg.webhook_url and event_type.startswith("call.") else app.webhook_url
        data = data_of(event_id, event_type, at, payload, self.switches.occurred_at)
        event = Event(event_id, event_type, at, data, app, url, leg)
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def announce(self, event_type: str, leg: Leg, payload: Payload) -> None:
        """Record an event of a leg that happens now."""
        self.emit(event_type, leg.app, payload, at=self.moment(), leg=leg)

    def known_leg(self, call_control_id: str, pointer: str = "/call_control_id") -> Leg:
        """Find a leg by its call_control_id, alive or not; Refusal 90015."""
        leg = self.legs.get(call_control_id)
        if leg is None:
            raise refusals.bad_call_control_id(pointer)
        return leg

    def usable_leg(self, call_control_id: str, pointer: str = "/call_control_id") -> Leg:
        """Find a leg that takes commands; Refusal 90015 or 90018."""
        leg = self.known_leg(call_control_id, pointer)
        if leg.state == "ended":
            raise refusals.call_ended()
        return leg

    def answered_leg(self, call_control_id: str, pointer: str = "/call_control_id") -> Leg:
        """Find a leg that has been answered and not ended; Refusal 90015, 90018 or 90034."""
        leg = self.usable_leg(call_control_id, pointer)
        if leg.state != "answered" or self._is_being_built(leg):
            raise refusals.call_not_answered()
        return leg

    def _is_being_built(self, leg: Leg) -> bool:
        seconds = self.switches.building_seconds
        return seconds > 0 and leg.answered_at is not None and self.now() < later(leg.answered_at, seconds)

    def remembered_leg(self, call_control_id: str) -> Leg:
        """Find a leg as GET /calls sees it; Refusal when unknown or forgotten."""
        leg = self.known_leg(call_control_id)
        if leg.ended_at and (self.now() - leg.ended_at).total_seconds() > FORGET_CALL_AFTER_SECONDS:
            raise refusals.forgotten_call(self.switches.forgotten_call_status)
        return leg
