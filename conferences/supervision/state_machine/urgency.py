"""Which steps wait for nobody: not for the worker that the provider keeps waiting, nor for its command; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from conferences.supervision.state_machine.deciding import next_step
from conferences.supervision.state_machine.steps import Snapshot, Step

# How long a leave may have no answer before the leg is hung up beside it.
PATIENCE: Final = timedelta(seconds=0.6)
# Likewise for one who goes over to another call: a phone that is hung up takes her out of the next one too.
PATIENCE_OF_HOP: Final = timedelta(seconds=2)
# A command that is answered within this is waited for, so that commands for a leg come one after the other where the
# provider is well.
ORDINARY: Final = timedelta(seconds=0.4)


def cannot_wait(snapshot: Snapshot) -> bool:
    """Return whether the step due now makes her quieter or takes her out, and her worker is not at that very step."""
    if snapshot.withdrawn is not None:
        return True
    supervision, step = snapshot.supervision, next_step(snapshot).step
    if step in (Step.LEAVE, Step.HANGUP, Step.FINISH):
        return not _is_leaving(snapshot)
    if step is not Step.UPDATE or not supervision.is_getting_quieter:
        return False
    under_way = supervision.command_at if supervision.command else None
    return under_way is None or under_way < supervision.requested_at


def is_just_sent(snapshot: Snapshot) -> bool:
    """Return whether the command under way is so young that its answer is waited for."""
    sent_at = snapshot.supervision.command_at if snapshot.supervision.command else None
    return sent_at is not None and snapshot.now - sent_at < ORDINARY


def _is_leaving(snapshot: Snapshot) -> bool:
    supervision, sent_at = snapshot.supervision, snapshot.supervision.leave_sent_at
    patience = PATIENCE if supervision.hop_to_id is None else PATIENCE_OF_HOP
    return supervision.command == Step.LEAVE.value and sent_at is not None and snapshot.now - sent_at < patience
