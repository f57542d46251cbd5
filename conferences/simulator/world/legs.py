"""What can happen to a call leg: ringing, answering, holding by phone, bridging, hanging up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from conferences.simulator import refusals
from conferences.simulator.phones import ANSWERERS, REFUSALS
from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.records import App, Leg, Role
from conferences.simulator.world.state import State

LegHook = Callable[[Leg], object]
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


class Legs:
    """The transitions of legs; each one that Telnyx announces emits its events.

    `when_answered` and `when_ended` are called with the leg, in their order, after the event.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.when_answered: list[LegHook] = []
        self.when_ended: list[LegHook] = []

    def incoming_call(self, from_: str, to: str, app: App | None = None) -> Leg:
        """Let a customer call a number of ours: a parked leg (call.initiated, incoming)."""
        with self._state.lock:
            leg = self._new_leg("incoming", from_, to, app or next(iter(self._state.apps.values())))
            self._state.announce("call.initiated", leg, envelopes.initiated(leg))
            return leg

    def dial(self, app: App, from_: str, to: str, options: DialOptions | None = None) -> Leg:
        """Start an outgoing leg (call.initiated); the phone book decides what the far end does."""
        options = options or DialOptions()
        with self._state.lock:
            leg = self._new_leg("outgoing", from_, to, app, session=options.link_to or options.supervises)
            leg.client_state, leg.webhook_url = options.client_state, options.webhook_url
            leg.supervises, leg.supervisor_role = options.supervises, options.supervisor_role
            leg.detection = options.detection
            self._state.announce("call.initiated", leg, envelopes.initiated(leg))
            self._ring(leg, options)
            return leg

    def dial_out(self, app: App, endpoint: str, to: str, *, shown: str | None = None) -> Leg:
        """Let a browser or SIP phone of ours call somebody: a parked leg that the application goes on with.

        `shown` is the caller id it shows, its own address if none. The leg is its own end's: `to` is whom it wants.
        """
        with self._state.lock:
            leg = self._new_leg("outgoing", shown or endpoint, to, app)
            leg.endpoint = endpoint
            self._state.announce("call.initiated", leg, envelopes.initiated(leg))
            return leg

    def _new_leg(
        self, direction: Literal["incoming", "outgoing"], from_: str, to: str, app: App, session: Leg | None = None
    ) -> Leg:
        random = self._state.random
        ids = [identifiers.call_control_id(random), identifiers.new_uuid(random), identifiers.new_uuid(random)]
        if session:
            ids[2] = session.call_session_id
        leg = Leg(ids[0], ids[1], ids[2], app, direction, from_, to, created_at=self._state.moment())
        leg.headers = self._state.phones.headers.get(from_, {}) | self._state.phones.headers.get(to, {})
        self._state.legs[leg.call_control_id] = leg
        return leg

    def _ring(self, leg: Leg, options: DialOptions) -> None:
        phone = self._state.phones.at(leg.to)
        expiry = Ending("timeout" if options.retry_on_timeout else "no_answer", "unknown", "487")
        self._state.after(options.timeout_secs, lambda: self._give_up(leg, expiry))
        if phone.outcome in ANSWERERS:
            self._state.after(phone.after, lambda: self.far_end_answers(leg))
        elif phone.outcome in REFUSALS:
            refusal = REFUSALS[phone.outcome]
            declined = Ending(refusal.cause, refusal.source, refusal.sip_code, refusal.error_code)
            self._state.after(phone.after, lambda: self._give_up(leg, declined))
        leg_limit = Ending("time_limit", "unknown")
        self._state.after(options.time_limit_secs, lambda: self.end(leg, leg_limit))

    def _give_up(self, leg: Leg, ending: Ending) -> None:
        if leg.state == "initiated":
            self.end(leg, ending)

    def far_end_answers(self, leg: Leg) -> None:
        """Let the person dialled pick up (call.answered); nothing if it no longer rings or is not outgoing."""
        with self._state.lock:
            if leg.state == "initiated" and leg.direction == "outgoing":
                self._answered(leg)

    def answer(self, leg: Leg) -> None:
        """Answer a parked leg by command (call.answered); Refusal 90102 for one that an application dialled."""
        with self._state.lock:
            if leg.direction == "outgoing" and leg.endpoint is None:
                raise refusals.answer_on_outbound()
            if leg.state == "initiated":
                self._answered(leg)

    def _answered(self, leg: Leg) -> None:
        leg.state, leg.answered_at = "answered", self._state.moment()
        self._state.emit("call.answered", leg.app, envelopes.answered(leg), at=leg.answered_at, leg=leg)
        if leg.supervises:
            self._state.announce("call.bridged", leg, envelopes.call_payload(leg))
        for hook in self.when_answered:
            hook(leg)

    def hang_up(self, leg: Leg) -> None:
        """Hang a leg up by command (call.hangup, and what follows from it)."""
        outgoing = leg.direction == "outgoing" and leg.endpoint is None
        cause = "originator_cancel" if outgoing and leg.state == "initiated" else "normal_clearing"
        self.end(leg, Ending(cause, "caller" if outgoing else "callee"))

    def far_end_hangs_up(self, leg: Leg) -> None:
        """Let the person on the leg put the phone down, or give up ringing us."""
        incoming = leg.direction == "incoming" or leg.endpoint is not None
        cause = "originator_cancel" if incoming and leg.state == "initiated" else "normal_clearing"
        self.end(leg, Ending(cause, "caller" if incoming else "callee"))

    def reject(self, leg: Leg, cause: str) -> None:
        """Reject by command an inbound leg that is not answered."""
        hangup_cause, sip_code = DECLINES[cause]
        self.end(leg, Ending(hangup_cause, "callee", sip_code))

    def end(self, leg: Leg, ending: Ending) -> None:
        """End a leg for whatever reason (call.hangup); nothing if it has ended already."""
        with self._state.lock:
            if leg.state == "ended":
                return
            leg.state, leg.ended_at, leg.hangup_cause = "ended", self._state.moment(), ending.cause
            payload = envelopes.hangup(leg, ending.source, ending.sip_code, ending.error_code)
            self._state.emit("call.hangup", leg.app, payload, at=leg.ended_at, leg=leg)
            self._unbridge(leg)
            for hook in self.when_ended:
                hook(leg)

    def _unbridge(self, leg: Leg) -> None:
        peer, leg.bridged_with = leg.bridged_with, None
        if peer is None:
            return
        peer.bridged_with = None
        if not peer.parks_after_unbridge:
            self.end(peer, Ending())

    def far_end_holds(self, leg: Leg, held: bool = True) -> None:
        """Let the phone itself hold or resume, by SIP (call.hold, call.unhold); nothing if it does already."""
        with self._state.lock:
            if leg.state == "answered" and leg.held_by_phone != held:
                leg.held_by_phone = held
                self._state.announce("call.hold" if held else "call.unhold", leg, envelopes.call_payload(leg))

    def bridge(self, leg: Leg, peer: Leg, parks_after_unbridge: bool = False) -> None:
        """Connect two answered legs (call.bridged for both); when one ends the other does, unless it parks."""
        with self._state.lock:
            leg.bridged_with, peer.bridged_with = peer, leg
            leg.parks_after_unbridge = parks_after_unbridge
            for each in (leg, peer):
                self._state.announce("call.bridged", each, envelopes.call_payload(each))
