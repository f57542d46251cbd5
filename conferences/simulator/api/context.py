"""What every handler of the stand-in API works with: the world, its faults and the log of commands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conferences.simulator import refusals
from conferences.simulator.api.http import Request, Response, ok
from conferences.simulator.delivery.webhooks import Deliverer
from conferences.simulator.faults import Faults
from conferences.simulator.world import State, World

DEDUPE_SECONDS = 60
"""Telnyx docs: Receiving webhooks: a command_id is remembered for 60 seconds.

https://developers.telnyx.com/docs/voice/programmable-voice/receiving-webhooks
"""
COMMANDS_KEPT = 20_000


@dataclass(frozen=True)
class Command:
    """One command as it arrived and was answered; `repeated` if its command_id made it a copy."""

    at: datetime
    method: str
    path: str
    body: dict[str, Any]
    status: int
    repeated: bool = False

    @property
    def action(self) -> str:
        """The last part of the path, such as join or hangup, or calls for a dial."""
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Account:
    """The API key that is accepted, and the SIP connection credentials may be made for."""

    api_key: str = "KEY_SIMULATOR"
    user_id: str = "7f4b7e5c-0d3c-4c06-9a77-9f1a1b6f0e11"
    credential_connection_id: str = "1590000000000000002"


@dataclass
class Desk:
    """One provider's front desk."""

    world: World
    deliverer: Deliverer
    faults: Faults
    account: Account = field(default_factory=Account)
    commands: deque[Command] = field(default_factory=lambda: deque(maxlen=COMMANDS_KEPT))
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    _executed: dict[tuple[str, str], tuple[datetime, Response]] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """Return what the world knows: its records, its time and its events."""
        return self.world.state

    def once(self, scope: str, request: Request, action: Callable[[], Response]) -> tuple[Response, bool]:
        """Do a command unless its command_id was executed in this scope within the last minute; say if it was."""
        command_id = request.json().get("command_id") if scope else None
        if not command_id:
            return action(), False
        now, key = self.state.now(), (scope, str(command_id))
        self._forget(now)
        if key in self._executed:
            return self._repeated(key), True
        try:
            response = action()
        except refusals.Refusal:
            if self.state.switches.refused_command_remembered:
                self._executed[key] = (now, ok())
            raise
        self._executed[key] = (now, response)
        return response, False

    def _forget(self, now: datetime) -> None:
        old = [key for key, (at, _) in self._executed.items() if (now - at).total_seconds() >= DEDUPE_SECONDS]
        for key in old:
            del self._executed[key]

    def _repeated(self, key: tuple[str, str]) -> Response:
        if self.state.switches.repeated_command_status != 200:
            raise refusals.repeated_command()
        return self._executed[key][1]


Handler = Callable[[Desk, Request], Response]
