"""What to do next for a supervision, decided from what is known; pure, sends nothing."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conferences.errors import HANGUPS
from conferences.models import Conference, Leg, Participant, Supervision

Role = Supervision.Role

RING_SECS: Final = 30
# How often the provider's list is looked at until it shows the accepted mode, and how long that may take before the
# mode counts as unconfirmed and is sent again; after as long again a mode that should be quiet is given up.
CONFIRM_EVERY: Final = timedelta(seconds=1)
UNCONFIRMED: Final = timedelta(seconds=5)
# A dial or join whose answer was lost may still show itself in a webhook; after this it is given up.
LOST_DIAL: Final = timedelta(seconds=45)
LOST_JOIN: Final = timedelta(seconds=10)
# An accepted join that no webhook confirms is read back; a phone that rings on after its time is given up.
LOST_JOINED: Final = timedelta(seconds=4)
LOST_HANGUP: Final = timedelta(seconds=RING_SECS + 15)
# How often our leg is muted or unmuted before that is left as it is.
MOST_MUTES: Final = 2
# A leg we hung up and that is not gone by then is hung up again.
HANGUP_AGAIN: Final = timedelta(seconds=5)


class Step(enum.Enum):
    WAIT = "wait"
    DIAL = "dial"
    JOIN = "join"
    UPDATE = "update"
    MUTE = "mute"
    UNMUTE = "unmute"
    LEAVE = "leave"
    HANGUP = "hangup"
    READ_BACK = "read_back"  # ask who is in the conference: the webhook of our joining may be lost
    CONFIRM = "confirm"  # look at the provider's list whether the accepted mode is in force
    ASSERT_AGAIN = "assert_again"  # it is not: send the mode once more
    GIVE_UP = "give_up"  # want out, for the decision's problem
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision rests on: our row, our leg and its stay, the conference, and the agents present in it."""

    supervision: Supervision
    conference: Conference
    leg: Leg | None
    stay: Participant | None
    agents: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    step: Step
    state: str
    problem: str = ""


def next_step(at: Situation) -> Decision:
    """Return the one thing to do now. Whatever happened in between, it is decided from the present alone."""
    if at.leg is not None and at.leg.state == Leg.State.ENDED:
        return _finished(at)
    if not at.supervision.wanted:
        return _way_out(at)
    if not at.conference.is_live:
        return Decision(
            Step.GIVE_UP, at.supervision.state, "call_ended" if at.supervision.joined_at else "conference_over"
        )
    if at.leg is None or at.leg.state != Leg.State.ANSWERED:
        return _reach_phone(at)
    return _take_part(at)


def targets_now(supervision: Supervision, agents: Collection[str]) -> tuple[str, list[str]]:
    """Return the asked role and those of its targets who are still there: a whisper to nobody is a monitor."""
    if supervision.asked_role != Role.WHISPER:
        return supervision.asked_role, []
    targets = [target for target in supervision.asked_targets if target in agents]
    return (Role.WHISPER, targets) if targets else (Role.MONITOR, [])


def is_to_be_muted(supervision: Supervision, role: str) -> bool:
    """Whether our leg is to be muted in that role: a monitor is, beyond what the role does.

    No record of the provider's tells the role, but each tells who is muted: so it can be proved that nobody hears her.
    """
    return role == Role.MONITOR or supervision.join_options.mute


def is_quieter(supervision: Supervision) -> bool:
    """Whether somebody who hears the supervisor now, or may, is no longer to: such a step must not stay undone."""
    accepted, asked = supervision.accepted_role, supervision.asked_role
    if not accepted:
        return True
    louder_before = Supervision.LOUDNESS[Role(accepted)] > Supervision.LOUDNESS[Role(asked)]
    dropped = set(supervision.accepted_targets) - set(supervision.asked_targets)
    return louder_before or bool(accepted == asked == Role.WHISPER and dropped)


def proof(supervision: Supervision, *, muted: bool | None, whispers_to: Collection[str]) -> Supervision.Proof:
    """Return what the provider's record of our leg says of the accepted mode.

    No record names the role (Telnyx docs: List conference participants), so a monitor that is not shown as muted looks
    like a barge: that it cannot be heard is then accepted, not confirmed.
    """
    role, targets = supervision.accepted_role, set(supervision.accepted_targets)
    if set(whispers_to) != (targets if role == Role.WHISPER else set()):
        return Supervision.Proof.DISAGREES
    if bool(muted) == is_to_be_muted(supervision, role):
        return Supervision.Proof.AGREES
    if muted:
        return Supervision.Proof.MUTED
    return Supervision.Proof.CANNOT_TELL if role == Role.MONITOR else Supervision.Proof.DISAGREES


def _finished(at: Situation) -> Decision:
    supervision, leg = at.supervision, at.leg
    state = Supervision.State.ENDED if supervision.joined_at else Supervision.State.FAILED
    if supervision.problem:
        return Decision(Step.FINISH, state, supervision.problem)
    if supervision.joined_at:
        return Decision(Step.FINISH, state, "call_ended" if not at.conference.is_live else "hung_up")
    cause = leg.hangup_cause if leg else ""
    return Decision(Step.FINISH, state, HANGUPS.get(cause, "ringing_stopped"))


