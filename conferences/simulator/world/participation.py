"""What can happen to a participant: joining, changing role, mute, hold, leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conferences.simulator import refusals
from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.records import Conference, Leg, Participant, Role
from conferences.simulator.world.state import State


@dataclass(frozen=True)
class JoinOptions:
    """How a leg joins a conference."""

    role: Role = "none"
    whisper_to: tuple[str, ...] = ()
    mute: bool = False
    hold: bool = False
    end_on_exit: bool = False
    soft_end_on_exit: bool = False
    start_on_enter: bool = False
    beep_enabled: str | None = None
    client_state: str | None = None


class Participation:
    """The transitions of participants; only joining and leaving are announced, as with Telnyx.

    `when_left` is called with each participant that left by itself, not because its conference ended.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.when_left: list[Callable[[Participant], object]] = []

    def join(self, conference: Conference, leg: Leg, options: JoinOptions) -> Participant:
        """Put an answered leg into a conference (participant.joined); Refusal 90019, 90044 or 90032."""
        with self._state.lock:
            self._may_join(conference, leg)
            if leg.participant:
                self.leave(leg.participant)
            participant = self._new_participant(conference, leg, options)
            self._take_client_state(conference, leg, options.client_state)
            if options.start_on_enter:
                self.start(conference)
            if self._state.switches.join_seconds:
                self._state.after(self._state.switches.join_seconds, lambda: self._joined(participant))
            else:
                self._joined(participant)
            return participant

    @staticmethod
    def _may_join(conference: Conference, leg: Leg) -> None:
        if not conference.is_active:
            raise refusals.conference_ended()
        if leg.participant and leg.participant.conference is conference:
            raise refusals.joined_already()
        if len(conference.participants) >= conference.max_participants:
            raise refusals.conference_full(conference.max_participants)

    def _new_participant(self, conference: Conference, leg: Leg, options: JoinOptions) -> Participant:
        at = self._state.moment()
        participant = Participant(
            identifiers.new_uuid(self._state.random), leg, conference, at, at, role=options.role,
            whisper_to=options.whisper_to if options.role == "whisper" else (), muted=options.mute,
            held=options.hold, waiting=conference.status == "init", end_on_exit=options.end_on_exit,
            soft_end_on_exit=options.soft_end_on_exit, beep_enabled=options.beep_enabled,
        )  # fmt: skip
        leg.participant = participant
        conference.stays.append(participant)
        return participant

    @staticmethod
    def _take_client_state(conference: Conference, leg: Leg, client_state: str | None) -> None:
        if client_state is None:
            return
        leg.client_state = client_state
        if leg is conference.creator:
            conference.client_state = client_state

    def _joined(self, participant: Participant) -> None:
        if participant.status != "joining":
            return
        conference, leg = participant.conference, participant.leg
        participant.status, participant.updated_at = "joined", self._state.moment()
        payload = envelopes.conference_payload(conference, leg)
        self._state.emit("conference.participant.joined", conference.app, payload, at=participant.updated_at, leg=leg)

    def start(self, conference: Conference) -> None:
        """Start a conference that was created not started: those who waited no longer do. Nothing announces it."""
        if conference.status == "init":
            conference.status, conference.updated_at = "in_progress", self._state.moment()
            for participant in conference.participants:
                participant.waiting, participant.updated_at = False, conference.updated_at

    def change_role(self, participant: Participant, role: Role, whisper_to: tuple[str, ...]) -> None:
        """Replace role and whisper list together; nothing announces it."""
        with self._state.lock:
            participant.role = role
            participant.whisper_to = whisper_to if role == "whisper" else ()
            participant.monitor_lifted = False
            participant.updated_at = self._state.moment()

    def mute(self, participants: Iterable[Participant], muted: bool = True) -> None:
        """Mute or unmute participants; whether unmuting lifts a monitor is a switch. Nothing announces it."""
        with self._state.lock:
            lifted = not muted and self._state.switches.unmute_lifts_monitor
            for participant in participants:
                participant.muted, participant.updated_at = muted, self._state.moment()
                participant.monitor_lifted = participant.monitor_lifted or (lifted and participant.only_listens)

    def hold(self, participants: Iterable[Participant], held: bool = True) -> None:
        """Hold or resume participants; whether call.hold follows is a switch, otherwise nothing announces it."""
        with self._state.lock:
            for participant in participants:
                changed = participant.held != held
                participant.held, participant.updated_at = held, self._state.moment()
                if changed and self._state.switches.conference_hold_emits_call_hold:
                    leg = participant.leg
                    self._state.announce("call.hold" if held else "call.unhold", leg, envelopes.call_payload(leg))

    def leave(self, participant: Participant) -> None:
        """Let a participant leave; the leg stays up, parked. May end the conference."""
        with self._state.lock:
            self.depart(participant)
            for hook in self.when_left:
                hook(participant)

    def depart(self, participant: Participant) -> None:
        """Let a participant leave (participant.left), without what it may mean for the conference."""
        if participant.status == "left":
            return
        announced = participant.status == "joined"
        conference, leg = participant.conference, participant.leg
        participant.status, participant.updated_at = "left", self._state.moment()
        leg.participant = None
        if announced:
            payload = envelopes.conference_payload(conference, leg)
            self._state.emit("conference.participant.left", conference.app, payload, at=participant.updated_at, leg=leg)

    def leave_with_leg(self, leg: Leg) -> None:
        """Let a leg that ended leave its conference."""
        if leg.participant:
            self.leave(leg.participant)

    def floor(self, participant: Participant) -> None:
        """Let a participant begin to speak (conference.floor.changed)."""
        conference, leg = participant.conference, participant.leg
        payload = envelopes.conference_payload(conference, leg)
        self._state.emit("conference.floor.changed", conference.app, payload, at=self._state.moment(), leg=leg)
