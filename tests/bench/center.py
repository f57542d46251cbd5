"""A contact center to measure with: its database, its calls as the provider tells them, and its supervisors."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from conferences import provider
from conferences.ingest import inbox
from conferences.models import Conference, Fact, Leg, Participant, Queue, Supervisor, Team
from conferences.reconciliation import readback
from conferences.simulator import Simulator
from conferences.simulator.people import sample_people
from conferences.simulator.people.population import population_of
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Event
from conferences.simulator.world import Leg as Line
from conferences.simulator.world.clock import stamp, system_clock
from tests.bench import databases

MODES = ("monitor_conference", "whisper_conference", "barge_conference")
# People who see the same of a call share one rendering of it; these four kinds of supervisors do not.
KINDS = (MODES, MODES[:1], (*MODES, "view_customer_number"), (*MODES[:1], "view_customer_number"))

AT_ONCE = 10_000  # rows made in one transaction


class Center:
    """A provider whose webhooks are handed out instead of sent, and the database of the server under measurement."""

    def __init__(self, home: Path) -> None:
        databases.make_anew(home)
        self.log = home / "server.log"
        self.simulator = Simulator(clock=system_clock, api_key="KEY_BENCH")
        self.made: list[Event] = []
        self.simulator.state.listeners[:] = [self.made.append]
        self._agents = sample_people.AGENTS
        self._calls = 0
        self._live: list[World] = []
        self._sessions: list[str] = []

    # Calls, as the provider tells them.

    def call(self) -> World:
        """A customer and an agent in a conference; agents and queues take turns."""
        number, self._calls = self._calls, self._calls + 1
        agent, queue = (
            self._agents[number % len(self._agents)],
            sample_people.QUEUES[number % len(sample_people.QUEUES)],
        )
        customer = sample_people.CUSTOMERS[number % len(sample_people.CUSTOMERS)]
        return self.simulator.conference_with([agent.address], customer=customer, queue_number=queue.numbers[0])

    def told(self) -> list[Event]:
        """What the provider has told since this was last asked."""
        events = list(self.made)
        self.made.clear()
        return events

    def whole_calls(self, count: int, *, side_by_side: int = 16) -> list[Event]:
        """The events of calls from ringing to the end, of several calls in turn."""
        lives = [self._life() for _ in range(count)]
        groups = [lives[first : first + side_by_side] for first in range(0, count, side_by_side)]
        return [event for group in groups for event in chain(*zip_longest(*group)) if event]

    def _life(self) -> list[Event]:
        world = self.call()
        self.toggle(world)
        self.toggle(world)
        for participant in list(world.participants):
            self.simulator.far_end_hangs_up(participant.leg)
        return self.told()

    def toggle(self, world: World) -> None:
        """The customer's phone holds, or resumes: one event that changes one row of the board."""
        leg = customer_of(world)
        self.simulator.world.legs.far_end_holds(leg, held=not leg.held_by_phone)

    def toggled(self, worlds: Iterable[World]) -> list[Event]:
        """One event for each of these calls, in their order."""
        for world in worlds:
            self.toggle(world)
        return self.told()

    def signed(self, event: Event, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        """The webhook's body and signature for an event that happens now, or happened at another time."""
        return self.simulator.signed(_happening(event.data, at or datetime.now(UTC)))

    # The database of the server.

    def employ(self, count: int) -> None:
        """Have that many agents work here, the sample's first among them, who take turns in the calls to come."""
        call_command("sample_directory", agents=count)
        self._agents = population_of(count).agents

    def live_calls(self, count: int) -> list[World]:
        """That many calls in progress, begun five minutes ago and read back since: nothing is left to do for them."""
        new = [self.call() for _ in range(count - len(self._live))]
        self.store(self.told(), began=datetime.now(UTC) - timedelta(minutes=5))
        provider.transport = self.simulator.client_transport
        with transaction.atomic():
            for conference in Conference.objects.filter(conference_id__in=[world.id for world in new]):
                readback.read_back(conference)
        provider.transport = None
        self._live += new
        return self._live[:count]

    def add_rows(self, count: int, *, live: bool) -> None:
        """Rows of calls of which nothing is told meanwhile: in progress, or over as a year leaves them behind.

        Their facts are left out: facts are looked up by index, so that other calls' facts are not touched.
        """
        for first in range(0, count, AT_ONCE):
            with transaction.atomic():
                _add_rows(min(AT_ONCE, count - first), live=live)

    def store(self, events: Sequence[Event], began: datetime | None = None) -> None:
        """Store facts without the server, in one transaction: as of now, or a millisecond apart from a time on."""
        with transaction.atomic():
            for number, event in enumerate(events):
                at = began and began + timedelta(milliseconds=number)
                inbox.receive(self.signed(event, at)[0], received_at=timezone.now(), key_index=0)

    def logins(self, count: int) -> list[str]:
        """Session keys of that many supervisors of all teams, of four kinds in equal parts."""
        self._sessions += [_login(number) for number in range(len(self._sessions), count)]
        return self._sessions[:count]


def _add_rows(count: int, *, live: bool) -> None:
    now, new = timezone.now(), str(uuid.uuid4())
    states = ("in_progress", "answered", "joined") if live else ("completed", "ended", "left")
    known = {"first_seen_at": now, "last_event_at": now, "polled_at": now, "queue": Queue.objects.first()}
    calls = Conference.objects.bulk_create(
        [Conference(conference_id=f"{new}-{number}", state=states[0], **known) for number in range(count)]
    )
    legs = Leg.objects.bulk_create(
        [Leg(call_control_id=f"{new}-{number}", state=states[1], kind="customer") for number in range(2 * count)]
    )
    Participant.objects.bulk_create(
        Participant(conference=calls[number // 2], leg=leg, state=states[2], joined_at=now, muted=False, on_hold=False)
        for number, leg in enumerate(legs)
    )


def customer_of(world: World) -> Line:
    """The leg that rang first."""
    return world.creator


def row_ids() -> dict[str, str]:
    """The board's row for each conference, by the provider's id."""
    rows = Conference.objects.values_list("conference_id", "pk")
    return {conference_id: f"conference-{pk}" for conference_id, pk in rows}


def feed_numbers() -> dict[str, int]:
    """The feed number of each conference's last change, by the board's row."""
    return {f"conference-{pk}": feed for pk, feed in Conference.objects.values_list("pk", "feed")}


def lost(events: Iterable[Event]) -> int:
    """How many of these events are not on disk."""
    return len({event.id for event in events} - set(Fact.objects.values_list("event_id", flat=True)))


def _happening(data: dict[str, Any], at: datetime) -> dict[str, Any]:
    if "occurred_at" in data:
        return data | {"occurred_at": stamp(at)}
    return data | {"payload": data["payload"] | {"occurred_at": stamp(at)}}


def _login(number: int) -> str:
    user = User(username=f"supervisor{number}", first_name="Supervisor", last_name=str(number))
    user.set_unusable_password()
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_board", *KINDS[number % len(KINDS)]]))
    Supervisor.objects.create(user=user).teams.set(Team.objects.all())
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value
