"""How each phone in the simulated world behaves when it is dialled, and who is on it once it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Outcome = Literal[
    "answers", "wrong_key", "no_key", "late_key", "tells_nothing", "tells_wrong", "unclear", "silence", "fax",
    "voicemail", "screener", "screener_then_person", "screener_then_voicemail",
    "busy", "rejects", "rings_out", "not_found",
    "not_registered", "wrong_codec", "carrier_fails", "forbidden", "no_such_country", "no_profile", "disabled",
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Result = Literal["human_residence", "machine", "silence", "fax_detected", "not_sure"]
# What the standard detection says where the premium one says more (Telnyx docs: Dial).
STANDARD: dict[Result, str] = {
    "human_residence": "human",
    "machine": "machine",
    "silence": "not_sure",
    "fax_detected": "machine",
    "not_sure": "not_sure",
}


@dataclass(frozen=True)
class Phone:
    """What happens so many seconds after a phone was dialled; one that rings out ignores the seconds."""

    outcome: Outcome = "answers"
    after: float = 2.0


@dataclass(frozen=True)
class Refused:
    """How a call that was not taken shows in call.hangup: by whom, and for what of the account's set-up if for that."""

    cause: str
    sip_code: str
    source: Literal["callee", "unknown"] = "callee"
    error_code: str = ""


REFUSALS: dict[Outcome, Refused] = {
    "busy": Refused("user_busy", "486"),
    "rejects": Refused("call_rejected", "603"),
    "not_found": Refused("not_found", "404"),
    "not_registered": Refused("unspecified", "480"),
    "wrong_codec": Refused("unspecified", "488"),
    "carrier_fails": Refused("unspecified", "503", "unknown"),
    "forbidden": Refused("call_rejected", "403", "unknown"),
    # Taken with a 200 and refused afterwards, as the account's set-up forbids it.
    "no_such_country": Refused("call_rejected", "403", "unknown", "D13"),
    "no_profile": Refused("call_rejected", "403", "unknown", "D38"),
    "disabled": Refused("call_rejected", "403", "unknown", "D17"),
}


@dataclass(frozen=True)
class Answerer:
    """Whoever is on the phone: `result` is what detection finds, `key` what is pressed when a spoken line asks for one.

    Asked whether a supervisor was heard, she `tells` what she heard by 1 or 2, the opposite of it, or nothing.
    `key_after` counts from when the line began. `beeps`: a greeting ends in a beep. `screens`: a screener asks who is
    calling, and after its tone detection starts anew and finds `after_screening`; None: nobody takes the call then.
    """

    result: Result = "human_residence"
    key: str | None = None
    key_after: float = 1.0
    tells: Literal["truth", "opposite", "nothing"] = "truth"
    beeps: bool = False
    screens: bool = False
    after_screening: Result | None = None


ANSWERERS: dict[Outcome, Answerer] = {
    "answers": Answerer(key="1"),
    "wrong_key": Answerer(key="7"),
    "no_key": Answerer(),
    "late_key": Answerer(key="1", key_after=14.0),
    "tells_nothing": Answerer(key="1", tells="nothing"),
    "tells_wrong": Answerer(key="1", tells="opposite"),
    "unclear": Answerer("not_sure", key="1"),
    "silence": Answerer("silence"),
    "fax": Answerer("fax_detected"),
    "voicemail": Answerer("machine", beeps=True),
    "screener": Answerer("machine", screens=True),
    "screener_then_person": Answerer("machine", key="1", screens=True, after_screening="human_residence"),
    "screener_then_voicemail": Answerer("machine", beeps=True, screens=True, after_screening="machine"),
}


class PhoneBook:
    """The behaviour of every phone, by E.164 number or SIP address; unknown ones follow the default."""

    def __init__(self, default: Phone | None = None) -> None:
        self.default = default or Phone()
        self._phones: dict[str, Phone] = {}
        self.headers: dict[str, dict[str, str]] = {}  # X- headers that a phone sends, by its address

    def set(self, address: str, outcome: Outcome, after: float = 2.0) -> None:
        """Fix how one phone behaves from now on; raises ValueError for an unknown outcome."""
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {OUTCOMES}")
        self._phones[address] = Phone(outcome, after)

    def at(self, address: str) -> Phone:
        """Return the phone at an address."""
        return self._phones.get(address, self.default)
