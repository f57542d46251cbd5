"""What to do next for a supervision, decided from what is known; pure, sends nothing."""

from __future__ import annotations

from datetime import timedelta

from conferences.errors import ONLY_OUT
from conferences.models import Leg, Participant, Supervision
from conferences.supervision.state_machine import answering, endings
from conferences.supervision.state_machine.steps import (
    ALONE,
    ASK_IF_ALONE_EVERY,
    ASK_PHONE_EVERY,
    CONFIRM_LATEST,
    CONFIRM_SOONEST,
    HANGUP_AGAIN,
    LOST_DIAL,
    LOST_HANGUP,
    LOST_JOIN,
    LOST_JOINED,
    LOST_LEAVE,
    MOST_MUTES,
    OUT_AT_MOST,
    OUT_SETTLES,
    RING_SECS,
    UNCONFIRMED,
    Decision,
    Snapshot,
    Step,
    is_to_be_muted,
)
from conferences.telnyx.unreached import Hangup, kind_of

Role = Supervision.Role


def decide(snapshot: Snapshot) -> Decision:
    """Return the one thing to do now. Whatever happened in between, it is decided from the present alone."""
    if snapshot.leg is not None and snapshot.leg.state == Leg.State.ENDED:
        return _finished(snapshot)
    if not snapshot.supervision.is_active:
        return _way_out(snapshot)
    if not snapshot.conference.is_live:
        return Decision(
            Step.GIVE_UP,
            snapshot.supervision.state,
            "call_ended" if snapshot.supervision.joined_at else "conference_over",
        )
    if snapshot.leg is None or snapshot.leg.state != Leg.State.ANSWERED:
        return _reach_phone(snapshot)
    return _take_part(snapshot)


def _finished(snapshot: Snapshot) -> Decision:
    supervision, leg = snapshot.supervision, snapshot.leg
    state = Supervision.State.ENDED if supervision.joined_at else Supervision.State.FAILED
    if supervision.problem:
        is_up = not supervision.address and (leg is None or leg.state != Leg.State.ENDED)
        problem = ONLY_OUT.get(supervision.problem, supervision.problem) if is_up else supervision.problem
        return Decision(Step.FINISH, state, problem)
    if supervision.joined_at or (leg is not None and leg.answered_at is not None):
        machine = None if supervision.joined_at or leg is None else answering.machine_of(leg)
        return Decision(Step.FINISH, state, machine) if machine else _out(snapshot, Step.FINISH, state)
    if leg is not None and not leg.hangup_cause and _rang_out(leg, supervision):
        return Decision(Step.FINISH, state, "no_answer")  # the provider's record tells the end and no cause
    return Decision(Step.FINISH, state, kind_of(hangup_of(leg, supervision) if leg else Hangup("")))


def _out(snapshot: Snapshot, step: Step, state: str) -> Decision:
    """Why our leg is out, once it is certain that it was not the call's own end, whose event may be still to come."""
    why = endings.why_out(snapshot.supervision, snapshot.conference, snapshot.leg, snapshot.stay)
    may_be_the_end = snapshot.conference.is_live and why in (endings.LINE_ENDED, endings.REMOVED)
    return (_looking_why(snapshot, why) if may_be_the_end else None) or Decision(step, state, why)


def _looking_why(snapshot: Snapshot, why: str) -> Decision | None:
    """Ask the provider at once, and again a moment later; None when that is done or it does not answer."""
    since, leaving = snapshot.supervision.out_at or snapshot.now, Supervision.State.LEAVING
    polled_at, verified_at = snapshot.conference.polled_at, snapshot.conference.verified_at
    settled_at = since + OUT_SETTLES
    if snapshot.now - since >= OUT_AT_MOST or (verified_at is not None and verified_at >= settled_at):
        return None
    if why == endings.REMOVED and (snapshot.supervision.phone_asked_at or since) <= since < snapshot.now:
        return Decision(Step.ASK_PHONE, leaving)
    is_due = (
        polled_at is None
        or polled_at < since
        or (snapshot.now >= settled_at and snapshot.now - polled_at >= OUT_SETTLES)
    )
    return Decision(Step.READ_BACK if is_due else Step.WAIT, leaving)


def _rang_out(leg: Leg, supervision: Supervision) -> bool:
    rang = leg.ended_at - supervision.dialled_at if leg.ended_at and supervision.dialled_at else timedelta(0)
    return leg.answered_at is None and rang >= timedelta(seconds=RING_SECS)


def hangup_of(leg: Leg, supervision: Supervision) -> Hangup:
    """Return what the provider told of how our leg ended, and of the phone before."""
    told = (leg.hangup_cause, leg.hangup_source, leg.sip_hangup_cause, leg.account_code)
    is_sip = supervision.address.startswith(("sip:", "sips:"))
    return Hangup(*told, is_sip=is_sip, signed_in=supervision.signed_in)


def _way_out(snapshot: Snapshot) -> Decision:
    supervision, leaving = snapshot.supervision, Supervision.State.LEAVING
    if snapshot.leg is None and not supervision.call_control_id:
        if supervision.dialled_at is None or snapshot.now - supervision.dialled_at > LOST_DIAL:
            return _finished(snapshot)
        return Decision(Step.WAIT, leaving)  # the answer to our dial was lost; the leg may yet appear
    if _was_never_in(snapshot):
        return _finished(snapshot)
    inside = snapshot.stay is not None and snapshot.stay.state != Participant.State.LEFT
    if supervision.leave_sent_at is None and (inside or not supervision.address):
        return Decision(Step.LEAVE, leaving)
    return _let_go(snapshot) or _hang_up(snapshot)


