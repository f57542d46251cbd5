"""Takes a supervision from a worker that waits for the provider, and hears that worker's answer when it comes late."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from conferences import provider
from conferences.models import Supervision
from conferences.supervision import lease, store, transitions
from conferences.supervision.snapshot import take_snapshot
from conferences.supervision.state_machine.steps import CommandResult, Step
from conferences.supervision.state_machine.urgency import cannot_wait, is_just_sent

# How often, in seconds, it is looked whether a command just sent was answered.
GLANCE: Final = 0.05
MOST_GLANCES: Final = 10


def overtake(supervision_id: UUID) -> int | None:
    """Take the supervision from its worker if what is due now cannot wait; return the turn, or None.

    Whoever is to be out, or to be heard by fewer, must not go on being heard because the provider does not answer an
    earlier command or a question.
    """
    for _ in range(MOST_GLANCES):
        snapshot = take_snapshot(supervision_id)
        if snapshot is None or not cannot_wait(snapshot):
            return None
        if not is_just_sent(snapshot) and (taken := lease.break_in(snapshot.supervision)) is not None:
            return taken
        provider.sleep(GLANCE)
        if (free := lease.take(supervision_id)) is not None:
            return free
    return None


def hear_late(supervision: Supervision, step: Step, result: CommandResult) -> None:
    """Take note of the answer to a command that was overtaken; nothing that was done since is undone by it."""
    now = Supervision.objects.select_related("conference").running().filter(pk=supervision.pk).first()
    if now is None:
        return  # a leg of ours that outlived it is found by its client_state
    if columns := transitions.columns_after_late(now, step, result):
        store.note(now, **columns)
