"""What can happen to a call leg: ringing, answering, holding by phone, bridging, hanging up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conferences.simulator import refusals
from conferences.simulator.phones import ANSWERERS, REFUSALS
from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.records import App, Leg, Role
from conferences.simulator.world.state import State

CALL_SECONDS = 14_400
DECLINES = {
    "CALL_REJECTED": ("call_rejected", "603"),
    "NOT_FOUND": ("not_found", "404"),
    "TEMPORARILY_UNAVAILABLE": ("unspecified", "480"),
    "USER_BUSY": ("user_busy", "486"),
}


@dataclass(frozen=True)
class Ending:
    """Why a leg ended, in the words of call.hangup."""

    cause: str = "normal_clearing"
    source: Literal["caller", "callee", "unknown"] = "unknown"
    sip_code: str = "200"
    error_code: str = ""


@dataclass(frozen=True)
class DialOptions:
    """How a leg is dialled; seconds throughout."""

    client_state: str | None = None
    webhook_url: str | None = None
    timeout_secs: int = 30
    time_limit_secs: int = CALL_SECONDS
    retry_on_timeout: bool = True
    link_to: Leg | None = None
    supervises: Leg | None = None
    supervisor_role: Role = "barge"
    detection: str | None = None


class Legs(State):
    """The transitions of legs; each one that Telnyx announces emits its events."""

    def incoming_call(self, from_: str, to: str, app: App | None = None) -> Leg:
        """A customer calls a number of ours: a parked leg (call.initiated, incoming)."""
        with self.lock:
            leg = self._new_leg("incoming", from_, to, app or next(iter(self.apps.values())))
            self._announce("call.initiated", leg, envelopes.initiated(leg))
            return leg

    def dial(self, app: App, from_: str, to: str, options: DialOptions | None = None) -> Leg:
        """Start an outgoing leg (call.initiated); the phone book decides what the far end does."""
        options = options or DialOptions()
        with self.lock:
            leg = self._new_leg("outgoing", from_, to, app, session=options.link_to or options.supervises)
            leg.client_state, leg.webhook_url = options.client_state, options.webhook_url
            leg.supervises, leg.supervisor_role = options.supervises, options.supervisor_role
            leg.detection = options.detection
            self._announce("call.initiated", leg, envelopes.initiated(leg))
            self._ring(leg, options)
            return leg

    def dial_out(self, app: App, endpoint: str, to: str, *, shown: str | None = None) -> Leg:
        """A browser or SIP phone of ours calls somebody: a parked leg that the application goes on with.

        `shown` is the caller id it shows, its own address if none. The leg is its own end's: `to` is whom it wants.
        """
        with self.lock:
            leg = self._new_leg("outgoing", shown or endpoint, to, app)
            leg.endpoint = endpoint
            self._announce("call.initiated", leg, envelopes.initiated(leg))
            return leg

    def _new_leg(
        self, direction: Literal["incoming", "outgoing"], from_: str, to: str, app: App, session: Leg | None = None
    ) -> Leg:
        ids = [identifiers.call_control_id(self.random), *(identifiers.new_uuid(self.random) for _ in range(2))]
        if session:
            ids[2] = session.call_session_id
        leg = Leg(ids[0], ids[1], ids[2], app, direction, from_, to, created_at=self.moment())
        self.legs[leg.call_control_id] = leg
        return leg

    def _announce(self, event_type: str, leg: Leg, payload: envelopes.Payload) -> None:
        self.emit(event_type, leg.app, payload, at=self.moment(), leg=leg)

    def _ring(self, leg: Leg, options: DialOptions) -> None:
        phone = self.phones.at(leg.to)
        expiry = Ending("timeout" if options.retry_on_timeout else "no_answer", "unknown", "487")
        self.after(options.timeout_secs, lambda: self._give_up(leg, expiry))
        if phone.outcome in ANSWERERS:
            self.after(phone.after, lambda: self.far_end_answers(leg))
        elif phone.outcome in REFUSALS:
            refusal = REFUSALS[phone.outcome]
            declined = Ending(refusal.cause, refusal.source, refusal.sip_code, refusal.error_code)
            self.after(phone.after, lambda: self._give_up(leg, declined))
        leg_limit = Ending("time_limit", "unknown")
        self.after(options.time_limit_secs, lambda: self.end_leg(leg, leg_limit))

    def _give_up(self, leg: Leg, ending: Ending) -> None:
        if leg.state == "initiated":
            self.end_leg(leg, ending)

    def far_end_answers(self, leg: Leg) -> None:
        """The person dialled picks up (call.answered); nothing if the leg no longer rings or is not outgoing."""
        with self.lock:
            if leg.state == "initiated" and leg.direction == "outgoing":
                self._answered(leg)

    def answer(self, leg: Leg) -> None:
        """Our answer command on a parked leg (call.answered); Refusal 90102 for one that an application dialled."""
        with self.lock:
            if leg.direction == "outgoing" and leg.endpoint is None:
                raise refusals.answer_on_outbound()
            if leg.state == "initiated":
                self._answered(leg)

    def _answered(self, leg: Leg) -> None:
        leg.state, leg.answered_at = "answered", self.moment()
        self.emit("call.answered", leg.app, envelopes.answered(leg), at=leg.answered_at, leg=leg)
        if leg.supervises:
            self._joins_bridge(leg)
        self.leg_answered(leg)

    def _joins_bridge(self, leg: Leg) -> None:
        self._announce("call.bridged", leg, envelopes.call_payload(leg))

    def hang_up(self, leg: Leg) -> None:
        """Our hangup command (call.hangup, and what follows from it)."""
        outgoing = leg.direction == "outgoing" and leg.endpoint is None
        cause = "originator_cancel" if outgoing and leg.state == "initiated" else "normal_clearing"
        self.end_leg(leg, Ending(cause, "caller" if outgoing else "callee"))

    def far_end_hangs_up(self, leg: Leg) -> None:
        """The person on the leg puts the phone down, or gives up ringing us."""
        incoming = leg.direction == "incoming" or leg.endpoint is not None
        cause = "originator_cancel" if incoming and leg.state == "initiated" else "normal_clearing"
        self.end_leg(leg, Ending(cause, "caller" if incoming else "callee"))

    def reject(self, leg: Leg, cause: str) -> None:
        """Our reject command on an inbound leg that is not answered."""
        hangup_cause, sip_code = DECLINES[cause]
        self.end_leg(leg, Ending(hangup_cause, "callee", sip_code))

    def end_leg(self, leg: Leg, ending: Ending) -> None:
        """End a leg for whatever reason (call.hangup); nothing if it has ended already."""
        with self.lock:
            if leg.state == "ended":
                return
            leg.state, leg.ended_at, leg.hangup_cause = "ended", self.moment(), ending.cause
            payload = envelopes.hangup(leg, ending.source, ending.sip_code, ending.error_code)
            self.emit("call.hangup", leg.app, payload, at=leg.ended_at, leg=leg)
            self._unbridge(leg)
            self.leg_ended(leg)

    def _unbridge(self, leg: Leg) -> None:
        peer, leg.bridged_with = leg.bridged_with, None
        if peer is None:
            return
        peer.bridged_with = None
        if not peer.parks_after_unbridge:
            self.end_leg(peer, Ending())

    def far_end_holds(self, leg: Leg, held: bool = True) -> None:
        """The phone itself holds or resumes, by SIP (call.hold, call.unhold); nothing if it does already."""
        with self.lock:
            if leg.state == "answered" and leg.held_by_phone != held:
                leg.held_by_phone = held
                self._announce("call.hold" if held else "call.unhold", leg, envelopes.call_payload(leg))

    def bridge(self, leg: Leg, peer: Leg, parks_after_unbridge: bool = False) -> None:
        """Connect two answered legs (call.bridged for both); when one ends the other does, unless it parks."""
        with self.lock:
            leg.bridged_with, peer.bridged_with = peer, leg
            leg.parks_after_unbridge = parks_after_unbridge
            for each in (leg, peer):
                self._announce("call.bridged", each, envelopes.call_payload(each))

    def leg_answered(self, leg: Leg) -> None:
        """Called when a leg is answered; conferences wait for this."""

    def leg_ended(self, leg: Leg) -> None:
        """Called when a leg ended; conferences let go of it here."""
