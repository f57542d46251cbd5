"""What a supervision's next step may be, and what that is decided from; pure."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from conferences.audit.log import Outcome
from conferences.models import AuditEntry, Conference, Leg, Participant, Supervision
from conferences.policy.entitlement import Withdrawn

Role = Supervision.Role

RING_SECS: Final = 30
# The provider's list is looked at until it shows the accepted mode, after pauses that grow from the one to the other.
CONFIRM_SOONEST: Final = timedelta(seconds=1)
CONFIRM_LATEST: Final = timedelta(seconds=30)
# How long that may take before the mode counts as unconfirmed and is sent again; after as long again a mode that should
# be quiet is given up.
UNCONFIRMED: Final = timedelta(seconds=5)
# A dial or join whose answer was lost may still show itself in a webhook; after this it is given up.
LOST_DIAL: Final = timedelta(seconds=45)
LOST_JOIN: Final = timedelta(seconds=10)
# How often the provider is asked after a phone that rings: it tells of an answer, which may be lost, only once.
ASK_PHONE_EVERY: Final = timedelta(seconds=1.5)
# An accepted join that no webhook confirms is read back; a phone that rings on after its time is given up.
LOST_JOINED: Final = timedelta(seconds=4)
LOST_HANGUP: Final = timedelta(seconds=RING_SECS + 15)
# How often the provider is asked whether she is alone, once her time to stay alone is over.
ASK_IF_ALONE_EVERY: Final = timedelta(seconds=2)
# How often our leg is muted or unmuted before that is left as it is.
MOST_MUTES: Final = 2
# A leg that was up before us and that the list still shows in the conference so long after our leave was accepted is
# asked after, and then hung up.
LOST_LEAVE: Final = timedelta(seconds=4)
# Whoever goes over to another call waits so long for the webhook of her leaving before the list is read, and how often.
LEFT_UNTOLD: Final = timedelta(seconds=0.7)
READ_IF_OUT_EVERY: Final = timedelta(seconds=1)
# Our leg is out, unasked: the provider is asked whether the call itself has ended, until that must have shown, or for
# so long at most.
OUT_SETTLES: Final = timedelta(seconds=1)
OUT_AT_MOST: Final = timedelta(seconds=4)
# A leg we hung up and that is not gone by then is hung up again.
HANGUP_AGAIN: Final = timedelta(seconds=5)
# For how long a phone whose leg has left is hung up only after others' leaves.
LEAVES_FIRST: Final = timedelta(seconds=1)
# The provider forgets a command_id after 60 seconds; the client spends up to 20 on its sends.
RESENDABLE: Final = timedelta(seconds=25)


class Step(enum.Enum):
    WAIT = "wait"
    DIAL = "dial"
    ASK = "ask"  # speak a line on the phone, and wait for the key that says that a person is there
    JOIN = "join"
    UPDATE = "update"
    MUTE = "mute"
    UNMUTE = "unmute"
    UNHOLD = "unhold"
    LEAVE = "leave"
    HANGUP = "hangup"
    ASK_PHONE = "ask_phone"  # ask whether our leg was answered, or has ended: the webhook of that may be lost
    READ_BACK = "read_back"  # ask who is in the conference: the webhook of our joining may be lost
    CONFIRM = "confirm"  # look at the provider's list whether the accepted mode is in force
    ASSERT_AGAIN = "assert_again"  # it is not: send the mode once more
    HOP = "hop"  # end this stay and begin the next, on the same leg: our leg is surely out of this call
    GIVE_UP = "give_up"  # want out, for the decision's problem
    RESEND = "resend"  # the command under way is nobody's any more: send the very same again
    LOSE = "lose"  # likewise, and it is too late for that: own up to not knowing what came of it
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a decision rests on: our row, our leg and its participant, the conference, and the agents in it.

    `people`: whether anybody but supervisors and machines is in it, or about to be. `withdrawn`: why she may not listen
    any more. `refusal`: why the mode that is asked for may not be sent now, in a sentence; empty where it is sent.
    `between`: how long a leg of ours may stay up in no call. `leaves_due`: whether somebody else is to leave this call
    while of this one only the phone is to be hung up.
    """

    supervision: Supervision
    conference: Conference
    leg: Leg | None
    participant: Participant | None
    agents: frozenset[str]
    now: datetime
    people: bool = True
    withdrawn: Withdrawn | None = None
    refusal: str = ""
    between: timedelta = timedelta(0)
    leaves_due: bool = False

    def after(self, columns: Mapping[str, object]) -> Snapshot:
        """Return what is known once these columns are set; the row of this one stays as it was."""
        if not columns:
            return self
        row = copy(self.supervision)
        for name, value in columns.items():
            setattr(row, name, value)
        return replace(self, supervision=row)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What goes on record as Earshot's doing: an action by its audit name, and what came of it."""

    action: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do next, the state she is in meanwhile, and what is to be written before it is done.

    `problem`: why it ends, a key of wording.problems. `columns` are the row's to set. `recorded` goes on record once
    they are set; `denied` is the sentence of an attempt that was refused here.
    """

    step: Step
    state: str
    problem: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)
    recorded: Recorded | None = None
    denied: str = ""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of one command. `code` is the provider's; `sentence` is for the supervisor, empty when accepted.

    `field` is the request's field that a refusal is about, where the provider named one. `reached`: whether it may have
    come to the provider.
    """

    result: AuditEntry.Result
    at: datetime
    call_control_id: str = ""
    code: str = ""
    sentence: str = ""
    field: str = ""
    reached: bool = True

    @property
    def accepted(self) -> bool:
        return self.result == AuditEntry.Result.OK

    @property
    def never_done(self) -> bool:
        """Whether it is certain that it was not done."""
        return self.result == AuditEntry.Result.REFUSED or not self.reached

    @property
    def is_unknown(self) -> bool:
        """Whether it may have been done although nobody said so."""
        return self.result == AuditEntry.Result.UNKNOWN and self.reached


def targets_now(supervision: Supervision, agents: Collection[str]) -> tuple[str, list[str]]:
    """Return the asked role and those of its targets who are still there: a whisper to nobody is a monitor."""
    if supervision.requested_role != Role.WHISPER:
        return supervision.requested_role, []
    targets = [target for target in supervision.requested_targets if target in agents]
    return (Role.WHISPER, targets) if targets else (Role.MONITOR, [])


def is_in(snapshot: Snapshot) -> bool:
    """Whether our leg is in the conference."""
    return snapshot.participant is not None and snapshot.participant.state == Participant.State.JOINED


def confirmation_of(
    supervision: Supervision, *, muted: bool | None, whispers_to: Collection[str]
) -> Supervision.Confirmation:
    """Return what the provider's record of our leg says of the accepted mode.

    No record names the role (Telnyx docs: List conference participants), so a monitor that is not shown as muted looks
    like a barge: that it cannot be heard is then accepted, not confirmed.
    """
    role, targets = supervision.accepted_role, set(supervision.accepted_targets)
    if set(whispers_to) != (targets if role == Role.WHISPER else set()):
        return Supervision.Confirmation.DISAGREES
    if bool(muted) == supervision.is_muted_in(role):
        return Supervision.Confirmation.AGREES
    if muted:
        return Supervision.Confirmation.MUTED
    return Supervision.Confirmation.CANNOT_TELL if role == Role.MONITOR else Supervision.Confirmation.DISAGREES
