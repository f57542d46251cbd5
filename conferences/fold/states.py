"""What is known of a conference, a participant and a leg: immutable records, and a state made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from conferences.telnyx.rules import Role

SUPERVISOR_ROLES: Final = frozenset(role.value for role in Role)


class AnsweredBy(StrEnum):
    """Who answered a call, by the provider's detection of machines (Telnyx docs: Dial)."""

    HUMAN = "human"
    MACHINE = "machine"  # a call screener is taken for one at first
    VOICEMAIL = "voicemail"  # a machine whose greeting came to its end
    FAX = "fax"
    SCREENING = "screening"  # a call screener; detection starts anew on whoever it lets the call through to
    SCREENER = "screener"  # its prompt ended, and nobody took the call
    SILENCE = "silence"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True)
class LegState:
    """One call leg. `state`: unknown (only named by others so far), initiated, answered or ended; ended is for good."""

    call_control_id: str
    call_leg_id: str = ""
    call_session_id: str = ""
    connection_id: str = ""
    client_state: str = ""
    direction: str = ""
    from_address: str = ""
    to_address: str = ""
    from_sip_uri: str = ""  # who placed the call, where an endpoint of the account's did
    initial_state: str = ""  # parked or bridging, as call.initiated has it
    state: str = "unknown"
    started_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None  # last told, of whichever other leg; that a bridge is over is told by nobody
    ended_at: datetime | None = None
    hangup_cause: str = ""
    hangup_source: str = ""
    sip_hangup_cause: str = ""  # a SIP status, or "unspecified"
    account_code: str = ""  # what of the account's set-up forbade the call, such as D13
    phone_hold: bool = False  # the far end's own hold button (call.hold), not the conference's hold
    phone_hold_at: datetime | None = None  # since when
    phone_holds: int = 0  # how often it was pressed
    answered_by: str = ""  # the latest word of the provider's detection, a value of AnsweredBy
    answered_by_at: datetime | None = None
    screened: bool = False  # a call screener's tone was heard, after which detection began anew
    confirmed_at: datetime | None = None  # the key asked for was pressed
    confirmed_for: str = ""  # the client_state of whoever had asked for it
    gather_status: str = ""  # how the latest asking for a key ended: valid, invalid, timeout, …
    gather_for: str = ""
    gather_answer: str = ""  # the 1 or 2 that answered a test call's question; of any other key nothing is kept
    gathers: int = 0  # how many of them have ended
    signs: str = ""  # the last * and # pressed one soon after another, at most four; of digits nothing is kept
    signs_at: datetime | None = None  # when the last of them was
    help_header_at: datetime | None = None  # when the leg first came with a header that asks for help
    last_order: str = ""  # fold.order of the latest fact about this leg


@dataclass(frozen=True, slots=True)
class ConferenceState:
    """One conference. `state`: unknown, init, in_progress or completed; completed is for good."""

    conference_id: str
    name: str = ""
    state: str = "unknown"
    region: str = ""
    connection_id: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    last_order: str = ""  # fold.order of the latest fact that touched this conference or the participants in it


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """A leg in a conference. `state`: joining (a join of ours was accepted), joined or left.

    Every leg ever named as joining, in or gone has one: later facts change it and never take it away.
    None for muted and on_hold: nobody has told yet. `role` is the supervisor role we asked for and the provider
    accepted, empty for everyone else: no answer of the provider carries it (Telnyx docs: List conference participants).
    """

    conference_id: str
    call_control_id: str
    participant_id: str = ""
    state: str = "joined"
    joined_at: datetime | None = None
    left_at: datetime | None = None
    muted: bool | None = None
    muted_at: datetime | None = None  # since when, as far as it was told: no event tells it, only our reading
    on_hold: bool | None = None
    on_hold_at: datetime | None = None
    holds: int = 0  # how often it was put on hold
    role: str = ""
    whisper_call_control_ids: tuple[str, ...] = ()
    end_conference_on_exit: bool = False
    soft_end_conference_on_exit: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.conference_id, self.call_control_id)


ParticipantKey = tuple[str, str]  # conference_id, call_control_id


@dataclass(slots=True)
class State:
    """Some conferences, their participants and some legs, by the provider's ids. Treat one you were given as fixed."""

    conferences: dict[str, ConferenceState] = field(default_factory=dict)
    participants: dict[ParticipantKey, ParticipantState] = field(default_factory=dict)
    legs: dict[str, LegState] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.conferences), dict(self.participants), dict(self.legs))
