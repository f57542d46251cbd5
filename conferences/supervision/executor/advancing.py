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
from conferences.supervision.commands.sending import Sent
from conferences.supervision.executor import overtaking
from conferences.supervision.executor.unanswered import unreached
from conferences.supervision.lease import note
from conferences.supervision.phone import registration
from conferences.supervision.snapshot import situation
from conferences.supervision.state_machine import endings
from conferences.supervision.state_machine.deciding import next_step
from conferences.supervision.state_machine.steps import Decision, Situation, Step, is_in, is_quieter, targets_now
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand

log = logging.getLogger(__name__)

MOST_STEPS = 12
# For as long as a join that comes too early is tried, and a little more.
GLANCE, MOST_GLANCES = 0.1, 30


def follow(supervision_id: UUID) -> None:
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


def follow_own_leg(supervision_id: UUID) -> Supervision:
    """Follow one that joins with a leg that is up already, until it is known what came of that, or for some seconds.

    It may be another worker that joins it: whoever asked reads in the form what the provider said all the same.
    """
    for _ in range(MOST_GLANCES):
        follow(supervision_id)
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
    at = situation(supervision_id)
    return at is not None and next_step(at).step is not Step.WAIT


def _do_next(supervision_id: UUID, turn: int) -> bool:
    """Take one step; say whether another may follow at once."""
    at = situation(supervision_id)
    if at is None or at.supervision.busy_turn != turn:
        return False
    if at.supervision.command:
        _settle_lost_command(at.supervision)
        return True
    if _end_if_withdrawn(at):
        return True
    _keep_present_targets(at)
    _tell_of_new_agents(at)
    _note_arrival(at)
    _note_out(at)
    _note_alone(at)
    decision = next_step(at)
    if decision.state != at.supervision.state:
        note(at.supervision, state=decision.state, **_check_begins(at, decision))
    quiet = _WITHOUT_COMMAND.get(decision.step)
    return quiet(at, decision) if quiet else _carry_out(at, decision)


def _check_begins(at: Situation, decision: Decision) -> dict[str, object]:
    is_new = decision.state == Supervision.State.CHECKING and at.supervision.check_began_at is None
    return {"check_began_at": at.now} if is_new else {}


def _end_if_withdrawn(at: Situation) -> bool:
    """Whoever may not listen any more is out, whatever is under way; on record as Earshot's doing, with the reason."""
    supervision = at.supervision
    why = entitlement.withdrawn(supervision) if supervision.wanted else None
    if why is None:
        return False
    sentence = entitlement.SENTENCES[why]
    if note(supervision, wanted=False, problem="withdrawn", **notices.said(sentence)):
        audit.happened(supervision, "withdraw", audit.Outcome(AuditEntry.Result.OK, note=sentence))
    return True


def _settle_lost_command(supervision: Supervision) -> None:
    """A command is under way and nobody has it: its server died. Send the very same again, or own up to not knowing."""
    step, sent_at = Step(supervision.command), supervision.command_at or clock.now()
    fresh = clock.now() - sent_at < sending.RESENDABLE and supervision.asked_at <= sent_at
    if fresh and (supervision.wanted or step not in _TAKE_HER_IN):
        lease.prolong(supervision)
        sent = sending.send(supervision, step)
    else:
        sent = sending.lost(supervision, sent_at)
    _apply(supervision, step, sent)


# Not sent again once she wants to be out.
_TAKE_HER_IN = (Step.ASK, Step.JOIN, Step.UPDATE, Step.UNMUTE, Step.UNHOLD)


def _keep_present_targets(at: Situation) -> None:
    supervision = at.supervision
    role, targets = targets_now(supervision, at.agents)
    if (role, sorted(targets)) == (supervision.asked_role, sorted(supervision.asked_targets)):
        return
    told = notices.left(set(supervision.asked_targets) - set(targets), targets, at.agents)
    note(supervision, asked_role=role, asked_targets=targets, asked_at=at.now, **told)


def _tell_of_new_agents(at: Situation) -> None:
    """Whoever comes to the call during a whisper does not hear it: the supervisor is told, and may add them."""
    supervision = at.supervision
    if not supervision.accepted_role == supervision.asked_role == Supervision.Role.WHISPER:
        return
    known = set(supervision.agents_seen)
    new = at.agents - known if known else frozenset()
    waiting = sorted(({*supervision.newcomers} | new) & at.agents - {*supervision.asked_targets})
    if known == at.agents and waiting == supervision.newcomers:
        return
    told = notices.joined(new, at.agents - new) if new else {}
    note(supervision, agents_seen=sorted(at.agents), newcomers=waiting, **told)


def _note_arrival(at: Situation) -> None:
    if at.stay is None or not is_in(at):
        return
    if at.supervision.out_at is not None and at.leg is not None and at.leg.state == Leg.State.ANSWERED:
        note(at.supervision, out_at=None)
    if at.supervision.lift_hold and at.stay.on_hold is False:
        note(at.supervision, lift_hold=False)
    if at.supervision.joined_at is None:
        note(at.supervision, joined_at=at.stay.joined_at or at.now, **transitions.settled(at.supervision))


