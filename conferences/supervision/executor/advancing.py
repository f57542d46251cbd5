"""Carries a supervision on, step by step, until there is nothing to do but wait; decides nothing itself."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from conferences import signals
from conferences.audit import log as audit
from conferences.audit import stays
from conferences.models import Supervision
from conferences.reconciliation import leg_status, readback
from conferences.supervision import confirmation, lease, notices, store, transitions
from conferences.supervision.commands import sending
from conferences.supervision.executor import hopping, overtaking
from conferences.supervision.phone import registration
from conferences.supervision.snapshot import leaves_due, take_snapshot
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import CommandResult, Decision, Snapshot, Step
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand

log = logging.getLogger(__name__)

MOST_STEPS: Final = 12


def advance(supervision_id: UUID) -> None:
    """Do what is due for this supervision now: send its next commands, or note how it ended. Safe to call at any time.

    One worker at a time has a supervision, so commands for its leg never interleave; who comes meanwhile returns at
    once, and the one who has it looks again before giving it back. Only a step that makes her quieter or takes her out
    does not wait for a worker that the provider keeps waiting.
    """
    while (turn := lease.take(supervision_id) or overtaking.overtake(supervision_id)) is not None:
        try:
            went_on = all(_do_next(supervision_id, turn) for _ in range(MOST_STEPS))
        finally:
            lease.give_back(supervision_id, turn)
        if went_on or not _is_due(supervision_id):
            return


def _is_due(supervision_id: UUID) -> bool:
    snapshot = take_snapshot(supervision_id, with_rights=False)  # these were judged a moment ago
    return snapshot is not None and decide(snapshot).step is not Step.WAIT


def _do_next(supervision_id: UUID, turn: int) -> bool:
    """Take one step; return whether another may follow at once."""
    snapshot = take_snapshot(supervision_id)
    if snapshot is None or snapshot.supervision.busy_turn != turn:
        return False
    decision = decide(snapshot)
    do = _DONE_BY.get(decision.step)
    columns = {**decision.columns, **({} if do else kept_command(snapshot, decision.step))}
    if not _note(snapshot.supervision, decision, columns):
        return False
    return do(snapshot) if do else _send(snapshot.supervision, decision.step)


def _note(supervision: Supervision, decision: Decision, columns: Mapping[str, object]) -> bool:
    """Write what was decided, and put it on record; return whether it still is what is to be done."""
    before = supervision.state
    if not _write(supervision, decision.step, notices.worded(columns)):
        return False
    if decision.denied:
        mode = supervision.requested_role, supervision.requested_targets
        attempt = audit.Attempt(supervision.user, supervision.conference, "join", *mode, supervision.source_ip)
        audit.deny(attempt, decision.denied)
    if decision.recorded:
        audit.happened(supervision, decision.recorded.action, decision.recorded.outcome)
    stays.moved_on(supervision, before)
    return True


def _write(supervision: Supervision, step: Step, columns: Mapping[str, object]) -> bool:
    if step is Step.HOP and supervision.hop_to is not None:
        return store.note_hop(supervision, columns, hopping.next_supervision(supervision, supervision.hop_to))
    return not columns or store.note_decision(supervision, columns)


def kept_command(snapshot: Snapshot, step: Step) -> dict[str, object]:
    """Return the columns that keep a command before it is sent: a server that dies leaves behind what was under way."""
    found = {"signed_in": registration.is_signed_in(snapshot.supervision.address)} if step is Step.DIAL else {}
    return {
        "command": step.value,
        "command_id": str(uuid.uuid4()),
        "command_at": snapshot.now,
        **lease.prolonged(),
        **found,
    }


def _send(supervision: Supervision, step: Step) -> bool:
    _apply(supervision, step, sending.send(supervision, step))
    return step is not Step.HANGUP and not leaves_due(supervision)  # else to wait; whoever gives back looks once more


def _resend(snapshot: Snapshot) -> bool:
    lease.prolong(snapshot.supervision)
    return _send(snapshot.supervision, Step(snapshot.supervision.command))


def _lose(snapshot: Snapshot) -> bool:
    supervision = snapshot.supervision
    lost = sending.lost(supervision, supervision.command_at or snapshot.now)
    _apply(supervision, Step(supervision.command), lost)
    return True


def _apply(supervision: Supervision, step: Step, result: CommandResult) -> None:
    """Note what came of a command, also one that was overtaken meanwhile."""
    back = transitions.take_back(supervision, step, result)
    if not store.note_in_turn(supervision, columns_of(supervision, step, result), unless_asked_anew=back):
        overtaking.hear_late(supervision, step, result)
    if step is Step.HANGUP and result.code in sending.LEG_GONE:
        sending.leg_is_gone(supervision)


def columns_of(supervision: Supervision, step: Step, result: CommandResult) -> dict[str, object]:
    """Return the columns that keep what came of a command, of which none is under way any more."""
    columns: dict[str, object] = {"command": "", "command_id": "", "command_at": None}
    return notices.worded(columns | transitions.columns_after(supervision, step, result))


def _hop(_: Snapshot) -> bool:
    """The next stay is carried on by whoever carries on those who are not leaving."""
    signals.work_arrived.send(sender=None)
    return False


def _confirm(snapshot: Snapshot) -> bool:
    supervision = snapshot.supervision
    noted = store.note_in_turn(supervision, confirmation.verify_mode(supervision))
    if noted and supervision.confirmation == Supervision.Confirmation.AGREES:
        stays.confirmed(supervision)
    return True


def _ask_phone(snapshot: Snapshot) -> bool:
    try:
        leg_status.ask_after(snapshot.supervision.call_control_id, snapshot.leg)
    except TelnyxError as error:
        log.warning("A phone that rings could not be asked after: %s", error)
    return True


def _read_back(snapshot: Snapshot) -> bool:
    try:
        readback.read_back(snapshot.conference)
    except (TelnyxError, InvalidCommand) as error:
        log.warning("A conference could not be read back: %s", error)
    return True


# What is done for a step, and whether another may follow; for all others a command is sent.
_DONE_BY: Final[Mapping[Step, Callable[[Snapshot], bool]]] = {
    Step.WAIT: lambda _: False,
    Step.FINISH: lambda _: False,
    Step.HOP: _hop,
    Step.GIVE_UP: lambda _: True,
    Step.ASSERT_AGAIN: lambda _: True,
    Step.RESEND: _resend,
    Step.LOSE: _lose,
    Step.CONFIRM: _confirm,
    Step.ASK_PHONE: _ask_phone,
    Step.READ_BACK: _read_back,
}
