"""Which calls and legs are over, so that what was told of them may go, and that it is gone.

Whose facts are gone is noted on its row, which no fold changes any more: made of a part of them it would be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from conferences import clock
from conferences.models import Conference, Leg, Participant, Reading

T = TypeVar("T")

AT_ONCE: Final = 200  # rows in one transaction, for which webhooks wait
OVER_AT: Final = Coalesce("ended_at", "last_event_at")


def doomed(batch: Sequence[tuple[T, str, str]], before: datetime) -> list[tuple[T, str, str]]:
    """Return those of these facts, each with the names of its call and its leg, which are of what was over then."""
    calls, legs = {call for _, call, _ in batch if call}, {leg for *_, leg in batch if leg}
    kept = {*going_on(before).filter(conference_id__in=calls).values_list("conference_id", flat=True)}
    still_up = {*up(before).filter(call_control_id__in=legs).values_list("call_control_id", flat=True)}
    return [one for one in batch if one[1] not in kept and one[2] not in still_up]


def note_gone(calls: set[str], legs: set[str]) -> None:
    """Note on these calls and legs that facts of theirs are gone, or about to go."""
    now = {"facts_deleted_at": clock.now()}
    gone = Conference.objects.filter(conference_id__in=calls, facts_deleted_at=None)
    Reading.objects.filter(participant__conference__in=gone).delete()
    gone.update(**now)
    Leg.objects.filter(call_control_id__in=legs, facts_deleted_at=None).update(**now)


def going_on(before: datetime) -> QuerySet[Conference]:
    """Return the calls that were not over then."""
    found = Conference.objects.alias(over_at=OVER_AT)
    return found.filter(~Q(state=Conference.State.COMPLETED) | Q(over_at__gte=before))


def up(before: datetime) -> QuerySet[Leg]:
    """Return the legs that were up then, or in a call that was not over."""
    inside = Participant.objects.filter(leg=OuterRef("pk"), conference__in=going_on(before))
    return Leg.objects.filter(~Q(state=Leg.State.ENDED) | Q(ended_at__gte=before) | Q(Exists(inside)))
