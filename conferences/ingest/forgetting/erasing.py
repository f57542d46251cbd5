"""What was told of some legs and of the calls they were in, whatever its age."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from conferences.ingest import feed
from conferences.ingest.forgetting.facts import forget
from conferences.ingest.forgetting.numbers import empty, mask
from conferences.models import Conference, Fact, Leg, Participant


def erase(legs: Iterable[int]) -> int:
    """Empty the addresses of these legs whatever their age, and delete the facts about them and the calls they were in.

    By primary key; only legs that are not up. Returns how many facts went.
    """
    with feed.writing():
        found = Leg.objects.filter(pk__in=list(legs), state=Leg.State.ENDED)
        keys = list(found.values_list("pk", "call_control_id"))
        inside = Participant.objects.filter(leg__in=[pk for pk, _ in keys])
        calls = list(
            Conference.objects.filter(state=Conference.State.COMPLETED, participants__in=inside)
            .values_list("conference_id", flat=True)
            .distinct()
        )
        about = Q(conference_id__in=calls) | Q(call_control_id__in=[key for _, key in keys])
        doomed = list(Fact.objects.filter(about).values_list("pk", flat=True))
        forget(doomed, {*calls}, {key for _, key in keys})
        empty(pk for pk, _ in keys)
        mask(Conference.objects.filter(conference_id__in=calls))
    return len(doomed)
