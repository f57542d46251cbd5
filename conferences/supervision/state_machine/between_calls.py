"""One leg, several calls: when our leg is surely out of one, whether it stays up, and for how long; pure."""

from __future__ import annotations

from typing import Final

from conferences.models import Participant, Supervision
from conferences.supervision.state_machine.steps import (
    LEFT_UNTOLD,
    LOST_LEAVE,
    OUT_SETTLES,
    READ_IF_OUT_EVERY,
    Decision,
    Snapshot,
    Step,
)

_LEAVING: Final = Supervision.State.LEAVING
# She goes over to another call, and how this stay ended is told by nothing else.
HOPPED: Final = "hopped"
# Whether she was out of the call was not certain, so that no other was joined.
UNCERTAIN: Final = "hop_uncertain"
# After these she is out, and neither she nor anybody else wanted her phone to be hung up.
_KEEPS_LEG: Final = ("conference_over", "full", "refused", "call_ended", "alone_out")


def keep_leg(snapshot: Snapshot) -> Decision | None:
    """Return what to do with a leg that is to stay up for another call; None where it is not, or no longer.

    Nobody is ever in two calls: the next is joined only once the provider has told that she is out of this one. Where
    that does not come to be known the leg is hung up, for then she is in neither.
    """
    supervision = snapshot.supervision
    if not _is_to_stay_up(snapshot):
        return None
    if not is_surely_out(snapshot):
        return _take_out(snapshot)
    if supervision.hop_to_id is not None:
        state = Supervision.State.ENDED if supervision.joined_at else Supervision.State.FAILED
        return Decision(Step.HOP, state, supervision.problem or HOPPED)
    since = supervision.between_at or snapshot.now
    if snapshot.now - since >= snapshot.between:
        return None
    noted = {} if supervision.between_at else {"between_at": snapshot.now}
    return Decision(Step.WAIT, Supervision.State.BETWEEN, columns=noted)


def may_stay_up(snapshot: Snapshot) -> bool:
    """Return whether a leg such as ours stays up for a while after a call, should she be surely out of it."""
    return bool(snapshot.between) and snapshot.supervision.may_stay_up


def is_surely_out(snapshot: Snapshot) -> bool:
    """Return whether our leg cannot be in the conference, nor come into it any more.

    A join of which nobody knows what came of it may still be carried out, so that absence alone proves nothing then.
    """
    supervision, participant, left_at = (
        snapshot.supervision,
        snapshot.participant,
        snapshot.supervision.leave_accepted_at,
    )
    if participant is not None and participant.state == Participant.State.LEFT:
        return True
    if not snapshot.conference.is_live:
        return True
    if participant is not None or supervision.command:
        return False
    if supervision.join_sent_at is None:
        return True
    verified_at = snapshot.conference.verified_at
    if not supervision.accepted_role or left_at is None or verified_at is None:
        return False
    return verified_at - left_at >= OUT_SETTLES


def _is_to_stay_up(snapshot: Snapshot) -> bool:
    supervision = snapshot.supervision
    if supervision.hop_to_id is not None:
        return True
    has_been_in = supervision.joined_at is not None or supervision.line is not None
    return may_stay_up(snapshot) and has_been_in and supervision.problem in _KEEPS_LEG


def _take_out(snapshot: Snapshot) -> Decision | None:
    """Leave, and wait until it is known that she is out; hang up where it does not come to be known."""
    supervision, left_at = snapshot.supervision, snapshot.supervision.leave_accepted_at
    if supervision.leave_sent_at is None:
        return Decision(Step.LEAVE, _LEAVING)
    if left_at is None or snapshot.now - left_at >= LOST_LEAVE:
        return _hang_up(snapshot)
    read_at = max(left_at + LEFT_UNTOLD - READ_IF_OUT_EVERY, snapshot.conference.polled_at or left_at)
    is_due = snapshot.now - read_at >= READ_IF_OUT_EVERY
    return Decision(Step.READ_BACK if is_due else Step.WAIT, _LEAVING)


def _hang_up(snapshot: Snapshot) -> Decision | None:
    if snapshot.supervision.hop_to_id is None:
        return None
    return Decision(Step.HANGUP, _LEAVING, columns={"hop_to_id": None, "problem": UNCERTAIN})
