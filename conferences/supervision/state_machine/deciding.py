"""What to do next for a supervision, from what is known of it; the only place that decides; pure, sends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conferences.audit.log import Outcome
from conferences.models import AuditEntry, Leg, Supervision
from conferences.policy.entitlement import Withdrawn
from conferences.supervision import notices
from conferences.supervision.state_machine.leaving import finish, way_out
from conferences.supervision.state_machine.observations import columns_seen
from conferences.supervision.state_machine.steps import (
    ASK_PHONE_EVERY,
    LOST_DIAL,
    LOST_HANGUP,
    RESENDABLE,
    Decision,
    Recorded,
    Snapshot,
    Step,
)
from conferences.supervision.state_machine.taking_part import take_part
from conferences.supervision.state_machine.unanswered import unreached
from conferences.wording.withdrawals import SENTENCES

# Not sent again once she wants to be out.
_TAKE_HER_IN: Final = (Step.ASK, Step.JOIN, Step.UPDATE, Step.UNMUTE, Step.UNHOLD)
# Sent only while policy allows the mode.
_NEED_A_RIGHT: Final = (Step.DIAL, Step.JOIN, Step.UPDATE)
# Why it ends, where it is no right of hers that is gone.
_PROBLEMS: Final = {
    Withdrawn.SENSITIVE: "sensitive",
    Withdrawn.PROTECTED: "protected",
    Withdrawn.TOO_LONG: "too_long",
}
# Of these it is noted when they were sent last.
_MARKED: Final = {
    Step.DIAL: "dialled_at",
    Step.ASK: "ask_sent_at",
    Step.JOIN: "join_sent_at",
    Step.LEAVE: "leave_sent_at",
    Step.HANGUP: "hangup_sent_at",
    Step.ASK_PHONE: "phone_asked_at",
}


def decide(snapshot: Snapshot) -> Decision:
    """Return the one thing to do now. Whatever happened in between, it is decided from the present alone."""
    return _settle_command(snapshot) if snapshot.supervision.command else _decide_anew(snapshot)


def problem_of(why: Withdrawn) -> str:
    """Return the kind of end that a right which is gone brings."""
    return _PROBLEMS.get(why, "withdrawn")


def _decide_anew(snapshot: Snapshot) -> Decision:
    """Return what there would be to do if no command were under way."""
    if snapshot.withdrawn is not None:
        return _withdraw(snapshot, snapshot.withdrawn)
    seen = columns_seen(snapshot)
    now = snapshot.after(seen)
    decision = _permitted(now, next_step(now))
    state = {"state": decision.state} if decision.state != now.supervision.state else {}
    decision = replace(decision, columns={**seen, **state, **_marks(now, decision), **decision.columns})
    return _ended(now, decision) if decision.step in (Step.FINISH, Step.HOP) else decision


def next_step(snapshot: Snapshot) -> Decision:
    """Return the next step toward what she asked for, rights aside."""
    if snapshot.leg is not None and snapshot.leg.state == Leg.State.ENDED:
        return finish(snapshot)
    if not snapshot.supervision.is_active:
        return way_out(snapshot)
    if not snapshot.conference.is_live:
        problem = "call_ended" if snapshot.supervision.joined_at else "conference_over"
        return Decision(Step.GIVE_UP, snapshot.supervision.state, problem)
    if snapshot.leg is None or snapshot.leg.state != Leg.State.ANSWERED:
        return _reach_phone(snapshot)
    return take_part(snapshot)


def _settle_command(snapshot: Snapshot) -> Decision:
    """A command is under way and nobody has it: its server died. Send the very same again, or own up to not knowing."""
    supervision = snapshot.supervision
    sent_at = supervision.command_at or snapshot.now
    fresh = snapshot.now - sent_at < RESENDABLE and supervision.requested_at <= sent_at
    again = fresh and (supervision.is_active or Step(supervision.command) not in _TAKE_HER_IN)
    return Decision(Step.RESEND if again else Step.LOSE, supervision.state)


def _withdraw(snapshot: Snapshot, why: Withdrawn) -> Decision:
    """Whoever may not listen any more is out, whatever is under way; on record as Earshot's doing, with the reason."""
    sentence, problem = SENTENCES[why], problem_of(why)
    recorded = Recorded("withdraw", Outcome(AuditEntry.Result.OK, note=sentence))
    columns: dict[str, object] = {"is_active": False, "problem": problem, "hop_to_id": None}
    columns |= notices.said(sentence)
    if snapshot.supervision.state == Supervision.State.BETWEEN:
        columns["state"] = Supervision.State.LEAVING
    return Decision(Step.GIVE_UP, snapshot.supervision.state, problem, columns, recorded)


