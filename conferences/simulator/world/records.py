"""What the simulated provider remembers: applications, legs, conferences and participants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Role = Literal["none", "barge", "monitor", "whisper"]
ROLES: tuple[str, ...] = ("barge", "monitor", "none", "whisper")
REGIONS: dict[str, str] = {"Australia": "sy1", "Europe": "fr5", "Middle East": "dx1", "US": "ch1"}
"""Conference regions and the site code a conference of that region shows."""


@dataclass(frozen=True)
class App:
    """A Call Control application: whom its legs and conferences report to."""

    connection_id: str
    webhook_url: str
    failover_url: str | None = None
    webhook_timeout_secs: int | None = None
    first_command_timeout: bool = True
    name: str = "Contact center"
    outbound_voice_profile_id: str | None = "1590000000000000003"


@dataclass(eq=False)
class Leg:
    """One call leg; `far_end` is the address of the person on it."""

    call_control_id: str
    call_leg_id: str
    call_session_id: str
    app: App
    direction: Literal["incoming", "outgoing"]
    from_: str
    to: str
    created_at: datetime
    client_state: str | None = None
    webhook_url: str | None = None
    state: Literal["initiated", "answered", "ended"] = "initiated"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    hangup_cause: str | None = None
    participant: Participant | None = field(default=None, repr=False)
    bridged_with: Leg | None = field(default=None, repr=False)
    parks_after_unbridge: bool = False
    supervises: Leg | None = field(default=None, repr=False)
    supervisor_role: Role = "none"
    held_by_phone: bool = False
    detection: str | None = None
    endpoint: str | None = None
    """The SIP address of the phone or browser of ours that placed the call; None for what an application dialled."""
    headers: dict[str, str] = field(default_factory=dict)
    """The X- headers that the far end's phone sends."""

    @property
    def far_end(self) -> str:
        """The number or SIP address of the person on this leg."""
        if self.endpoint is not None:
            return self.endpoint
        return self.to if self.direction == "outgoing" else self.from_

    @property
    def is_alive(self) -> bool:
        """Whether the leg is answered and not ended."""
        return self.state == "answered"

    def seconds(self, now: datetime) -> int:
        """Count whole seconds since the leg was answered, up to its end; 0 if it never was."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or now) - self.answered_at).total_seconds())


@dataclass(eq=False)
class Participant:
    """One stay of a leg in a conference; role and waiting are never told to anybody."""

    id: str
    leg: Leg
    conference: Conference = field(repr=False)
    created_at: datetime
    updated_at: datetime
    status: Literal["joining", "joined", "left"] = "joining"
    role: Role = "none"
    whisper_to: tuple[str, ...] = ()
    muted: bool = False
    held: bool = False
    waiting: bool = False
    monitor_lifted: bool = False
    end_on_exit: bool = False
    soft_end_on_exit: bool = False
    beep_enabled: str | None = None

    @property
    def only_listens(self) -> bool:
        """Whether this is a supervisor whom nobody can hear (a whisperer to nobody: Telnyx docs, Join a conference)."""
        silent_role = self.role == "monitor" or (self.role == "whisper" and not self.whisper_to)
        return silent_role and not self.monitor_lifted

    @property
    def on_hold(self) -> bool:
        """On hold by command, or because the conference has not started."""
        return self.held or self.waiting


@dataclass(eq=False)
class Conference:
    """A conference with everybody who is or was in it."""

    id: str
    name: str
    app: App
    creator: Leg
    region: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    client_state: str | None = None
    status: Literal["init", "in_progress", "completed"] = "in_progress"
    beep_enabled: str = "never"
    max_participants: int = 250
    end_reason: str | None = None
    ended_by: Leg | None = None
    stays: list[Participant] = field(default_factory=list, repr=False)

    @property
    def participants(self) -> list[Participant]:
        """Those joining or joined, oldest first."""
        return [stay for stay in self.stays if stay.status != "left"]

    @property
    def is_active(self) -> bool:
        """Whether the conference has not completed."""
        return self.status != "completed"

    def leg(self, address: str) -> Leg:
        """Find the leg of the person at an address who is in the conference now; raises LookupError."""
        for participant in self.participants:
            if participant.leg.far_end == address:
                return participant.leg
        raise LookupError(f"{address} is not in conference {self.name}")
