"""Hand-overs in the bars of both: what is offered to a supervisor, and what she has offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from conferences import clock
from conferences.models import Conference, HandOver, full_name
from conferences.supervision.requests.handing_over import accepting, offering
from dashboard.presenters.audience import Audience, may_see
from dashboard.presenters.people import Heading, heading, person_for

SHOWN: Final = timedelta(minutes=1)  # how long after its end an offer may still stand in a bar that sleeps


@dataclass(frozen=True, slots=True)
class Offer:
    """A call that a colleague offers: whose, of whom it is, and until when it waits for an answer."""

    pk: UUID
    by: str
    call: UUID
    heading: Heading
    queue: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """What she has offered herself: to whom, and whether that one is joining."""

    to: str
    is_accepted: bool


def made_to(user: User, audience: Audience) -> list[Offer]:
    """Return the calls that wait for this user's answer, of those she may see."""
    found = []
    for one in accepting.offered_to(user):
        call = Conference.objects.with_people().get(pk=one.conference_id)
        if not may_see(audience, call):
            continue
        people = [person_for(audience, participant, []) for participant in call.present()]
        queue, by = call.queue.name if call.queue else "", full_name(one.supervision.user)
        found.append(Offer(one.pk, by, call.pk, heading(people), queue, one.offered_at + offering.WAITS))
    return found


def offered(user: User) -> Offered | None:
    """Return what this user has offered, while it is not over."""
    one = offering.offered_by(user)
    return Offered(full_name(one.to), one.accepted_at is not None) if one else None


def asked_since(since: int) -> set[int]:
    """Return who has, or had lately, an offer to take over a call that has changed: their bars show it."""
    lately = Q(ended_at=None) | Q(ended_at__gt=clock.now() - SHOWN)
    return {*HandOver.objects.filter(lately, conference__feed__gt=since).values_list("to", flat=True)}
