"""One thing that happened, as the fold and the inbox know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from conferences.telnyx.errors import read_account_code

MAX_TEXT: Final = 255
MAX_CLIENT_STATE: Final = 256
# For equal times only: what must have come first does. The provider's conference events carry milliseconds and its
# call events microseconds, so ties are real.
_UNKNOWN_RANK: Final = 4
_RANKS: Final[Mapping[str, int]] = {
    "call.initiated": 0,
    "call.answered": 1,
    "conference.created": 2,
    "conference.participant.joined": 3,
    "conference.participant.left": 5,
    "call.hangup": 6,
    "conference.ended": 7,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, told by the provider or, for types `readback.*` and `command.*`, by ourselves.

    `occurred_at` is aware and in UTC. `type` is text and no enumeration: the provider adds types without notice.
    Every accessor returns None for a value that is absent, empty, no string, or longer than 255 characters (an
    identifier cut short would be another identifier).
    """

    id: str
    type: str
    occurred_at: datetime
    payload: Mapping[str, Any] = field(hash=False, repr=False)  # holds telephone numbers, so kept out of logs
    attempt: int = 1

    def text(self, key: str, longest: int = MAX_TEXT) -> str | None:
        """Return the payload's string under `key`, or None unless it has between 1 and `longest` characters."""
        value = self.payload.get(key)
        return value if isinstance(value, str) and 0 < len(value) <= longest else None

    @property
    def call_control_id(self) -> str | None:
        """The leg this event is about; for created and ended the leg that created the conference."""
        return self.text("call_control_id")

    @property
    def call_leg_id(self) -> str | None:
        return self.text("call_leg_id")

    @property
    def call_session_id(self) -> str | None:
        return self.text("call_session_id")

    @property
    def connection_id(self) -> str | None:
        return self.text("connection_id")

    @property
    def conference_id(self) -> str | None:
        return self.text("conference_id")

    @property
    def client_state(self) -> str | None:
        """Still base64. In conference events it is the conference owner's (Telnyx docs: Join a conference)."""
        return self.text("client_state", MAX_CLIENT_STATE)

    @property
    def from_(self) -> str | None:
        return self.text("from")

    @property
    def to(self) -> str | None:
        return self.text("to")

    @property
    def direction(self) -> str | None:
        return self.text("direction")

    @property
    def state(self) -> str | None:
        return self.text("state")

    @property
    def hangup_cause(self) -> str | None:
        return self.text("hangup_cause")

    @property
    def hangup_source(self) -> str | None:
        return self.text("hangup_source")

    @property
    def sip_hangup_cause(self) -> str | None:
        return self.text("sip_hangup_cause")

    @property
    def account_code(self) -> str:
        """The D code in `telnyx_error`, by which a call.hangup says what of the account's set-up forbade the call."""
        return read_account_code(self.payload)

    @property
    def reason(self) -> str | None:
        return self.text("reason")

    @property
    def sort_key(self) -> tuple[datetime, int, str]:
        """The order facts are folded in: by time, then by what must come first, then by id so that none is equal."""
        return (self.occurred_at, _RANKS.get(self.type, _UNKNOWN_RANK), self.id)
