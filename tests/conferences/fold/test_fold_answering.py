"""Who answered, and whether the key was pressed, in whatever order the provider tells it."""

from __future__ import annotations

from itertools import permutations

import pytest

from conferences.fold import fold
from tests.support.events import arrive, event

SCREENING = ("premium.call_screening.detected", "screening")


def machine(at: float, kind: str, result: str | None):
    return event(f"call.machine.{kind}", at, leg="a", **({"result": result} if result else {}))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("detection.ended", "human")], "human"),
        ([("detection.ended", "machine")], "machine"),
        ([("detection.ended", "not_sure")], "not_sure"),
        ([("detection.ended", "robot")], "not_sure"),
        ([("detection.ended", None)], "not_sure"),
        ([("premium.detection.ended", "human_residence")], "human"),
        ([("premium.detection.ended", "human_business")], "human"),
        ([("premium.detection.ended", "machine")], "machine"),
        ([("premium.detection.ended", "silence")], "silence"),
        ([("premium.detection.ended", "fax_detected")], "fax"),
        ([("premium.detection.ended", "not_sure")], "not_sure"),
        ([("premium.greeting.ended", "beep_detected")], "voicemail"),
        ([("greeting.ended", "beep_detected")], "voicemail"),
        ([("greeting.ended", "ended")], "voicemail"),
        ([("greeting.ended", "not_sure")], "not_sure"),
        ([("premium.greeting.ended", "prompt_ended")], "screener"),
        ([("premium.detection.ended", "machine"), ("premium.greeting.ended", "beep_detected")], "voicemail"),
        ([("premium.detection.ended", "machine"), ("premium.greeting.ended", "no_beep_detected")], "voicemail"),
        ([("premium.detection.ended", "human_residence"), ("premium.greeting.ended", "beep_detected")], "voicemail"),
        ([("premium.detection.ended", "human_residence"), ("premium.greeting.ended", "no_beep_detected")], "human"),
        ([("premium.detection.ended", "machine"), ("premium.greeting.ended", "prompt_ended")], "screener"),
        ([("premium.greeting.ended", "beep_detected"), ("premium.detection.ended", "human_residence")], "voicemail"),
        ([("premium.detection.ended", "fax_detected"), ("premium.detection.ended", "human_business")], "fax"),
        ([("premium.detection.ended", "machine"), SCREENING], "screening"),
        ([("premium.detection.ended", "machine"), SCREENING, ("premium.detection.ended", "human_business")], "human"),
        ([("premium.detection.ended", "machine"), SCREENING, ("premium.detection.ended", "machine")], "machine"),
    ],
)
def test_who_answered_is_independent_of_arrival_order(told, expected):
    facts = [event("call.answered", 0, leg="a"), *(machine(at, *one) for at, one in enumerate(told, start=1))]
    for order in permutations([*facts, facts[-1]]):
        (*_, state) = arrive(order)
        assert state.legs["a"].answered_by == expected
        assert state == fold(facts)
    assert state.legs["a"].screened is (SCREENING in told)


@pytest.mark.parametrize(
    ("statuses", "confirmed"),
    [
        (["valid"], True),
        (["invalid"], False),
        (["timeout"], False),
        (["call_hangup"], False),
        (["cancelled"], False),
        (["cancelled_amd"], False),
        ([None], False),
        (["good"], False),
        (["timeout", "valid"], True),
        (["valid", "timeout"], True),
        (["valid", "call_hangup"], True),
    ],
)
def test_a_pressed_key_counts_in_every_arrival_order(statuses, confirmed):
    facts = [event("call.answered", 0, leg="a")]
    for at, status in enumerate(statuses, start=1):
        facts.append(
            event("call.gather.ended", at, leg="a", client_state="bWU=", **({"status": status} if status else {}))
        )
    for order in permutations(facts):
        (*_, state) = arrive(order)
        leg = state.legs["a"]
        assert (leg.confirmed_at is not None, leg.confirmed_for) == (confirmed, "bWU=" if confirmed else "")
        assert leg.gather_status == (statuses[-1] or "")


def test_late_news_does_not_revive_an_ended_leg():
    facts = [event("call.hangup", 1, leg="a"), machine(2, "detection.ended", "machine")]
    assert fold(facts).legs["a"].state == "ended"
