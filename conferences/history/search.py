"""Finds ended calls: the newest first, so many at a time, at a cost that does not grow with how many there were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from conferences.models import Conference, Leg, Participant, Supervision
from conferences.models.conferences import ConferenceQuerySet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None or empty: anything. Days are from `since` up to, and without, `until`."""

    since: datetime | None = None
    until: datetime | None = None
    queue: int | None = None
    agent: int | None = None
    supervisor: int | None = None
    supervised: bool | None = None
    shortest: timedelta | None = None
    longest: timedelta | None = None
    reason: str = ""
    number: str = ""  # a whole number or SIP address, as addresses.canonical has it


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after this call, in the order of the list."""

    ended_at: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{self.ended_at.isoformat()}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return the place that a text names; None for one that names none."""
        moment, _, pk = text.partition("_")
        try:
            ended_at = datetime.fromisoformat(moment)
            return cls(ended_at, UUID(pk)) if ended_at.tzinfo and 2000 <= ended_at.year < 2100 else None
        except ValueError:
            return None


def ended_calls(user: User, wanted: Wanted, now: datetime, after: Place | None = None) -> ConferenceQuerySet:
    """Return the ended calls that this user may see and asked for, the latest ended first, those after `after`.

    Slice it: whatever is asked for, a page of it is found by an index in the order of the list, or among the few calls
    of one person or one number.
    """
    found = Conference.objects.visible_to(user).filter(state=Conference.State.COMPLETED, ended_at__lte=now)
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value is not None and value != "":
            found = found.filter(_CONDITIONS[field.name](value))
    if after is not None:
        found = found.filter(ended_at__lte=after.ended_at).exclude(ended_at=after.ended_at, pk__gte=after.pk)
    return found.order_by("-ended_at", "-pk")


def _supervised(wanted: bool) -> Q:
    some = Q(pk__in=Supervision.objects.exclude(joined_at=None).values("conference"))
    return some if wanted else ~some


def _of_legs(legs: QuerySet[Leg]) -> Q:
    return Q(pk__in=Participant.objects.filter(leg__in=legs).values("conference"))


_BEGAN: Final = Coalesce("created_at", "first_seen_at")
_CONDITIONS: Final[Mapping[str, Callable[[Any], Q]]] = {
    "since": lambda moment: Q(ended_at__gte=moment),
    "until": lambda moment: Q(ended_at__lt=moment),
    "queue": lambda pk: Q(queue=pk),
    "agent": lambda pk: (
        Q(pk__in=Participant.objects.filter(leg__agent=pk).values("conference"))
        | Q(pk__in=Participant.objects.filter(leg__sharers=pk).values("conference"))
    ),
    "supervisor": lambda pk: Q(pk__in=Supervision.objects.filter(user=pk).exclude(joined_at=None).values("conference")),
    "supervised": _supervised,
    "shortest": lambda length: Q(ended_at__gte=_BEGAN + length),
    "longest": lambda length: Q(ended_at__lte=_BEGAN + length),
    "reason": lambda reason: Q(end_reason=reason),
    "number": lambda number: _of_legs(Leg.objects.filter(Q(from_canonical=number) | Q(to_canonical=number))),
}
