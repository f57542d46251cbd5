"""Finds out for whom there is something to do: most who listen need nothing, and to see that costs little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from conferences.liveness import boundaries
from conferences.models import Supervision
from conferences.policy.entitlement import Withdrawn
from conferences.supervision import snapshot
from conferences.supervision.executor import withdrawing
from conferences.supervision.state_machine.deciding import decide
from conferences.supervision.state_machine.steps import Snapshot, Step


@dataclass(frozen=True, slots=True)
class Found:
    """Who is to be carried on, each by herself, and who is to be taken out together, and why."""

    due: Sequence[Supervision]
    lost: Mapping[UUID, Withdrawn]


def look(*, together: bool = True) -> Found:
    """Return for whom of all that are running there is something to do; their rights are judged too.

    Unless they may be taken out `together`, those who lost them are carried on by themselves.
    """
    running = all_running()
    lost = withdrawing.find(running)
    out = withdrawing.together(running, lost) if together else {}
    others = [one for one in running if one.pk not in out]
    due = {one.pk for one in with_something_due(others)} | lost.keys()
    return Found([one for one in others if one.pk in due], out)


def all_running() -> list[Supervision]:
    """Return all that are running, loaded as `snapshot.running` does. That nobody is, is seen at little cost."""
    return list(snapshot.running()) if Supervision.objects.running().exists() else []


def with_something_due(running: Sequence[Supervision]) -> list[Supervision]:
    """Return those of these for whom there is a step to take or something to note, rights aside.

    Load them as `snapshot.running` does. It makes as many queries for all as for one.
    """
    return [one.supervision for one in snapshot.take_snapshots(running) if _has_something_due(one)] if running else []


def _has_something_due(seen: Snapshot) -> bool:
    """Whether there is; also where that cannot be told, so that one row nobody foresaw keeps nobody else waiting."""
    told: list[bool] = []
    went_well = boundaries.ONE_LOOK.run(lambda: told.append(_is_due(seen)))
    return not went_well or told[0]


def _is_due(seen: Snapshot) -> bool:
    decision = decide(seen)
    return decision.step is not Step.WAIT or bool(decision.columns)
