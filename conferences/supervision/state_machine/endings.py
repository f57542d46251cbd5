"""Why a supervisor is out of a call that she did not leave: by when things happened, not when they became known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from conferences.models import Conference, Leg, Participant, Supervision

CALL_ENDED: Final = "call_ended"
CONFERENCE_OVER: Final = "conference_over"
HUNG_UP: Final = "hung_up"
LINE_ENDED: Final = "line_ended"
REMOVED: Final = "removed"
# What may turn out to have been the end of the call itself, of which nothing was known when it was said.
OPEN: Final = (HUNG_UP, LINE_ENDED, REMOVED)

# A call's end takes every leg out within moments, each with an event of its own, in any order.
NEAR: Final = timedelta(seconds=2)
# The conference whose end is told with this reason ended because the legs had left, not the other way round.
_BY_LEAVING: Final = ("", "all_left")


def why_out(supervision: Supervision, conference: Conference, leg: Leg | None, participant: Participant | None) -> str:
    """Return a key of wording.problems for one whose leg has ended or has left the conference, unasked.

    It was the call's end if the conference was over by then or moments later, unless her own phone hung up before
    (Telnyx: call.hangup, hangup_source).
    """
    over = CALL_ENDED if supervision.joined_at else CONFERENCE_OVER
    is_down = leg is not None and leg.state == Leg.State.ENDED
    is_hers = is_down and leg is not None and leg.hangup_source == _her_end(leg)
    if not conference.is_live and _took_her_along(supervision, conference, _out_at(leg, participant), is_hers=is_hers):
        return over
    if not is_down:
        return REMOVED
    return HUNG_UP if is_hers else LINE_ENDED


def _took_her_along(
    supervision: Supervision, conference: Conference, out_at: datetime | None, *, is_hers: bool
) -> bool:
    over_at = conference.ended_at
    if over_at is None or out_at is None or over_at <= out_at:
        return True
    if is_hers and (conference.end_reason in _BY_LEAVING or supervision.join_options.end_conference_on_exit):
        return False
    # The provider's record tells that it is over, not since when: what counts is when we were told of either.
    noticed_at = max(out_at, supervision.out_at or out_at)
    return over_at - noticed_at <= NEAR


def _out_at(leg: Leg | None, participant: Participant | None) -> datetime | None:
    known = (leg.ended_at if leg else None, participant.left_at if participant else None)
    return min((one for one in known if one is not None), default=None)


def _her_end(leg: Leg) -> str:
    """Return what the provider calls the person's end of this leg."""
    return "caller" if leg.direction == "incoming" or leg.is_dialled_out else "callee"


def is_out(supervision: Supervision, leg: Leg | None, participant: Participant | None) -> bool:
    """Whether our leg was in, or answered, and is no more, although nobody here asked for that."""
    if not supervision.is_active or supervision.problem:
        return False
    if leg is not None and leg.state == Leg.State.ENDED:
        return supervision.joined_at is not None or leg.answered_at is not None
    return supervision.joined_at is not None and participant is not None and participant.state == Participant.State.LEFT


def is_truer(why: str, told: str) -> bool:
    """Whether `why` is what was behind an end that was told as `told` before all of it was known."""
    return why not in OPEN or (why == HUNG_UP and told == LINE_ENDED)
