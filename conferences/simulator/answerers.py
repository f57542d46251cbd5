"""Who takes a call that is answered, what the provider's detection makes of them, and which key they press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conferences.simulator.phones import Outcome

Result = Literal["human_residence", "machine", "silence", "fax_detected", "not_sure"]
# What the standard detection says where the premium one says more (Telnyx: Dial page).
STANDARD: dict[Result, str] = {
    "human_residence": "human",
    "machine": "machine",
    "silence": "not_sure",
    "fax_detected": "machine",
    "not_sure": "not_sure",
}


@dataclass(frozen=True)
class Answerer:
    """Whoever is on the phone: `result` is what detection finds, `key` what is pressed when a spoken line asks for one.

    `key_after` counts from when the line began. `beeps`: a greeting ends in a beep. `screens`: a screener asks who is
    calling, and after its tone detection starts anew and finds `after_screening`; None: nobody takes the call then.
    """

    result: Result = "human_residence"
    key: str | None = None
    key_after: float = 1.0
    beeps: bool = False
    screens: bool = False
    after_screening: Result | None = None


ANSWERERS: dict[Outcome, Answerer] = {
    "answers": Answerer(key="1"),
    "wrong_key": Answerer(key="7"),
    "no_key": Answerer(),
    "late_key": Answerer(key="1", key_after=14.0),
    "unclear": Answerer("not_sure", key="1"),
    "silence": Answerer("silence"),
    "fax": Answerer("fax_detected"),
    "voicemail": Answerer("machine", beeps=True),
    "screener": Answerer("machine", screens=True),
    "screener_then_person": Answerer("machine", key="1", screens=True, after_screening="human_residence"),
    "screener_then_voicemail": Answerer("machine", beeps=True, screens=True, after_screening="machine"),
}
