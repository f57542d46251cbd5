"""How each phone in the simulated world behaves when it is dialled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Outcome = Literal[
    "answers", "wrong_key", "no_key", "late_key", "unclear", "silence", "fax", "voicemail",
    "screener", "screener_then_person", "screener_then_voicemail",
    "busy", "rejects", "rings_out", "not_found",
    "not_registered", "wrong_codec", "carrier_fails", "forbidden", "no_such_country", "no_profile", "disabled",
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


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


class PhoneBook:
    """The behaviour of every phone, by E.164 number or SIP address; unknown ones follow the default."""

    def __init__(self, default: Phone | None = None) -> None:
        self.default = default or Phone()
        self._phones: dict[str, Phone] = {}

    def set(self, address: str, outcome: Outcome, after: float = 2.0) -> None:
        """Fix how one phone behaves from now on; raises ValueError for an unknown outcome."""
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {OUTCOMES}")
        self._phones[address] = Phone(outcome, after)

    def at(self, address: str) -> Phone:
        """The phone at an address."""
        return self._phones.get(address, self.default)