def _let_go(snapshot: Snapshot) -> Decision | None:
    """A leg that was up before us is only taken out of the conference; None when it is ours, or that is not certain.

    When in doubt about being heard, be quieter: of a leave that nobody accepted nothing is known, so it is hung up.
    """
    supervision, stay, left_at = snapshot.supervision, snapshot.stay, snapshot.supervision.leave_accepted_at
    if supervision.address:
        return None
    if stay is not None and stay.state == Participant.State.LEFT:
        return _finished(snapshot)
    if left_at is None:
        return None
    if stay is None:
        return _finished(snapshot)
    if snapshot.now - left_at < LOST_LEAVE:
        return Decision(Step.WAIT, Supervision.State.LEAVING)
    polled_at = snapshot.conference.polled_at
    is_read = polled_at is not None and polled_at - left_at >= LOST_LEAVE
    return None if is_read else Decision(Step.READ_BACK, Supervision.State.LEAVING)


def _hang_up(snapshot: Snapshot) -> Decision:
    supervision, leaving = snapshot.supervision, Supervision.State.LEAVING
    if supervision.hangup_sent_at is None or snapshot.now - supervision.hangup_sent_at > HANGUP_AGAIN:
        return Decision(Step.HANGUP, leaving)
    return Decision(Step.WAIT, leaving)


def _was_never_in(snapshot: Snapshot) -> bool:
    """A leg that was up before us and was surely not taken into the conference stays as it was."""
    supervision = snapshot.supervision
    maybe_in = snapshot.stay is not None or supervision.joined_at is not None or supervision.join_sent_at is not None
    return not supervision.address and not maybe_in


def _reach_phone(snapshot: Snapshot) -> Decision:
    supervision = snapshot.supervision
    if not supervision.call_control_id and snapshot.leg is None:
        if supervision.dialled_at is None:
            return Decision(Step.DIAL, Supervision.State.DIALLING)
        if snapshot.now - supervision.dialled_at > LOST_DIAL:
            return Decision(Step.GIVE_UP, Supervision.State.DIALLING, "no_reply")
        return Decision(Step.WAIT, Supervision.State.DIALLING)
    if supervision.dialled_at is not None and snapshot.now - supervision.dialled_at > LOST_HANGUP:
        return Decision(Step.GIVE_UP, Supervision.State.RINGING, "no_answer")
    ringing = snapshot.leg is not None and snapshot.leg.state == Leg.State.INITIATED
    state = Supervision.State.RINGING if ringing else Supervision.State.DIALLING
    requested_at = supervision.phone_asked_at or supervision.dialled_at
    is_due = requested_at is not None and snapshot.now - requested_at >= ASK_PHONE_EVERY
    return Decision(Step.ASK_PHONE if is_due and supervision.call_control_id else Step.WAIT, state)


def _take_part(snapshot: Snapshot) -> Decision:
    supervision, stay = snapshot.supervision, snapshot.stay
    inside = stay is not None and stay.state == Participant.State.JOINED
    checking = (answering.before_joining if supervision.join_sent_at is None else answering.after_joining)(snapshot)
    if checking is not None:
        return checking
    if supervision.join_sent_at is None:
        return Decision(Step.JOIN, Supervision.State.JOINING)
    if not inside:
        return _not_inside(snapshot)
    differs = (supervision.requested_role, sorted(supervision.requested_targets)) != (
        supervision.accepted_role,
        sorted(supervision.accepted_targets),
    )
    if differs:
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
    since, joined = snapshot.supervision.alone_at, Supervision.State.JOINED
    if snapshot.people or snapshot.supervision.stays_alone or since is None or snapshot.now - since < ALONE:
        return None
    verified_at, polled_at = snapshot.conference.verified_at, snapshot.conference.polled_at
    if verified_at is not None and verified_at >= since:
        return Decision(Step.GIVE_UP, joined, "alone")
    if polled_at is None or snapshot.now - polled_at >= ASK_IF_ALONE_EVERY:
        return Decision(Step.READ_BACK, joined)
    return None


def _adjust_mute(snapshot: Snapshot) -> Decision | None:
    supervision = snapshot.supervision
    if not supervision.accepted_at or supervision.mutes_sent >= MOST_MUTES:
        return None
    muted = is_to_be_muted(supervision, supervision.accepted_role)
    if supervision.accepted_mute is muted:
        return None
    return Decision(Step.MUTE if muted else Step.UNMUTE, Supervision.State.JOINED)


def _undo_meddling(snapshot: Snapshot) -> Decision | None:
    """A mode that was confirmed and that the list shows no longer was changed by somebody else: take it back.

    Once: what is not confirmed after that is treated as any mode that is not.
    """
    supervision, stay, polled_at = snapshot.supervision, snapshot.stay, snapshot.conference.polled_at
    if stay is None or supervision.confirmation != Supervision.Confirmation.AGREES:
        return None
    if polled_at is None or supervision.accepted_at is None or polled_at <= supervision.accepted_at:
        return None  # what is known of our stay is from before this mode
    if stay.muted is False and is_to_be_muted(supervision, supervision.accepted_role):
        return Decision(Step.MUTE, Supervision.State.JOINED)
    others = sorted(stay.whisper_call_control_ids) != sorted(supervision.accepted_targets)
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
    supervision, stay = snapshot.supervision, snapshot.stay
    if supervision.joined_at is not None and stay is not None and stay.state == Participant.State.LEFT:
        return _out(snapshot, Step.GIVE_UP, Supervision.State.JOINED)
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
