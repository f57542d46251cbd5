"""Live legs that are in no conference: those that stand on no agent's row, and those that are bridged with each other.

`call.bridged` comes for both legs of a bridge and names no peer (Telnyx docs: Voice API webhooks). Legs of one call
session are taken to be one call; of those that share theirs with no other bridged leg, two are, and one alone is
none: the other has ended, and nothing announces that a bridge has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from conferences.models import Leg, Participant, Supervision


def unplaced() -> QuerySet[Leg]:
    """Return the live legs in no conference that no other page shows: no agent's, no caller's of a queue, and not
    Earshot's own for a supervision.
    """
    ours = Supervision.objects.running().filter(call_control_id=OuterRef("call_control_id"))
    callers = Q(kind=Leg.Kind.CUSTOMER, queue__isnull=False)
    found = Leg.objects.up().outside().filter(agent=None).exclude(Exists(ours)).exclude(callers)
    return found.select_related("queue__team", "system").order_by(F("started_at").asc(nulls_first=True), "pk")


def bridged_calls() -> int:
    """Return how many calls are bridged, two legs with each other: supervision joins conferences, and nothing else."""
    sessions = Counter(leg.call_session_id for leg in bridged())
    shared = sum(count > 1 for session, count in sessions.items() if session)
    alone = sum(count for session, count in sessions.items() if count == 1 or not session)
    return shared + alone // 2


def bridged() -> list[Leg]:
    """Return the live legs whose bridge is not known to be over: by a stay in a conference since, or the peer's end."""
    since = Participant.objects.filter(leg=OuterRef("pk"), left_at__gte=OuterRef("bridged_at"))
    up = Leg.objects.up().order_by("started_at", "pk")  # by their keys alone, all legs there ever were would be read
    legs = list(up.outside().exclude(bridged_at=None).exclude(Exists(since)))
    left_alone = _sessions_with_an_end(legs)
    return [leg for leg in legs if leg.call_session_id not in left_alone]


def _sessions_with_an_end(legs: Iterable[Leg]) -> set[str]:
    """The call sessions of which one bridged leg is up and another has ended: its bridge ended with it."""
    sessions = Counter(leg.call_session_id for leg in legs)
    alone = [session for session, count in sessions.items() if session and count == 1]
    ended = Leg.objects.filter(state=Leg.State.ENDED, call_session_id__in=alone).exclude(bridged_at=None)
    return {*ended.values_list("call_session_id", flat=True)}
