"""Carries a supervision on, step by step, until there is nothing to do but wait; safe to call at any time."""

from __future__ import annotations

import logging
import uuid
from uuid import UUID

from conferences import clock, policy, provider
from conferences.audit import log as audit
from conferences.errors import NotPossible, problem_words
from conferences.models import AuditEntry, Conference, Leg, Supervision
from conferences.policy import entitlement
from conferences.reconciliation import leg_status, readback
from conferences.supervision import confirmation, lease, notices, transitions
from conferences.supervision.commands import sending
from conferences.supervision.commands.sending import CommandResult
from conferences.supervision.executor import overtaking
from conferences.supervision.executor.unanswered import unreached
from conferences.supervision.lease import note
from conferences.supervision.phone import registration
from conferences.supervision.snapshot import take_snapshot
from conferences.supervision.state_machine import endings
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import Decision, Snapshot, Step, is_in, is_quieter, targets_now
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand

log = logging.getLogger(__name__)

MOST_STEPS = 12
# For as long as a join that comes too early is tried, and a little more.
GLANCE, MOST_GLANCES = 0.1, 30


def advance(supervision_id: UUID) -> None:
    """Do what is due for this supervision now: send its next commands, or note how it ended.

    One worker at a time has a supervision, so commands for its leg never interleave; who comes meanwhile returns at
    once, and the one who has it looks again before giving it back. Only a step that makes her quieter or takes her out
    does not wait for a worker that the provider keeps waiting.
    """
    while (turn := lease.take(supervision_id) or overtaking.turn(supervision_id)) is not None:
        try:
            went_on = all(_do_next(supervision_id, turn) for _ in range(MOST_STEPS))
        finally:
            lease.give_back(supervision_id, turn)
        if went_on or not _is_due(supervision_id):
            return


def advance_own_leg(supervision_id: UUID) -> Supervision:
    """Follow one that joins with a leg that is up already, until it is known what came of that, or for some seconds.

    It may be another worker that joins it: whoever asked reads in the form what the provider said all the same.
    """
    for _ in range(MOST_GLANCES):
        advance(supervision_id)
        mine = Supervision.objects.get(pk=supervision_id)
        if (
            mine.ended_at is not None
            or mine.accepted_at is not None
            or mine.notice_kind
            or mine.ask_sent_at is not None
        ):
            break
        provider.sleep(GLANCE)
    return mine


def _is_due(supervision_id: UUID) -> bool:
    snapshot = take_snapshot(supervision_id)
    return snapshot is not None and decide(snapshot).step is not Step.WAIT


def _do_next(supervision_id: UUID, turn: int) -> bool:
    """Take one step; say whether another may follow at once."""
    snapshot = take_snapshot(supervision_id)
    if snapshot is None or snapshot.supervision.busy_turn != turn:
        return False
    if snapshot.supervision.command:
        _settle_lost_command(snapshot.supervision)
        return True
    if _end_if_withdrawn(snapshot):
        return True
    _keep_present_targets(snapshot)
    _tell_of_new_agents(snapshot)
    _note_arrival(snapshot)
    _note_out(snapshot)
    _note_alone(snapshot)
    decision = decide(snapshot)
    if decision.state != snapshot.supervision.state:
        note(snapshot.supervision, state=decision.state, **_check_begins(snapshot, decision))
    quiet = _WITHOUT_COMMAND.get(decision.step)
    return quiet(snapshot, decision) if quiet else _carry_out(snapshot, decision)


def _check_begins(snapshot: Snapshot, decision: Decision) -> dict[str, object]:
    is_new = decision.state == Supervision.State.CHECKING and snapshot.supervision.check_began_at is None
    return {"check_began_at": snapshot.now} if is_new else {}


def _end_if_withdrawn(snapshot: Snapshot) -> bool:
    """Whoever may not listen any more is out, whatever is under way; on record as Earshot's doing, with the reason."""
    supervision = snapshot.supervision
    why = entitlement.withdrawn(supervision) if supervision.is_active else None
    if why is None:
        return False
    sentence = entitlement.SENTENCES[why]
    if note(supervision, is_active=False, problem="withdrawn", **notices.said(sentence)):
        audit.happened(supervision, "withdraw", audit.Outcome(AuditEntry.Result.OK, note=sentence))
    return True


