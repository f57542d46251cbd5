"""What is to be done while our leg is in the conference, or on its way in; pure."""

from __future__ import annotations

from datetime import timedelta

from conferences.audit.log import Outcome
from conferences.models import AuditEntry, Participant, Supervision
from conferences.supervision.state_machine import answering
from conferences.supervision.state_machine.between_calls import may_stay_up
from conferences.supervision.state_machine.leaving import out
from conferences.supervision.state_machine.steps import (
    ASK_IF_ALONE_EVERY,
    CONFIRM_LATEST,
    CONFIRM_SOONEST,
    LOST_JOIN,
    LOST_JOINED,
    MOST_MUTES,
    UNCONFIRMED,
    Decision,
    Recorded,
    Snapshot,
    Step,
    is_in,
)
from conferences.wording.problems import problem_words

Role = Supervision.Role


def take_part(snapshot: Snapshot) -> Decision:
    supervision = snapshot.supervision
    checking = (answering.before_joining if supervision.join_sent_at is None else answering.after_joining)(snapshot)
    if checking is not None:
        return checking
    if supervision.join_sent_at is None:
        return Decision(Step.JOIN, Supervision.State.JOINING)
    if not is_in(snapshot):
        return _not_inside(snapshot)
    if supervision.is_pending:
        return Decision(Step.UPDATE, Supervision.State.JOINED)
    return (
        _adjust_mute(snapshot)
        or _take_off_hold(snapshot)
        or _leave_empty_call(snapshot)
        or _undo_meddling(snapshot)
        or _make_sure(snapshot)
    )


def _take_off_hold(snapshot: Snapshot) -> Decision | None:
    is_due = (
        snapshot.supervision.lift_hold
        and snapshot.supervision.accepted_at
        and snapshot.supervision.mutes_sent < MOST_MUTES
    )
    return Decision(Step.UNHOLD, Supervision.State.JOINED) if is_due else None


def _leave_empty_call(snapshot: Snapshot) -> Decision | None:
    """Everybody has left: after some seconds she is taken out, if the provider's list agrees that nobody is there."""
    since, until = snapshot.supervision.alone_at, snapshot.supervision.alone_until
    joined = Supervision.State.JOINED
    if snapshot.people or since is None or until is None or snapshot.now < until:
        return None
    verified_at, polled_at = snapshot.conference.verified_at, snapshot.conference.polled_at
    if verified_at is not None and verified_at >= since:
        problem = "alone_out" if may_stay_up(snapshot) else "alone"
        recorded = Recorded("alone", Outcome(AuditEntry.Result.OK, note=problem_words(problem)))
        return Decision(Step.GIVE_UP, joined, problem, recorded=recorded)
    if polled_at is None or snapshot.now - polled_at >= ASK_IF_ALONE_EVERY:
        return Decision(Step.READ_BACK, joined)
    return None


def _adjust_mute(snapshot: Snapshot) -> Decision | None:
    supervision = snapshot.supervision
    if not supervision.accepted_at or supervision.mutes_sent >= MOST_MUTES:
        return None
    muted = supervision.is_muted_in(supervision.accepted_role)
    if supervision.accepted_mute is muted:
        return None
    return Decision(Step.MUTE if muted else Step.UNMUTE, Supervision.State.JOINED)


def _undo_meddling(snapshot: Snapshot) -> Decision | None:
    """A mode that was confirmed and that the list shows no longer was changed by somebody else: take it back.

    Once: what is not confirmed after that is treated as any mode that is not.
    """
    supervision, participant, polled_at = snapshot.supervision, snapshot.participant, snapshot.conference.polled_at
    if participant is None or supervision.confirmation != Supervision.Confirmation.AGREES:
        return None
    if polled_at is None or supervision.accepted_at is None or polled_at <= supervision.accepted_at:
        return None  # what is known of our participant is from before this mode
    if participant.muted is False and supervision.is_muted_in(supervision.accepted_role):
        return Decision(Step.MUTE, Supervision.State.JOINED)
    others = sorted(participant.whisper_call_control_ids) != sorted(supervision.accepted_targets)
    if others and not supervision.asserted_again:
        return Decision(Step.ASSERT_AGAIN, Supervision.State.JOINED)
    return None


def _make_sure(snapshot: Snapshot) -> Decision:
    """An accepted mode is not yet one in force: the provider's list is asked until it shows it, or cannot."""
    supervision, joined, confirmation = (
        snapshot.supervision,
        Supervision.State.JOINED,
        snapshot.supervision.confirmation,
    )
    if confirmation == Supervision.Confirmation.AGREES or not supervision.accepted_at:
        return Decision(Step.WAIT, joined)
    requested_at = supervision.confirmation_at or supervision.accepted_at
    if confirmation and requested_at - supervision.accepted_at > UNCONFIRMED:
        if confirmation == Supervision.Confirmation.CANNOT_TELL:
            return Decision(Step.WAIT, joined)
        if not supervision.asserted_again:
            return Decision(Step.ASSERT_AGAIN, joined)
        if confirmation == Supervision.Confirmation.DISAGREES and supervision.accepted_role not in (
            Role.BARGE,
            Role.NONE,
        ):
            return Decision(Step.GIVE_UP, joined, "not_confirmed")
    is_late = snapshot.now - supervision.accepted_at > UNCONFIRMED >= requested_at - supervision.accepted_at
    if (
        supervision.confirmation_at is None
        or is_late
        or snapshot.now - requested_at >= _pause(requested_at - supervision.accepted_at)
    ):
        return Decision(Step.CONFIRM, joined)
    return Decision(Step.WAIT, joined)


def _pause(elapsed: timedelta) -> timedelta:
    """How long to wait with the next look at what had not come true `elapsed` after it was accepted: as long again."""
    return min(max(elapsed, CONFIRM_SOONEST), CONFIRM_LATEST)


def _not_inside(snapshot: Snapshot) -> Decision:
    supervision, participant = snapshot.supervision, snapshot.participant
    if supervision.joined_at is not None and participant is not None and participant.state == Participant.State.LEFT:
        return out(snapshot, Step.GIVE_UP, Supervision.State.JOINED)
    if supervision.join_sent_at and snapshot.now - supervision.join_sent_at > LOST_JOIN and not supervision.accepted_at:
        return Decision(Step.GIVE_UP, Supervision.State.JOINING, "no_reply")
    if supervision.accepted_at and snapshot.now - supervision.accepted_at > LOST_JOINED and _is_stale(snapshot):
        return Decision(Step.READ_BACK, Supervision.State.JOINING)
    return Decision(Step.WAIT, Supervision.State.JOINING)


def _is_stale(snapshot: Snapshot) -> bool:
    polled_at, accepted_at = snapshot.conference.polled_at, snapshot.supervision.accepted_at
    if polled_at is None or accepted_at is None:
        return True
    return snapshot.now - polled_at > max(LOST_JOINED, _pause(polled_at - accepted_at))
