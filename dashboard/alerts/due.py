"""What pages are told of when an alert is due: kinds and moments; whether one is raised they ask for then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conferences.attention import Kind, Reason
from conferences.wording.alerts import NAMES
from dashboard.presenters.call import Call


def due(calls: Iterable[Call]) -> dict[str, dict[str, Any]]:
    """Return of each of these calls, by our id, when something about it is due; of what is over, nothing is.

    "at": by kind and occasion, in seconds of the epoch; "queue": where its caller waits.
    """
    return {str(call.pk): _due(call) for call in calls}


def occasion(found: Reason) -> str:
    """Return what tells one asking for help from the next in the same call; for anything else it is nothing."""
    return found.since.isoformat()[:40] if found.kind is Kind.HELP else ""


def _due(call: Call) -> dict[str, Any]:
    reasons = [one for one in call.reasons if one.kind in NAMES] if call.is_live else []
    waits = any(one.kind in (Kind.WAITING, Kind.NO_AGENT) for one in reasons)
    at = {f"{one.kind} {occasion(one)}": round(one.warn_at.timestamp(), 1) for one in reasons}
    return {"at": at} | ({"queue": call.queue_pk} if waits and call.queue_pk else {})