def _permitted(snapshot: Snapshot, decision: Decision) -> Decision:
    """Being heard by fewer needs no permission; anything else is judged again at the moment it is sent."""
    supervision = snapshot.supervision
    is_quieter = supervision.is_getting_quieter and supervision.accepted_at is not None
    if not snapshot.refusal or decision.step not in _NEED_A_RIGHT or is_quieter:
        return decision
    told = notices.said(snapshot.refusal)
    return Decision(Step.GIVE_UP, decision.state, "withdrawn", told, denied=snapshot.refusal)


def _marks(snapshot: Snapshot, decision: Decision) -> dict[str, object]:
    """What is noted of a step before it is taken."""
    supervision, step = snapshot.supervision, decision.step
    marks: dict[str, object] = {_MARKED[step]: snapshot.now} if step in _MARKED else {}
    if decision.state == Supervision.State.CHECKING and supervision.check_began_at is None:
        marks["check_began_at"] = snapshot.now
    if step is Step.ASK:
        marks["asks_sent"] = supervision.asks_sent + 1
    if step is Step.ASSERT_AGAIN:
        marks |= {"accepted_role": "", "accepted_mute": None, "asserted_again": True}
    if step in (Step.GIVE_UP, Step.FINISH, Step.HOP):
        marks |= {"is_active": False, "problem": decision.problem}
    return marks


def _ended(snapshot: Snapshot, decision: Decision) -> Decision:
    """Nobody can be told any more that something is uncertain; a phone that was not reached goes on record."""
    done: dict[str, object] = {"ended_at": snapshot.now, **notices.clear_unknown_notice(snapshot.supervision)}
    found = unreached(snapshot, decision)
    if found and found.notice:
        done |= notices.said(found.notice)
    recorded = Recorded("ring", found.outcome) if found else None
    return replace(decision, columns={**decision.columns, **done}, recorded=recorded)


def _reach_phone(snapshot: Snapshot) -> Decision:
    supervision = snapshot.supervision
    if not supervision.call_control_id and snapshot.leg is None:
        return _dial(snapshot)
    if supervision.dialled_at is not None and snapshot.now - supervision.dialled_at > LOST_HANGUP:
        return Decision(Step.GIVE_UP, Supervision.State.RINGING, "no_answer")
    ringing = snapshot.leg is not None and snapshot.leg.state == Leg.State.INITIATED
    state = Supervision.State.RINGING if ringing else Supervision.State.DIALLING
    asked_at = supervision.phone_asked_at or supervision.dialled_at
    is_due = asked_at is not None and snapshot.now - asked_at >= ASK_PHONE_EVERY
    return Decision(Step.ASK_PHONE if is_due and supervision.call_control_id else Step.WAIT, state)


def _dial(snapshot: Snapshot) -> Decision:
    dialled_at, dialling = snapshot.supervision.dialled_at, Supervision.State.DIALLING
    if dialled_at is None:
        return Decision(Step.DIAL, dialling)
    if snapshot.now - dialled_at > LOST_DIAL:
        return Decision(Step.GIVE_UP, dialling, "no_reply")
    return Decision(Step.WAIT, dialling)
