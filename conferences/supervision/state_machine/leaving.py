"""How a supervision ends: when our leg is gone, and how to take it out when it is not; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from conferences.models import Leg, Participant, Supervision
from conferences.supervision.state_machine import answering, endings
from conferences.supervision.state_machine.between_calls import HOPPED, keep_leg
from conferences.supervision.state_machine.steps import (
    HANGUP_AGAIN,
    LEAVES_FIRST,
    LOST_DIAL,
    LOST_LEAVE,
    OUT_AT_MOST,
    OUT_SETTLES,
    RING_SECS,
    Decision,
    Snapshot,
    Step,
)
from conferences.telnyx.unreached import Hangup, kind_of

# Why it ends, for a leg that was up before us and is still.
_ONLY_OUT: Final = {
    "not_quieter": "not_quieter_out",
    "not_certain": "not_certain_out",
    "not_confirmed": "not_confirmed_out",
    "withdrawn": "withdrawn_out",
    "sensitive": "sensitive_out",
    "protected": "protected_out",
    "too_long": "too_long_out",
    "no_key": "no_key_out",
    "wrong_key": "wrong_key_out",
    "unchecked": "unchecked_out",
    "alone": "alone_out",
}


def finish(snapshot: Snapshot) -> Decision:
    supervision, leg = snapshot.supervision, snapshot.leg
    state = Supervision.State.ENDED if supervision.joined_at else Supervision.State.FAILED
    if supervision.problem not in ("", HOPPED):
        is_up = not supervision.address and (leg is None or leg.state != Leg.State.ENDED)
        problem = _ONLY_OUT.get(supervision.problem, supervision.problem) if is_up else supervision.problem
        return Decision(Step.FINISH, state, problem)
    if supervision.joined_at or (leg is not None and leg.answered_at is not None):
        machine = None if supervision.joined_at or leg is None else answering.machine_of(leg)
        return Decision(Step.FINISH, state, machine) if machine else out(snapshot, Step.FINISH, state)
    if leg is not None and not leg.hangup_cause and _rang_out(leg, supervision):
        return Decision(Step.FINISH, state, "no_answer")  # the provider's record tells the end and no cause
    return Decision(Step.FINISH, state, kind_of(hangup_of(leg, supervision) if leg else Hangup("")))


def out(snapshot: Snapshot, step: Step, state: str) -> Decision:
    """Why our leg is out, once it is certain that it was not the call's own end, whose event may be still to come."""
    why = endings.why_out(snapshot.supervision, snapshot.conference, snapshot.leg, snapshot.participant)
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


def way_out(snapshot: Snapshot) -> Decision:
    supervision, leaving = snapshot.supervision, Supervision.State.LEAVING
    if snapshot.leg is None and not supervision.call_control_id:
        if supervision.dialled_at is None or snapshot.now - supervision.dialled_at > LOST_DIAL:
            return finish(snapshot)
        return Decision(Step.WAIT, leaving)  # the answer to our dial was lost; the leg may yet appear
    if (kept := keep_leg(snapshot)) is not None:
        return kept
    if _was_never_in(snapshot):
        return finish(snapshot)
    inside = snapshot.participant is not None and snapshot.participant.state != Participant.State.LEFT
    if supervision.leave_sent_at is None and (inside or not supervision.address):
        return Decision(Step.LEAVE, leaving)
    return _let_go(snapshot) or _hang_up(snapshot)


def _let_go(snapshot: Snapshot) -> Decision | None:
    """A leg that was up before us is only taken out of the conference; None when it is ours, or that is not certain.

    When in doubt about being heard, be quieter: of a leave that nobody accepted nothing is known, so it is hung up.
    """
    supervision, participant, left_at = (
        snapshot.supervision,
        snapshot.participant,
        snapshot.supervision.leave_accepted_at,
    )
    if supervision.address:
        return None
    if participant is not None and participant.state == Participant.State.LEFT:
        return finish(snapshot)
    if left_at is None:
        return None
    if participant is None:
        return finish(snapshot)
    if snapshot.now - left_at < LOST_LEAVE:
        return Decision(Step.WAIT, Supervision.State.LEAVING)
    polled_at = snapshot.conference.polled_at
    is_read = polled_at is not None and polled_at - left_at >= LOST_LEAVE
    return None if is_read else Decision(Step.READ_BACK, Supervision.State.LEAVING)


def _hang_up(snapshot: Snapshot) -> Decision:
    """Once she is out of earshot, others' leaves come first, for a moment."""
    supervision, leaving = snapshot.supervision, Supervision.State.LEAVING
    out_at = supervision.leave_accepted_at
    if snapshot.leaves_due and out_at is not None and snapshot.now - out_at < LEAVES_FIRST:
        return Decision(Step.WAIT, leaving)
    if supervision.hangup_sent_at is None or snapshot.now - supervision.hangup_sent_at > HANGUP_AGAIN:
        return Decision(Step.HANGUP, leaving)
    return Decision(Step.WAIT, leaving)


def _was_never_in(snapshot: Snapshot) -> bool:
    """A leg that was up before us and was surely not taken into the conference stays as it was."""
    supervision = snapshot.supervision
    maybe_in = (
        snapshot.participant is not None or supervision.joined_at is not None or supervision.join_sent_at is not None
    )
    return not supervision.address and not maybe_in
