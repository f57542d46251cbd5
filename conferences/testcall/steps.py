"""What a test call does next; pure. A step is a name, with a phone or a mode after a colon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conferences.models import Leg, TestCall
from conferences.telnyx.commands import encode_client_state
from conferences.telnyx.events.redaction import OF_A_TEST

AGENT, CUSTOMER, SUPERVISOR = "agent", "customer", "supervisor"
PHONES: Final = (AGENT, CUSTOMER, SUPERVISOR)
MODES: Final = (TestCall.State.MONITOR, TestCall.State.WHISPER, TestCall.State.BARGE)
# Who is to hear the supervisor in each mode, as the audibility of every page says.
EXPECTED: Final[Mapping[str, Mapping[str, bool]]] = {
    TestCall.State.MONITOR: {AGENT: False, CUSTOMER: False},
    TestCall.State.WHISPER: {AGENT: True, CUSTOMER: False},
    TestCall.State.BARGE: {AGENT: True, CUSTOMER: True},
}
ANSWER_WITHIN, HEAR_WITHIN = timedelta(seconds=90), timedelta(minutes=5)
YES, NO = "1", "2"  # the keys by which a phone says whether the supervisor was heard at it
# In order; what belongs to a mode waits until what was heard in the one before is told.
_ORDER: Final = (
    "create", "join:customer", "join:supervisor", "say:monitor",
    "update:whisper", "unmute", "say:whisper",
    "update:barge", "say:barge",
)  # fmt: skip
_WAITS_FOR: Final = {"update:whisper": TestCall.State.MONITOR, "update:barge": TestCall.State.WHISPER}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it cannot go on, and at which step."""

    step: str
    sentence: str


def client_state(test: TestCall, phone: str, mode: str = "") -> str:
    """Return what is sent along with a phone's leg, by which it is found again, or with a mode's question at it."""
    return encode_client_state(":".join(filter(None, (f"{OF_A_TEST}{test.pk}", phone, mode))))


def next_step(test: TestCall, legs: Mapping[str, Leg], now: datetime) -> str | Failure | None:
    """Return the step to take, why there is none any more, or None while somebody is waited for."""
    for phone in PHONES:
        if f"dial:{phone}" not in test.done:
            return f"dial:{phone}"
    for phone, leg in legs.items():
        if leg.state == Leg.State.ENDED:
            return Failure(f"phone:{phone}", f"The {phone}'s phone hung up, or was not reached.")
    if len(legs) < len(PHONES) or not all(_is_confirmed(test, leg, phone) for phone, leg in legs.items()):
        return _before_all_are_there(test, legs, now)
    return _question(test, legs) or _in_the_call(test, now)


def _before_all_are_there(test: TestCall, legs: Mapping[str, Leg], now: datetime) -> str | Failure | None:
    for phone, leg in legs.items():
        if leg.state == Leg.State.ANSWERED and f"ask:{phone}" not in test.done:
            return f"ask:{phone}"
        if leg.gather_status and not _is_confirmed(test, leg, phone):
            return Failure(f"ask:{phone}", f"Nobody pressed 1 at the {phone}'s phone.")
    if now - test.started_at > ANSWER_WITHIN:
        missing = next(one for one in PHONES if one not in legs or not _is_confirmed(test, legs[one], one))
        return Failure(f"phone:{missing}", f"The {missing}'s phone was not answered in time.")
    return None


def _question(test: TestCall, legs: Mapping[str, Leg]) -> str | None:
    """What is asked at the phones of a mode: of those who listen only once she said by her key that she has spoken.

    Before that "not heard" would prove nothing. A phone that cannot be asked has a person who says it on the page.
    """
    mode = test.state
    if f"refused:say:{mode}" in test.done and f"tell:{mode}" not in test.done:
        return f"tell:{mode}"
    if mode in test.answers or key_of(test, legs[SUPERVISOR], SUPERVISOR, mode) != YES:
        return None
    told = test.proof.get(mode, {})
    asked = (f"heard:{phone}:{mode}" for phone in EXPECTED[mode] if phone not in told)
    return next((step for step in asked if step not in test.done), None)


def key_of(test: TestCall, leg: Leg, phone: str, mode: str) -> str:
    """Return the key by which a phone answered the question of this mode, "" as long as it has not."""
    return leg.gather_answer if mode in EXPECTED and leg.gather_for == client_state(test, phone, mode) else ""


def _in_the_call(test: TestCall, now: datetime) -> str | Failure | None:
    step = next((one for one in _ORDER if one not in test.done), None)
    if step is not None and (step not in _WAITS_FOR or _WAITS_FOR[step] in test.answers):
        return step
    if step is None and TestCall.State.BARGE in test.answers:
        return "finish"
    if now - test.state_since > HEAR_WITHIN:
        return Failure(f"heard:{test.state}", "Nobody said in time what was heard.")
    return None


def _is_confirmed(test: TestCall, leg: Leg, phone: str) -> bool:
    return f"ask:{phone}" in test.done and leg.confirmed_at is not None


def differences(answers: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Return what was heard otherwise than Earshot says, in sentences."""
    found = []
    for mode, expected in EXPECTED.items():
        for phone, heard in expected.items():
            if mode in answers and answers[mode][phone] != heard:
                said = "was not heard" if heard else "was heard"
                found.append(f"In {TestCall.State(mode).label} the supervisor {said} at the {phone}'s phone.")
    return found
