"""What to do next for a supervision, decided from what is known; pure, sends nothing."""

from __future__ import annotations

from conferences.errors import HANGUPS
from conferences.models import Leg, Participant, Supervision
from conferences.steps import (
    CONFIRM_EVERY,
    HANGUP_AGAIN,
    LOST_DIAL,
    LOST_HANGUP,
    LOST_JOIN,
    LOST_JOINED,
    MOST_MUTES,
    UNCONFIRMED,
    Decision,
    Situation,
    Step,
    is_to_be_muted,
)

Role = Supervision.Role


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
