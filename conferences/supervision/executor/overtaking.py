"""When a worker that waits for the provider is overtaken, and what its answer is worth when it comes after all."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from conferences import provider
from conferences.models import AuditEntry, Supervision
from conferences.supervision import lease
from conferences.supervision.commands.sending import CommandResult
from conferences.supervision.requests import note
from conferences.supervision.snapshot import take_snapshot
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import Snapshot, Step, is_quieter

# How long a leave may have no answer before the leg is hung up beside it.
PATIENCE: Final = timedelta(seconds=0.6)
# A command that is answered within this is waited for, so that commands for a leg come one after the other where the
# provider is well; and how often, in seconds, somebody looks whether it was.
ORDINARY: Final = timedelta(seconds=0.4)
GLANCE, MOST_GLANCES = 0.05, 10


def turn(supervision_id: UUID) -> int | None:
    """Take the supervision from its worker if what is due now cannot wait; return the turn, or None.

    Whoever is to be out, or to be heard by fewer, must not go on being heard because the provider does not answer an
    earlier command or a question.
    """
    for _ in range(MOST_GLANCES):
        snapshot = take_snapshot(supervision_id)
        if snapshot is None or not cannot_wait(snapshot):
            return None
        if not _is_just_sent(snapshot) and (taken := lease.break_in(snapshot.supervision)) is not None:
            return taken
        provider.sleep(GLANCE)
        if (free := lease.take(supervision_id)) is not None:
            return free
    return None


def _is_just_sent(snapshot: Snapshot) -> bool:
    sent_at = snapshot.supervision.command_at if snapshot.supervision.command else None
    return sent_at is not None and snapshot.now - sent_at < ORDINARY


def cannot_wait(snapshot: Snapshot) -> bool:
    """Whether the step due now makes her quieter or takes her out, and her worker is not at that very step."""
    supervision, step = snapshot.supervision, decide(snapshot).step
    if step in (Step.LEAVE, Step.HANGUP, Step.FINISH):
        return not _is_leaving(snapshot)
    if step is not Step.UPDATE or not is_quieter(supervision):
        return False
    under_way = supervision.command_at if supervision.command else None
    return under_way is None or under_way < supervision.requested_at


def _is_leaving(snapshot: Snapshot) -> bool:
    sent_at = snapshot.supervision.leave_sent_at
    return (
        snapshot.supervision.command == Step.LEAVE.value and sent_at is not None and snapshot.now - sent_at < PATIENCE
    )


def hear_late(supervision: Supervision, step: Step, sent: CommandResult) -> None:
    """Take note of the answer to a command that was overtaken; nothing that was done since is undone by it.

    What it may have changed is not known any more, so the mode that is wanted now is sent again for certain, and one
    who was taken in after having left is taken out again.
    """
    now = Supervision.objects.select_related("conference").running().filter(pk=supervision.pk).first()
    if now is None:
        return  # a leg of ours that outlived it is found by its client_state
    changes = _dialled(now, sent) if step is Step.DIAL else _changed(now, step, sent)
    if changes:
        note(now, **changes)


def _dialled(now: Supervision, sent: CommandResult) -> dict[str, object]:
    if sent.accepted and not now.call_control_id:
        return {"call_control_id": sent.call_control_id}
    never_rings = sent.result == AuditEntry.Result.REFUSED or not sent.reached
    return {"dialled_at": None} if never_rings and not now.call_control_id else {}


def _changed(now: Supervision, step: Step, sent: CommandResult) -> dict[str, object]:
    if sent.result == AuditEntry.Result.REFUSED or not sent.reached:
        return {"join_sent_at": None} if step is Step.JOIN and now.accepted_at is None else {}
    if step in (Step.MUTE, Step.UNMUTE):
        return {"accepted_mute": None}
    if step is Step.JOIN and not now.is_active:
        return {"leave_sent_at": None, "leave_accepted_at": None}
    if step in (Step.JOIN, Step.UPDATE):
        return {"accepted_role": "", "accepted_at": now.accepted_at or sent.at}
    return {}
