"""What the provider tells of who answered a leg: its detection of machines, and the key that was asked for."""

from dataclasses import replace
from typing import Final

from conferences.fold.lookup import leg_of
from conferences.fold.states import AnsweredBy, LegState, State
from conferences.telnyx.events import Event
from conferences.telnyx.events.redaction import ANSWER

# Results of call.machine.detection.ended and call.machine.premium.detection.ended; any other proves nobody's presence.
_DETECTED: Final = {
    "human": AnsweredBy.HUMAN,
    "human_residence": AnsweredBy.HUMAN,
    "human_business": AnsweredBy.HUMAN,
    "machine": AnsweredBy.MACHINE,
    "fax_detected": AnsweredBy.FAX,
    "silence": AnsweredBy.SILENCE,
}
_FINAL: Final = (AnsweredBy.VOICEMAIL, AnsweredBy.FAX, AnsweredBy.SCREENER)
_A_MACHINES: Final = ("", AnsweredBy.MACHINE, AnsweredBy.SCREENING, AnsweredBy.VOICEMAIL)


def detected(state: State, fact: Event) -> None:
    """Take the word of a detection that ended; of several the last one holds, for it starts anew after a call screener.

    What beeped or whistled is no person, whatever is said of it later.
    """
    leg = leg_of(state, fact)
    if leg is not None and leg.answered_by not in _FINAL:
        _answered_by(state, fact, _DETECTED.get(fact.text("result") or "", AnsweredBy.NOT_SURE))


def screening(state: State, fact: Event) -> None:
    """Take note of a call screener's tone: whoever it lets the call through to is detected next."""
    leg = leg_of(state, fact)
    if leg is not None:
        state.legs[leg.call_control_id] = replace(leg, screened=True)
        _answered_by(state, fact, AnsweredBy.SCREENING)


def greeting_ended(state: State, fact: Event) -> None:
    """Take note of a greeting's end: in a beep it is a voicemail's, and may come instead of the detection's end."""
    leg = leg_of(state, fact)
    if leg is None:
        return
    result = fact.text("result") or ""
    if result == "prompt_ended":
        _answered_by(state, fact, AnsweredBy.SCREENER)
    elif result == "beep_detected" or (result in ("ended", "no_beep_detected") and leg.answered_by in _A_MACHINES):
        _answered_by(state, fact, AnsweredBy.VOICEMAIL)
    elif not leg.answered_by:
        _answered_by(state, fact, AnsweredBy.NOT_SURE)


def _answered_by(state: State, fact: Event, who: AnsweredBy) -> None:
    leg = leg_of(state, fact)
    if leg is not None:
        state.legs[leg.call_control_id] = replace(leg, answered_by=who.value, answered_by_at=fact.occurred_at)


def gather_ended(state: State, fact: Event) -> None:
    """Take note that the waiting for a key ended; once it came, nothing later undoes that a person is there."""
    leg = leg_of(state, fact)
    if leg is None:
        return
    status, asked_by = fact.text("status") or "", fact.client_state or ""
    earlier = leg.gathers if leg.gather_for == asked_by else 0
    told: LegState = replace(leg, gather_status=status, gather_for=asked_by, gathers=earlier + 1)
    told = replace(told, gather_answer=fact.text(ANSWER, 1) or "")
    if status == "valid":
        told = replace(told, confirmed_at=fact.occurred_at, confirmed_for=asked_by)
    state.legs[leg.call_control_id] = told