def _settle_lost_command(supervision: Supervision) -> None:
    """A command is under way and nobody has it: its server died. Send the very same again, or own up to not knowing."""
    step, sent_at = Step(supervision.command), supervision.command_at or clock.now()
    fresh = clock.now() - sent_at < sending.RESENDABLE and supervision.requested_at <= sent_at
    if fresh and (supervision.is_active or step not in _TAKE_HER_IN):
        lease.prolong(supervision)
        sent = sending.send(supervision, step)
    else:
        sent = sending.lost(supervision, sent_at)
    _apply(supervision, step, sent)


# Not sent again once she wants to be out.
_TAKE_HER_IN = (Step.ASK, Step.JOIN, Step.UPDATE, Step.UNMUTE, Step.UNHOLD)


def _keep_present_targets(snapshot: Snapshot) -> None:
    supervision = snapshot.supervision
    role, targets = targets_now(supervision, snapshot.agents)
    if (role, sorted(targets)) == (supervision.requested_role, sorted(supervision.requested_targets)):
        return
    told = notices.left(set(supervision.requested_targets) - set(targets), targets, snapshot.agents)
    note(supervision, requested_role=role, requested_targets=targets, requested_at=snapshot.now, **told)


def _tell_of_new_agents(snapshot: Snapshot) -> None:
    """Whoever comes to the call during a whisper does not hear it: the supervisor is told, and may add them."""
    supervision = snapshot.supervision
    if not supervision.accepted_role == supervision.requested_role == Supervision.Role.WHISPER:
        return
    known = set(supervision.agents_seen)
    new = snapshot.agents - known if known else frozenset()
    waiting = sorted(({*supervision.newcomers} | new) & snapshot.agents - {*supervision.requested_targets})
    if known == snapshot.agents and waiting == supervision.newcomers:
        return
    told = notices.joined(new, snapshot.agents - new) if new else {}
    note(supervision, agents_seen=sorted(snapshot.agents), newcomers=waiting, **told)


def _note_arrival(snapshot: Snapshot) -> None:
    if snapshot.stay is None or not is_in(snapshot):
        return
    if (
        snapshot.supervision.out_at is not None
        and snapshot.leg is not None
        and snapshot.leg.state == Leg.State.ANSWERED
    ):
        note(snapshot.supervision, out_at=None)
    if snapshot.supervision.lift_hold and snapshot.stay.on_hold is False:
        note(snapshot.supervision, lift_hold=False)
    if snapshot.supervision.joined_at is None:
        note(
            snapshot.supervision,
            joined_at=snapshot.stay.joined_at or snapshot.now,
            **transitions.clear_unknown_notice(snapshot.supervision),
        )


def _note_out(snapshot: Snapshot) -> None:
    if snapshot.supervision.out_at is None and endings.is_out(snapshot.supervision, snapshot.leg, snapshot.stay):
        note(snapshot.supervision, out_at=snapshot.now)


def _note_alone(snapshot: Snapshot) -> None:
    supervision = snapshot.supervision
    is_alone = is_in(snapshot) and not snapshot.people and snapshot.conference.state == Conference.State.IN_PROGRESS
    if is_alone and supervision.alone_at is None:
        note(supervision, alone_at=snapshot.now)
    elif not is_alone and supervision.alone_at is not None:
        note(supervision, alone_at=None, stays_alone=False)


def _wait(snapshot: Snapshot, decision: Decision) -> bool:
    return False


def _finish(snapshot: Snapshot, decision: Decision) -> bool:
    done = transitions.clear_unknown_notice(snapshot.supervision)
    came_of_it = unreached(snapshot, decision)
    if came_of_it and came_of_it.notice:
        done |= notices.said(came_of_it.notice)
    if (
        note(snapshot.supervision, problem=decision.problem, ended_at=snapshot.now, is_active=False, **done)
        and came_of_it
    ):
        audit.happened(snapshot.supervision, "ring", came_of_it.outcome)
    return False


def _give_up(snapshot: Snapshot, decision: Decision) -> bool:
    if note(snapshot.supervision, is_active=False, problem=decision.problem) and decision.problem == "alone":
        why = problem_words("alone")
        audit.happened(snapshot.supervision, "alone", audit.Outcome(AuditEntry.Result.OK, note=why))
    return True


