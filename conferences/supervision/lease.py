"""Who is at work on a supervision: one worker at a time, save that a wish to be quieter or out waits for nobody.

Each taking has a number, the turn. A worker whose turn is over, because its lease ran out or was broken, notes nothing
more of what it decided: what it still hears is news of the past.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from conferences.liveness import processes
from conferences.models import Supervision
from conferences.supervision import store

# Longer than a worker spends on one command and on finding out in which region to send it.
LEASE: Final = timedelta(seconds=60)
_RUNNING: Final = Q(ended_at=None)
# The columns with which a row is written that is let go of at once.
GIVEN_BACK: Final[dict[str, object]] = {"busy_until": None, "busy_by": ""}


def take(supervision_id: UUID) -> int | None:
    """Return the turn in which the caller has the supervision; None when another worker has it, or it has ended."""
    row = Supervision.objects.running().filter(pk=supervision_id)
    holder, turn = row.values_list("busy_by", "busy_turn").first() or ("", 0)
    free = Q(busy_until=None) | Q(busy_until__lt=timezone.now())
    if processes.has_exited(holder):
        free |= Q(busy_by=holder)
    return turn + 1 if store.set_where(supervision_id, _RUNNING & free & Q(busy_turn=turn), **_taken(turn)) else None


def taken(supervision: Supervision) -> dict[str, object]:
    """Return the columns that take it, from its worker too: to be written while its row is locked as it was read.

    Only where no command is under way: that one is its worker's to tell of.
    """
    return _taken(supervision.busy_turn)


def break_in(supervision: Supervision) -> int | None:
    """Take it from the worker that has it, whatever that one waits for; return the turn.

    None when it is not that one's any more, or that one has gone on to another command since `supervision` was read. A
    command that was under way is that worker's to tell of: its answer is still to come, or never.
    """
    turn = supervision.busy_turn
    its = _RUNNING & Q(busy_turn=turn, command_id=supervision.command_id)
    broken = store.set_where(supervision.pk, its, **_taken(turn), command="", command_id="", command_at=None)
    return turn + 1 if broken else None


def prolong(supervision: Supervision) -> None:
    """Begin the lease's time anew."""
    store.set_where(supervision.pk, Q(busy_turn=supervision.busy_turn), **prolonged())


def prolonged() -> dict[str, object]:
    """Return the columns with which a decision's writing begins the lease's time anew."""
    return {"busy_until": timezone.now() + LEASE}


def give_back(supervision_id: UUID, turn: int) -> None:
    """Let the next worker have it, if it still was the caller's."""
    store.set_where(supervision_id, Q(busy_turn=turn), **GIVEN_BACK)


def _taken(turn: int) -> dict[str, object]:
    return {"busy_until": timezone.now() + LEASE, "busy_by": processes.current_process(), "busy_turn": turn + 1}
