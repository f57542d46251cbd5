"""A whole stand-in Telnyx in one object, for tests and for the demo."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from conferences.simulator import control_api
from conferences.simulator.api import Account, Api, Command, Desk
from conferences.simulator.delivery.keys import SigningKey
from conferences.simulator.delivery.posting import Post
from conferences.simulator.delivery.webhooks import Deliverer
from conferences.simulator.faults import Faults
from conferences.simulator.phones import PhoneBook
from conferences.simulator.serving.server import Server
from conferences.simulator.serving.transport import InProcessTransport
from conferences.simulator.switches import Switches
from conferences.simulator.world import App, Conference, DialOptions, Event, JoinOptions, Leg, Participant, State, World
from conferences.simulator.world.clock import Clock, VirtualClock, system_clock
from conferences.simulator.world.hearing import heard_by

CONNECTION_ID = "1590000000000000001"
CALLER_ID = "+14155550100"
"""The number the contact center calls from."""


class Simulator:
    """World, API, faults, switches, phones and webhooks of one provider.

    Without `clock` time is virtual: it starts at `start` (now, unless given) and moves only by advance(), and by a
    millisecond with each event, so that no two occur at the same time.
    Without `post` webhooks go out over real HTTP when pumped.
    """

    def __init__(  # noqa: PLR0913 - keyword-only settings of a whole provider
        self, post: Post | None = None, *, webhook_url: str = "http://testserver/webhooks/telnyx/",
        failover_url: str | None = None, api_key: str = "KEY_SIMULATOR", connection_id: str = CONNECTION_ID,
        seed: int = 0, start: datetime | None = None, clock: Clock | None = None, key_seed: str | None = None,
        signing_time: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.app = App(connection_id, webhook_url, failover_url)
        self.switches = Switches()
        self.phones = PhoneBook()
        self.faults = Faults()
        self.key = SigningKey.from_seed(key_seed) if key_seed else SigningKey.generate()
        self.clock = clock or VirtualClock(start or system_clock())
        self.state = State(clock=self.clock, apps=[self.app], seed=seed, switches=self.switches, phones=self.phones)
        self.world = World(self.state)
        self.deliverer = Deliverer(
            key=self.key, clock=self.clock, faults=self.faults, switches=self.switches,
            seed=seed, post=post, signing_time=signing_time,
        )  # fmt: skip
        self.state.listeners.append(self.deliverer.accept)
        self.desk = Desk(self.world, self.deliverer, self.faults, Account(api_key))
        self.api = Api(self.desk, control_api.routes(self.conference_with, self.configure))
        self.client_transport = InProcessTransport(self.api)

    @property
    def public_key(self) -> str:
        """What to verify webhooks with: base64 of 32 raw bytes."""
        return self.key.public_key

    @property
    def api_key(self) -> str:
        """The key the API accepts."""
        return self.desk.account.api_key

    @property
    def commands(self) -> list[Command]:
        """Every command that reached the API and how it was answered, oldest first."""
        return list(self.desk.commands)

    @property
    def events(self) -> list[Event]:
        """Every event so far, delivered or not, oldest first."""
        return list(self.state.events)

    def configure(self, **changes: Any) -> None:
        """Change the application's settings as in the portal: webhook_url, failover_url, webhook_timeout_secs, ..."""
        self.app = replace(self.app, **changes)
        self.state.apps[self.app.connection_id] = self.app

    def serve(self, port: int = 0, *, delivers: bool = True) -> Server:
        """Return a context manager: the API over HTTP, and webhooks delivered in the background or left to pump()."""
        return Server(self.api, port, delivers=delivers)

    def pump(self) -> int:
        """Deliver every webhook that is due, one after the other; how many POSTs were made."""
        return self.deliverer.pump()

    def advance(self, seconds: float) -> None:
        """Let virtual time pass in the world; webhooks wait for pump()."""
        self.state.advance(seconds)

    def signed(self, data: dict[str, Any], attempt: int = 1) -> tuple[bytes, dict[str, str]]:
        """Make a body of your own in an envelope, and its signature headers."""
        envelope = {"data": data, "meta": {"attempt": attempt, "delivered_to": self.app.webhook_url}}
        body = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
        return body, self.key.headers(body, int(self.deliverer.signing_time()))

    def incoming_call(self, from_: str = "+14155550171", to: str = "+14155550101") -> Leg:
        """Let a customer call; the leg is parked until somebody answers it."""
        return self.world.legs.incoming_call(from_, to)

    def dial(self, to: str, *, answered: bool = True, client_state: str | None = None) -> Leg:
        """Let the contact center dial somebody, who answers at once unless told otherwise."""
        leg = self.world.legs.dial(self.app, CALLER_ID, to, DialOptions(client_state=client_state))
        if answered:
            self.world.legs.far_end_answers(leg)
        return leg

    def dial_out(self, endpoint: str, to: str, *, shown: str | None = None) -> Leg:
        """Let an agent's browser call somebody: a parked leg, which the contact center takes up at once."""
        leg = self.world.legs.dial_out(self.app, endpoint, to, shown=shown)
        self.world.legs.answer(leg)
        return leg

    def conference_with(
        self, agents: Sequence[str] = ("sip:ana.ruiz@agents.example",), customer: str = "+14155550171",
        queue_number: str = "+14155550101", name: str | None = None,
    ) -> Conference:  # fmt: skip
        """Build a conference as a contact center does: customer, then agents, everybody answered and joined."""
        caller = self.incoming_call(customer, queue_number)
        self.world.legs.answer(caller)
        name = name or f"Support {4711 + len(self.state.conferences)}"
        conference = self.world.conferences.create(caller, name)
        for address in agents:
            self.world.participation.join(conference, self.dial(address), JoinOptions())
        return conference

    def join(self, conference: Conference, leg: Leg, **options: Any) -> Participant:
        """Join a leg without the API; options as in JoinOptions."""
        return self.world.participation.join(conference, leg, JoinOptions(**options))

    def far_end_answers(self, leg: Leg) -> None:
        """Let the person dialled pick up."""
        self.world.legs.far_end_answers(leg)

    def far_end_hangs_up(self, leg: Leg) -> None:
        """Let the person on the leg put the phone down."""
        self.world.legs.far_end_hangs_up(leg)

    def far_end_holds(self, leg: Leg) -> None:
        """Let the phone on the leg put us on hold by SIP."""
        self.world.legs.far_end_holds(leg)

    def far_end_resumes(self, leg: Leg) -> None:
        """Let the phone on the leg take us off hold."""
        self.world.legs.far_end_holds(leg, held=False)

    def legs_to(self, address: str) -> list[Leg]:
        """Return every leg dialled to an address, oldest first."""
        return [leg for leg in self.state.legs.values() if leg.direction == "outgoing" and leg.to == address]

    def heard_by(self, conference: Conference) -> dict[str, set[str]]:
        """Tell who really hears whom, by call_control_id."""
        return heard_by(self.state, conference.id)

    def hears(self, conference: Conference, listener: Leg, speaker: Leg) -> bool:
        """Tell whether one leg hears another."""
        return speaker.call_control_id in self.heard_by(conference).get(listener.call_control_id, set())
