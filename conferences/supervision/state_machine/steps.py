"""What a supervision's next step may be, and what that is decided from; pure."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conferences.models import Conference, Leg, Participant, Supervision

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
# How long a supervisor stays alone in a call unless she wants to.
ALONE: Final = timedelta(seconds=10)
ASK_IF_ALONE_EVERY: Final = timedelta(seconds=2)
# How often our leg is muted or unmuted before that is left as it is.
MOST_MUTES: Final = 2
# A leg that was up before us and that the list still shows in the conference so long after our leave was accepted is
# asked after, and then hung up.
LOST_LEAVE: Final = timedelta(seconds=4)
# Our leg is out, unasked: the provider is asked whether the call itself has ended, until that must have shown, or for
# so long at most.
OUT_SETTLES: Final = timedelta(seconds=1)
OUT_AT_MOST: Final = timedelta(seconds=4)
# A leg we hung up and that is not gone by then is hung up again.
HANGUP_AGAIN: Final = timedelta(seconds=5)


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
    GIVE_UP = "give_up"  # want out, for the decision's problem
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a decision rests on: our row, our leg and its stay, the conference, and the agents present in it.

    `people`: whether anybody but supervisors and machines is in it, or about to be.
    """

    supervision: Supervision
    conference: Conference
    leg: Leg | None
    stay: Participant | None
    agents: frozenset[str]
    now: datetime
    people: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    step: Step
    state: str
    problem: str = ""


def targets_now(supervision: Supervision, agents: Collection[str]) -> tuple[str, list[str]]:
    """Return the asked role and those of its targets who are still there: a whisper to nobody is a monitor."""
    if supervision.requested_role != Role.WHISPER:
        return supervision.requested_role, []
    targets = [target for target in supervision.requested_targets if target in agents]
    return (Role.WHISPER, targets) if targets else (Role.MONITOR, [])


def is_in(snapshot: Snapshot) -> bool:
    """Whether our leg is in the conference."""
    return snapshot.stay is not None and snapshot.stay.state == Participant.State.JOINED


def is_to_be_muted(supervision: Supervision, role: str) -> bool:
    """Whether our leg is to be muted in that role: a monitor is, beyond what the role does.

    No record of the provider's tells the role, but each tells who is muted: so it can be proved that nobody hears her.
    """
    return role == Role.MONITOR or supervision.join_options.mute


def is_quieter(supervision: Supervision) -> bool:
    """Whether somebody who hears the supervisor now, or may, is no longer to: such a step must not stay undone."""
    accepted, asked = supervision.accepted_role, supervision.requested_role
    if not accepted:
        return True
    louder_before = Supervision.LOUDNESS[Role(accepted)] > Supervision.LOUDNESS[Role(asked)]
    dropped = set(supervision.accepted_targets) - set(supervision.requested_targets)
    return louder_before or bool(accepted == asked == Role.WHISPER and dropped)


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
    if bool(muted) == is_to_be_muted(supervision, role):
        return Supervision.Confirmation.AGREES
    if muted:
        return Supervision.Confirmation.MUTED
    return Supervision.Confirmation.CANNOT_TELL if role == Role.MONITOR else Supervision.Confirmation.DISAGREES