def _confirm(snapshot: Snapshot, decision: Decision) -> bool:
    found = confirmation.verify_mode(snapshot.supervision)
    done = (
        transitions.clear_unknown_notice(snapshot.supervision)
        if found["confirmation"] == Supervision.Confirmation.AGREES
        else {}
    )
    note(snapshot.supervision, **found, **done)
    return True


def _assert_again(snapshot: Snapshot, decision: Decision) -> bool:
    note(snapshot.supervision, accepted_role="", accepted_mute=None, asserted_again=True)
    return True


def _ask_phone(snapshot: Snapshot, decision: Decision) -> bool:
    note(snapshot.supervision, phone_asked_at=snapshot.now)
    try:
        leg_status.ask_after(snapshot.supervision.call_control_id, snapshot.leg)
    except TelnyxError as error:
        log.warning("A phone that rings could not be asked after: %s", error)
    return True


def _read_back(snapshot: Snapshot, decision: Decision) -> bool:
    try:
        readback.read_back(snapshot.conference)
    except (TelnyxError, InvalidCommand) as error:
        log.warning("A conference could not be read back: %s", error)
    return True


_WITHOUT_COMMAND = {
    Step.WAIT: _wait,
    Step.FINISH: _finish,
    Step.GIVE_UP: _give_up,
    Step.CONFIRM: _confirm,
    Step.ASSERT_AGAIN: _assert_again,
    Step.ASK_PHONE: _ask_phone,
    Step.READ_BACK: _read_back,
}


# Of these it is noted when they were sent last.
_MARKED = (Step.ASK, Step.JOIN, Step.LEAVE, Step.HANGUP)


def _carry_out(snapshot: Snapshot, decision: Decision) -> bool:
    supervision = snapshot.supervision
    if decision.step in (Step.DIAL, Step.JOIN, Step.UPDATE) and not _still_allowed(snapshot):
        return True
    marks: dict[str, object]
    marks = {f"{decision.step.value}_sent_at": snapshot.now} if decision.step in _MARKED else {}
    if decision.step is Step.DIAL:
        marks = {"dialled_at": snapshot.now, "signed_in": registration.is_signed_in(supervision.address)}
    if decision.step is Step.ASK:
        marks["asks_sent"] = supervision.asks_sent + 1
    lease.prolong(supervision)
    command = {"command": decision.step.value, "command_id": str(uuid.uuid4()), "command_at": snapshot.now}
    if not note(supervision, **command, **marks):
        return False
    sent = sending.send(supervision, decision.step)
    _apply(supervision, decision.step, sent)
    return True


def _still_allowed(snapshot: Snapshot) -> bool:
    """Asked again at the moment of the action: a permission may have been withdrawn while the phone rang."""
    supervision = snapshot.supervision
    try:
        policy.check_action(
            supervision.user, supervision.conference, supervision.requested_role, supervision.requested_targets
        )
    except NotPossible as error:
        if is_quieter(supervision) and supervision.accepted_at:
            return True  # being heard by fewer needs no permission
        attempt = audit.Attempt(
            supervision.user,
            supervision.conference,
            "join",
            supervision.requested_role,
            supervision.requested_targets,
            supervision.source_ip,
        )
        audit.deny(attempt, error.sentence)
        note(supervision, is_active=False, problem="withdrawn", **notices.said(error.sentence))
        return False
    return True


def _apply(supervision: Supervision, step: Step, sent: CommandResult) -> None:
    """Note what came of a command. A step toward a quieter mode that may not have happened hangs up our leg."""
    changes = transitions.columns_after(supervision, step, sent)
    if step is Step.UPDATE and not sent.accepted:
        _take_back(supervision)
    if not note(supervision, command="", command_id="", command_at=None, **changes):
        overtaking.hear_late(supervision, step, sent)
    if step is Step.HANGUP and sent.code in sending.LEG_GONE:
        sending.leg_is_gone(supervision)


def _take_back(supervision: Supervision) -> None:
    """Return to the mode in force, unless the supervisor has asked for yet another one meanwhile."""
    if supervision.accepted_role:
        before = {"requested_role": supervision.accepted_role, "requested_targets": supervision.accepted_targets}
        unchanged = {"requested_at": supervision.requested_at, "busy_turn": supervision.busy_turn}
        Supervision.objects.filter(pk=supervision.pk, **unchanged).update(**before)