def _way_out(at: Situation) -> Decision:
    supervision, leaving = at.supervision, Supervision.State.LEAVING
    if at.leg is None and not supervision.call_control_id:
        if supervision.dialled_at is None or at.now - supervision.dialled_at > LOST_DIAL:
            return _finished(at)
        return Decision(Step.WAIT, leaving)  # the answer to our dial was lost; the leg may yet appear
    if _was_never_in(at):
        return _finished(at)
    inside = at.stay is not None and at.stay.state != Participant.State.LEFT
    if inside and supervision.leave_sent_at is None:
        return Decision(Step.LEAVE, leaving)
    if supervision.hangup_sent_at is None or at.now - supervision.hangup_sent_at > HANGUP_AGAIN:
        return Decision(Step.HANGUP, leaving)
    return Decision(Step.WAIT, leaving)


def _was_never_in(at: Situation) -> bool:
    """A leg that was up before us and was surely not taken into the conference stays as it was."""
    supervision = at.supervision
    joined = at.stay is not None or supervision.joined_at is not None or supervision.accepted_at is not None
    return not supervision.address and not joined and supervision.problem != "no_reply"


def _reach_phone(at: Situation) -> Decision:
    supervision = at.supervision
    if not supervision.call_control_id and at.leg is None:
        if supervision.dialled_at is None:
            return Decision(Step.DIAL, Supervision.State.DIALLING)
        if at.now - supervision.dialled_at > LOST_DIAL:
            return Decision(Step.GIVE_UP, Supervision.State.DIALLING, "no_reply")
        return Decision(Step.WAIT, Supervision.State.DIALLING)
    if supervision.dialled_at is not None and at.now - supervision.dialled_at > LOST_HANGUP:
        return Decision(Step.GIVE_UP, Supervision.State.RINGING, "no_answer")
    ringing = at.leg is not None and at.leg.state == Leg.State.INITIATED
    return Decision(Step.WAIT, Supervision.State.RINGING if ringing else Supervision.State.DIALLING)


def _take_part(at: Situation) -> Decision:
    supervision, stay = at.supervision, at.stay
    inside = stay is not None and stay.state == Participant.State.JOINED
    if supervision.join_sent_at is None:
        return Decision(Step.JOIN, Supervision.State.JOINING)
    if not inside:
        return _not_inside(at)
    differs = (supervision.asked_role, sorted(supervision.asked_targets)) != (
        supervision.accepted_role,
        sorted(supervision.accepted_targets),
    )
    if differs:
        return Decision(Step.UPDATE, Supervision.State.JOINED)
    return _adjust_mute(at) or _undo_meddling(at) or _make_sure(at)


def _adjust_mute(at: Situation) -> Decision | None:
    supervision = at.supervision
    if not supervision.accepted_at or supervision.mutes_sent >= MOST_MUTES:
        return None
    muted = is_to_be_muted(supervision, supervision.accepted_role)
    if supervision.accepted_mute is muted:
        return None
    return Decision(Step.MUTE if muted else Step.UNMUTE, Supervision.State.JOINED)


def _undo_meddling(at: Situation) -> Decision | None:
    """A mode that was confirmed and that the list shows no longer was changed by somebody else: take it back.

    Once: what is not confirmed after that is treated as any mode that is not.
    """
    supervision, stay, read_at = at.supervision, at.stay, at.conference.read_at
    if stay is None or supervision.proof != Supervision.Proof.AGREES:
        return None
    if read_at is None or supervision.accepted_at is None or read_at <= supervision.accepted_at:
        return None  # what is known of our stay is from before this mode
    if stay.muted is False and is_to_be_muted(supervision, supervision.accepted_role):
        return Decision(Step.MUTE, Supervision.State.JOINED)
    others = sorted(stay.whisper_call_control_ids) != sorted(supervision.accepted_targets)
    if others and not supervision.asserted_again:
        return Decision(Step.ASSERT_AGAIN, Supervision.State.JOINED)
    return None


def _make_sure(at: Situation) -> Decision:
    """An accepted mode is not yet one in force: the provider's list is asked until it shows it, or cannot."""
    supervision, joined, proof = at.supervision, Supervision.State.JOINED, at.supervision.proof
    if proof == Supervision.Proof.AGREES or not supervision.accepted_at:
        return Decision(Step.WAIT, joined)
    if proof and at.now - supervision.accepted_at > UNCONFIRMED:
        if proof == Supervision.Proof.CANNOT_TELL:
            return Decision(Step.WAIT, joined)
        if not supervision.asserted_again:
            return Decision(Step.ASSERT_AGAIN, joined)
        if proof == Supervision.Proof.DISAGREES and supervision.accepted_role not in (Role.BARGE, Role.NONE):
            return Decision(Step.GIVE_UP, joined, "not_confirmed")
    if supervision.proof_at is None or at.now - supervision.proof_at >= CONFIRM_EVERY:
        return Decision(Step.CONFIRM, joined)
    return Decision(Step.WAIT, joined)


def _not_inside(at: Situation) -> Decision:
    supervision, stay = at.supervision, at.stay
    if supervision.joined_at is not None and stay is not None and stay.state == Participant.State.LEFT:
        return Decision(Step.GIVE_UP, Supervision.State.JOINED, "removed")
    if supervision.join_sent_at and at.now - supervision.join_sent_at > LOST_JOIN and not supervision.accepted_at:
        return Decision(Step.GIVE_UP, Supervision.State.JOINING, "no_reply")
    if supervision.accepted_at and at.now - supervision.accepted_at > LOST_JOINED and _is_stale(at):
        return Decision(Step.READ_BACK, Supervision.State.JOINING)
    return Decision(Step.WAIT, Supervision.State.JOINING)


def _is_stale(at: Situation) -> bool:
    read_at = at.conference.read_at
    return read_at is None or at.now - read_at > LOST_JOINED