def _note_out(at: Situation) -> None:
    if at.supervision.out_at is None and endings.is_out(at.supervision, at.leg, at.stay):
        note(at.supervision, out_at=at.now)


def _note_alone(at: Situation) -> None:
    supervision = at.supervision
    is_alone = is_in(at) and not at.people and at.conference.state == Conference.State.IN_PROGRESS
    if is_alone and supervision.alone_at is None:
        note(supervision, alone_at=at.now)
    elif not is_alone and supervision.alone_at is not None:
        note(supervision, alone_at=None, stays_alone=False)


def _wait(at: Situation, decision: Decision) -> bool:
    return False


def _finish(at: Situation, decision: Decision) -> bool:
    done = transitions.settled(at.supervision)
    came_of_it = unreached(at, decision)
    if came_of_it and came_of_it.notice:
        done |= notices.said(came_of_it.notice)
    if note(at.supervision, problem=decision.problem, ended_at=at.now, wanted=False, **done) and came_of_it:
        audit.happened(at.supervision, "ring", came_of_it.outcome)
    return False


def _give_up(at: Situation, decision: Decision) -> bool:
    if note(at.supervision, wanted=False, problem=decision.problem) and decision.problem == "alone":
        why = problem_words("alone")
        audit.happened(at.supervision, "alone", audit.Outcome(AuditEntry.Result.OK, note=why))
    return True


def _confirm(at: Situation, decision: Decision) -> bool:
    found = confirmation.look(at.supervision)
    done = transitions.settled(at.supervision) if found["proof"] == Supervision.Proof.AGREES else {}
    note(at.supervision, **found, **done)
    return True


def _assert_again(at: Situation, decision: Decision) -> bool:
    note(at.supervision, accepted_role="", accepted_mute=None, asserted_again=True)
    return True


def _ask_phone(at: Situation, decision: Decision) -> bool:
    note(at.supervision, phone_asked_at=at.now)
    try:
        leg_status.ask_after(at.supervision.call_control_id, at.leg)
    except TelnyxError as error:
        log.warning("A phone that rings could not be asked after: %s", error)
    return True


def _read_back(at: Situation, decision: Decision) -> bool:
    try:
        readback.read_back(at.conference)
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


def _carry_out(at: Situation, decision: Decision) -> bool:
    supervision = at.supervision
    if decision.step in (Step.DIAL, Step.JOIN, Step.UPDATE) and not _still_allowed(at):
        return True
    marks: dict[str, object]
    marks = {f"{decision.step.value}_sent_at": at.now} if decision.step in _MARKED else {}
    if decision.step is Step.DIAL:
        marks = {"dialled_at": at.now, "signed_in": registration.is_signed_in(supervision.address)}
    if decision.step is Step.ASK:
        marks["asks_sent"] = supervision.asks_sent + 1
    lease.prolong(supervision)
    command = {"command": decision.step.value, "command_id": str(uuid.uuid4()), "command_at": at.now}
    if not note(supervision, **command, **marks):
        return False
    sent = sending.send(supervision, decision.step)
    _apply(supervision, decision.step, sent)
    return True


def _still_allowed(at: Situation) -> bool:
    """Asked again at the moment of the deed: a permission may have been withdrawn while the phone rang."""
    supervision = at.supervision
    try:
        policy.check_deed(supervision.user, supervision.conference, supervision.asked_role, supervision.asked_targets)
    except NotPossible as error:
        if is_quieter(supervision) and supervision.accepted_at:
            return True  # being heard by fewer needs no permission
        attempt = audit.Attempt(
            supervision.user,
            supervision.conference,
            "join",
            supervision.asked_role,
            supervision.asked_targets,
            supervision.source_ip,
        )
        audit.deny(attempt, error.sentence)
        note(supervision, wanted=False, problem="withdrawn", **notices.said(error.sentence))
        return False
    return True


def _apply(supervision: Supervision, step: Step, sent: Sent) -> None:
    """Note what came of a command. A step toward a quieter mode that may not have happened hangs up our leg."""
    changes = transitions.changes(supervision, step, sent)
    if step is Step.UPDATE and not sent.accepted:
        _take_back(supervision)
    if not note(supervision, command="", command_id="", command_at=None, **changes):
        overtaking.hear_late(supervision, step, sent)
    if step is Step.HANGUP and sent.code in sending.GONE:
        sending.leg_is_gone(supervision)


def _take_back(supervision: Supervision) -> None:
    """Return to the mode in force, unless the supervisor has asked for yet another one meanwhile."""
    if supervision.accepted_role:
        before = {"asked_role": supervision.accepted_role, "asked_targets": supervision.accepted_targets}
        unchanged = {"asked_at": supervision.asked_at, "busy_turn": supervision.busy_turn}
        Supervision.objects.filter(pk=supervision.pk, **unchanged).update(**before)
