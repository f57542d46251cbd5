"""How each phone in the simulated world behaves when it is dialled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["answers", "busy", "rejects", "rings_out", "not_found"]
OUTCOMES: tuple[Outcome, ...] = ("answers", "busy", "rejects", "rings_out", "not_found")


@dataclass(frozen=True)
class Phone:
    """What happens so many seconds after a phone was dialled; one that rings out ignores the seconds."""

    outcome: Outcome = "answers"
    after: float = 2.0


@dataclass(frozen=True)
class Refused:
    """How a call that was not taken shows in call.hangup."""

    cause: str
    sip_code: str


REFUSALS: dict[Outcome, Refused] = {
    "busy": Refused("user_busy", "486"),
    "rejects": Refused("call_rejected", "603"),
    "not_found": Refused("not_found", "404"),
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
