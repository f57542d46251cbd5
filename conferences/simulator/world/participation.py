"""What can happen to a participant: joining, changing role, mute, hold, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conferences.simulator import refusals
from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.answering import Answering
from conferences.simulator.world.records import Conference, Leg, Participant, Role


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


class Participation(Answering):
    """The transitions of participants; only joining and leaving are announced, as with Telnyx."""

    def join(self, conference: Conference, leg: Leg, options: JoinOptions) -> Participant:
        """Put an answered leg into a conference (participant.joined); Refusal 90019, 90044 or 90032."""
        with self.lock:
            self._may_join(conference, leg)
            if leg.participant:
                self.leave(leg.participant)
            participant = self._new_participant(conference, leg, options)
            self._take_client_state(conference, leg, options.client_state)
            if options.start_on_enter:
                self.start(conference)
            if self.switches.join_seconds:
                self.after(self.switches.join_seconds, lambda: self._joined(participant))
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
        at = self.moment()
        participant = Participant(
            identifiers.new_uuid(self.random), leg, conference, at, at, role=options.role,
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
        participant.status, participant.updated_at = "joined", self.moment()
        payload = envelopes.conference_payload(conference, leg)
        self.emit("conference.participant.joined", conference.app, payload, at=participant.updated_at, leg=leg)

    def start(self, conference: Conference) -> None:
        """Start a conference that was created not started: those who waited no longer do. Nothing announces it."""
        if conference.status == "init":
            conference.status, conference.updated_at = "in_progress", self.moment()
            for participant in conference.participants:
                participant.waiting, participant.updated_at = False, conference.updated_at

    def change_role(self, participant: Participant, role: Role, whisper_to: tuple[str, ...]) -> None:
        """actions/update: role and whisper list are replaced together; nothing announces it."""
        with self.lock:
            participant.role = role
            participant.whisper_to = whisper_to if role == "whisper" else ()
            participant.monitor_lifted = False
            participant.updated_at = self.moment()

    def mute(self, participants: Iterable[Participant], muted: bool = True) -> None:
        """Mute or unmute participants; whether unmuting lifts a monitor is a switch. Nothing announces it."""
        with self.lock:
            lifted = not muted and self.switches.unmute_lifts_monitor
            for participant in participants:
                participant.muted, participant.updated_at = muted, self.moment()
                participant.monitor_lifted = participant.monitor_lifted or (lifted and participant.only_listens)

    def hold(self, participants: Iterable[Participant], held: bool = True) -> None:
        """Hold or resume participants; whether call.hold follows is a switch, otherwise nothing announces it."""
        with self.lock:
            for participant in participants:
                changed = participant.held != held
                participant.held, participant.updated_at = held, self.moment()
                if changed and self.switches.conference_hold_emits_call_hold:
                    leg = participant.leg
                    self._announce("call.hold" if held else "call.unhold", leg, envelopes.call_payload(leg))

    def leave(self, participant: Participant) -> None:
        """A participant leaves; the leg stays up, parked. May end the conference."""
        with self.lock:
            self.depart(participant)
            self._after_departure(participant)

    def depart(self, participant: Participant) -> None:
        """The leaving itself (participant.left), without what it may mean for the conference."""
        if participant.status == "left":
            return
        announced = participant.status == "joined"
        conference, leg = participant.conference, participant.leg
        participant.status, participant.updated_at = "left", self.moment()
        leg.participant = None
        if announced:
            payload = envelopes.conference_payload(conference, leg)
            self.emit("conference.participant.left", conference.app, payload, at=participant.updated_at, leg=leg)

    def _after_departure(self, participant: Participant) -> None:
        conference, leg = participant.conference, participant.leg
        if participant.end_on_exit:
            self.complete(conference, "host_left", hang_up=True, by=leg)
        elif participant.soft_end_on_exit:
            self.complete(conference, "host_left", hang_up=False, by=leg)
        elif not conference.participants:
            self.complete(conference, "all_left", hang_up=False, by=leg)

    def leg_ended(self, leg: Leg) -> None:
        """A leg that ended leaves its conference."""
        super().leg_ended(leg)
        if leg.participant:
            self.leave(leg.participant)

    def complete(self, conference: Conference, reason: str, *, hang_up: bool, by: Leg | None = None) -> None:
        """End the conference; what that means is said where conferences are."""
        raise NotImplementedError

    def floor(self, participant: Participant) -> None:
        """A participant begins to speak (conference.floor.changed)."""
        conference, leg = participant.conference, participant.leg
        payload = envelopes.conference_payload(conference, leg)
        self.emit("conference.floor.changed", conference.app, payload, at=self.moment(), leg=leg)
