"""A party that can be called: a telephone number or a SIP user, in one canonical form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST: Final = 255
FORMS: Final = (
    "Write a telephone number (+34 600 000 001), a SIP address (sip:ana@example.com), "
    "or a SIP user as the provider names it (gencredABC123, 1001)."
)
# Where the provider's credentials are registered and rung (Telnyx docs: SIP URI calling).
REGISTRAR: Final = "sip.telnyx.com"
CREDENTIAL: Final = "gencred"


class InvalidAddress(ValueError):
    """The text is neither a number nor a SIP address; the message says so in words fit to show."""


@dataclass(frozen=True, slots=True)
class Address:
    """A party: `number` in E.164, or else a SIP `user` as written, at `host` (lower case; empty: at every host)."""

    number: str = ""
    user: str = ""
    host: str = ""

    @property
    def canonical(self) -> str:
        """The one form in which the party is stored and compared."""
        if self.number:
            return self.number
        return f"sip:{self.user}@{self.host}".lower() if self.host else f"sip:{self.user}".lower()

    @property
    def is_dialable(self) -> bool:
        """Whether the provider can be asked to ring it: a SIP user needs a host, which its own credentials have."""
        return bool(self.number or self.host) or self.is_credential

    @property
    def is_credential(self) -> bool:
        """Whether it is a credential of the provider's (Telnyx docs: Telephony credentials, "gencred…")."""
        return self.user.lower().startswith(CREDENTIAL) and self.host in ("", REGISTRAR)

    @property
    def dialled(self) -> str:
        """What to ask the provider to ring; a SIP user keeps its capitals (RFC 3261, 19.1.4: users are told apart)."""
        return self.number or f"sip:{self.user}@{self.host or REGISTRAR}"
