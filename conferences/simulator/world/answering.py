"""What happens on a leg once it is answered: detection of machines, and a spoken line that waits for a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conferences.simulator.phones import ANSWERERS, STANDARD, Answerer, Result
from conferences.simulator.world import envelopes
from conferences.simulator.world.records import Leg
from conferences.simulator.world.state import State

SPEECH_SECONDS_PER_CHARACTER = 0.07
SCREENING = "premium_ios_call_screening_detection"
WHETHER_HEARD = "12"  # the keys of the question whether a supervisor is heard: yes, no
GREETING_ENDS = {"greeting_end": "ended", "detect_words": "ended", "detect_beep": "beep_detected"}


@dataclass(eq=False)
class Gather:
    """A line being spoken to a leg, and the key waited for (Telnyx docs: Gather using speak)."""

    leg: Leg
    payload: str
    valid_digits: str
    timeout_millis: int = 60_000
    maximum_tries: int = 3
    client_state: str | None = None
    over: bool = field(default=False, init=False)
    tries: int = field(default=0, init=False)

    @property
    def seconds_a_try(self) -> float:
        """Speaking the line and waiting after it."""
        return len(self.payload) * SPEECH_SECONDS_PER_CHARACTER + self.timeout_millis / 1000


class Answering:
    """The transitions of an answered leg before anything is done with it; `hears` is asked for what is heard at it."""

    def __init__(self, state: State, hears: Callable[[State, Leg], bool]) -> None:
        self._state, self._hears_a_supervisor = state, hears
        self._gathers: dict[str, Gather] = {}

    def begin_detection(self, leg: Leg) -> None:
        """Begin the detection of a machine, where the dial asked for it."""
        if leg.detection in (None, "disabled"):
            return
        who, switches = self.answerer(leg), self._state.switches
        beeps_first = who.beeps and switches.beep_before_detection
        if not beeps_first:
            self._later(switches.detection_seconds, leg, lambda: self._detected(leg, who.result))
        if who.screens and leg.detection == SCREENING:
            self._later(switches.detection_seconds + switches.screening_seconds, leg, lambda: self._screens(leg, who))
        elif who.beeps:
            seconds = 0.0 if beeps_first else switches.detection_seconds
            self._later(seconds + switches.greeting_seconds, leg, lambda: self.beeps(leg))

    def answerer(self, leg: Leg) -> Answerer:
        """Tell who took the call."""
        return ANSWERERS.get(self._state.phones.at(leg.far_end).outcome, ANSWERERS["answers"])

    def _later(self, seconds: float, leg: Leg, action: Callable[[], object]) -> None:
        self._state.after(seconds, lambda: action() if leg.state == "answered" else None)

    def _detected(self, leg: Leg, result: Result) -> None:
        premium = (leg.detection or "").startswith("premium")
        told = result if premium else STANDARD[result]
        kind = "premium.detection" if premium else "detection"
        self._state.announce(f"call.machine.{kind}.ended", leg, envelopes.call_payload(leg, result=told))
        if self._state.switches.detection_cancels_gather:
            self._end_gather(leg, "cancelled_amd")

    def beeps(self, leg: Leg) -> None:
        """End a machine's greeting in a beep, told only where the dial asked for it (call.machine….greeting.ended)."""
        if (leg.detection or "").startswith("premium"):
            payload = envelopes.call_payload(leg, result="beep_detected")
            self._state.announce("call.machine.premium.greeting.ended", leg, payload)
        elif leg.detection in GREETING_ENDS:
            payload = envelopes.call_payload(leg, result=GREETING_ENDS[leg.detection])
            self._state.announce("call.machine.greeting.ended", leg, payload)

    def _screens(self, leg: Leg, who: Answerer) -> None:
        """Sound the screener's tone, after which detection starts anew; without one its prompt just ends.

        https://developers.telnyx.com/api-reference/callbacks/call-machine-premium-call-screening-detected
        """
        after = who.after_screening
        if after is None:
            payload = envelopes.call_payload(leg, result="prompt_ended")
            self._state.announce("call.machine.premium.greeting.ended", leg, payload)
            return
        payload = envelopes.call_payload(leg, result="screening")
        self._state.announce("call.machine.premium.call_screening.detected", leg, payload)
        seconds = self._state.switches.pick_up_seconds + self._state.switches.detection_seconds
        self._later(seconds, leg, lambda: self._detected(leg, after))
        if who.beeps:
            self._later(seconds + self._state.switches.greeting_seconds, leg, lambda: self.beeps(leg))

    def gather(self, gather: Gather) -> None:
        """Speak the line of a gather until a key comes or the tries are over (call.gather.ended).

        One that is under way on the leg is cancelled.
        """
        with self._state.lock:
            leg = gather.leg
            self._end_gather(leg, "cancelled")
            leg.client_state = gather.client_state or leg.client_state
            self._gathers[leg.call_control_id] = gather
            self._speak(gather)
            who = self.answerer(leg)
            if who.key is not None:
                seconds = who.key_after + (self._until_picked_up(leg) if who.screens else 0.0)
                self._later(seconds, leg, lambda: self._answers(gather, who))

    def _answers(self, gather: Gather, who: Answerer) -> None:
        key = who.key
        if gather.valid_digits == WHETHER_HEARD:
            heard = self._hears_a_supervisor(self._state, gather.leg)
            key = {"truth": "21"[heard], "opposite": "12"[heard], "nothing": None}[who.tells]
        if key is not None and not gather.over:
            self.presses(gather.leg, key)

    def _until_picked_up(self, leg: Leg) -> float:
        picks_up = self._state.switches.screening_seconds + self._state.switches.pick_up_seconds
        return max(0.0, picks_up - (self._state.now() - (leg.answered_at or self._state.now())).total_seconds())

    def _speak(self, gather: Gather) -> None:
        if gather.over:
            return
        if gather.tries >= gather.maximum_tries:
            self._end_gather(gather.leg, "timeout")
            return
        gather.tries += 1
        self._later(gather.seconds_a_try, gather.leg, lambda: self._speak(gather))

    def presses(self, leg: Leg, key: str) -> None:
        """Let somebody press a key (call.dtmf.received); of a wrong one, a gather says so and waits for another."""
        with self._state.lock:
            if leg.state != "answered":
                return
            self._state.announce("call.dtmf.received", leg, envelopes.call_payload(leg, digit=key))
            gather = self._gathers.get(leg.call_control_id)
            if gather is None:
                return
            if key in gather.valid_digits:
                self._end_gather(leg, "valid", key)
            elif gather.tries >= gather.maximum_tries:
                self._end_gather(leg, "invalid", key)
            else:
                gather.tries += 1
                who = self.answerer(leg)
                if who.key == key:
                    self._later(who.key_after, leg, lambda: self.presses(leg, key))

    def _end_gather(self, leg: Leg, status: str, digits: str = "") -> None:
        gather = self._gathers.pop(leg.call_control_id, None)
        if gather is not None:
            gather.over = True
            payload = envelopes.call_payload(leg, status=status, digits=digits)
            self._state.announce("call.gather.ended", leg, payload)

    def end_gather_of(self, leg: Leg) -> None:
        """End the waiting for a key on a leg that ended (call.gather.ended)."""
        self._end_gather(leg, "call_hangup")
