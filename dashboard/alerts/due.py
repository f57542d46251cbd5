"""What pages are told of when an alert is due: kinds and moments; whether one is raised they ask for then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conferences.attention import Kind, Reason
from conferences.wording.alerts import NAMES
from dashboard.presenters.call import Call
from dashboard.presenters.rows.caller import Caller, row_id

Due = dict[str, dict[str, Any]]
NOTHING: dict[str, Any] = {"at": {}}


def due(calls: Iterable[Call]) -> Due:
    """Return of each of these calls, by our id, when something about it is due; of what is over, nothing is.

    "at": by kind and occasion, in seconds of the epoch; "queue": where its caller waits.
    """
    return {str(call.pk): _due(call, waits=bool(call.others) and not call.agents) for call in calls}


def due_outside(callers: Iterable[Caller], gone: Iterable[str] = ()) -> Due:
    """Return the same of callers in no conference, by their rows. `gone`: rows of those who are none any more."""
    known = {row_id(one.pk): _due(one, waits=one.status == "No agent") for one in callers}
    return known | dict.fromkeys(gone, NOTHING)


def occasion(found: Reason) -> str:
    """Return what tells one asking for help from the next in the same call; for anything else it is nothing."""
    return found.since.isoformat()[:40] if found.kind is Kind.HELP else ""


def _due(call: Call | Caller, *, waits: bool) -> dict[str, Any]:
    if not call.is_live:
        return NOTHING
    reasons = [one for one in call.reasons if one.kind in NAMES]
    at = {f"{one.kind} {occasion(one)}": round(one.warn_at.timestamp(), 1) for one in reasons}
    return {"at": at} | ({"queue": call.queue_pk} if waits and call.queue_pk else {})
