"""What is seen of the call and of our leg that the row does not say yet: the columns to set; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conferences.models import Conference, Leg, Supervision
from conferences.supervision import notices
from conferences.supervision.state_machine import endings
from conferences.supervision.state_machine.steps import Snapshot, is_in, targets_now

Columns = Mapping[str, object]


def columns_seen(snapshot: Snapshot) -> dict[str, object]:
    """Return the columns that change with what is seen: targets that left, agents who came, her arrival, out, alone."""
    columns: dict[str, object] = {}
    for look in _LOOKS:
        columns |= look(snapshot.after(columns))
    return columns


def _leg_that_showed_itself(snapshot: Snapshot) -> Columns:
    """The answer to our dial was lost; the leg has told of itself by the client_state we gave it."""
    if snapshot.leg is None or snapshot.supervision.call_control_id:
        return {}
    found = {"call_control_id": snapshot.leg.call_control_id}
    return found | notices.clear_unknown_notice(snapshot.supervision)


def _targets_that_left(snapshot: Snapshot) -> Columns:
    supervision = snapshot.supervision
    role, targets = targets_now(supervision, snapshot.agents)
    if (role, sorted(targets)) == supervision.mode_requested:
        return {}
    told = notices.left(set(supervision.requested_targets) - set(targets), targets, snapshot.agents)
    return {"requested_role": role, "requested_targets": targets, "requested_at": snapshot.now, **told}


def _agents_who_came(snapshot: Snapshot) -> Columns:
    """Whoever comes to the call during a whisper does not hear it: the supervisor is told, and may add them."""
    supervision, agents = snapshot.supervision, snapshot.agents
    if not supervision.accepted_role == supervision.requested_role == Supervision.Role.WHISPER:
        return {}
    known = set(supervision.agents_seen)
    new = agents - known if known else frozenset()
    waiting = sorted(({*supervision.newcomers} | new) & agents - {*supervision.requested_targets})
    if known == agents and waiting == supervision.newcomers:
        return {}
    told = notices.joined(new, agents - new) if new else {}
    return {"agents_seen": sorted(agents), "newcomers": waiting, **told}


def _arrival(snapshot: Snapshot) -> Columns:
    supervision, leg, participant = snapshot.supervision, snapshot.leg, snapshot.participant
    if participant is None or not is_in(snapshot):
        return {}
    columns: dict[str, object] = {}
    if supervision.out_at is not None and leg is not None and leg.state == Leg.State.ANSWERED:
        columns["out_at"] = None
    if supervision.lift_hold and participant.on_hold is False:
        columns["lift_hold"] = False
    if supervision.joined_at is None:
        columns |= {"joined_at": participant.joined_at or snapshot.now, **notices.clear_unknown_notice(supervision)}
    return columns


def _being_out(snapshot: Snapshot) -> Columns:
    supervision = snapshot.supervision
    is_new = supervision.out_at is None and endings.is_out(supervision, snapshot.leg, snapshot.participant)
    return {"out_at": snapshot.now} if is_new else {}


def _being_alone(snapshot: Snapshot) -> Columns:
    supervision = snapshot.supervision
    is_live = snapshot.conference.state == Conference.State.IN_PROGRESS
    is_alone = is_in(snapshot) and not snapshot.people and is_live
    if is_alone and supervision.alone_at is None:
        return {"alone_at": snapshot.now}
    if not is_alone and supervision.alone_at is not None:
        return {"alone_at": None, "stays_alone": False}
    return {}


# In this order: each sees what those before it changed.
_LOOKS: Final[tuple[Callable[[Snapshot], Columns], ...]] = (
    _leg_that_showed_itself,
    _targets_that_left,
    _agents_who_came,
    _arrival,
    _being_out,
    _being_alone,
)
