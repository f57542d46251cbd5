"""What waits for an answer in a supervisor's bar: calls offered to her, what she has offered, whom she follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from conferences import clock
from conferences.models import Conference, Follow, HandOver, full_name
from conferences.supervision.requests import following
from conferences.supervision.requests.handing_over import accepting, offering
from conferences.wording.translated import translated
from dashboard.presenters.audience import Audience, may_see
from dashboard.presenters.people import Heading, heading, person_for

SHOWN: Final = timedelta(minutes=1)  # how long after its end an offer or a wish may still stand in a bar that sleeps


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
        people = [person_for(participant, [], numbers=audience.numbers) for participant in call.present()]
        queue, by = call.queue.name if call.queue else "", full_name(one.supervision.user)
        found.append(Offer(one.pk, by, call.pk, heading(people), queue, one.offered_at + offering.WAITS))
    return found


def offered(user: User) -> Offered | None:
    """Return what this user has offered, while it is not over."""
    one = offering.offered_by(user)
    return Offered(full_name(one.to), one.accepted_at is not None) if one else None


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish to join an agent's next call of which nothing came, and why."""

    agent: str
    why: str


def unmet(user: User) -> Unmet | None:
    """Return the wish of which she is still to be told that nothing came."""
    one = following.told_to(user)
    return Unmet(one.agent.name, translated(one.told)) if one else None


def asked_since(since: int) -> set[int]:
    """Return in whose bars something may show anew: an offer of a call that has changed, a wish to join an agent's."""
    lately = Q(ended_at=None) | Q(ended_at__gt=clock.now() - SHOWN)
    offered = HandOver.objects.filter(lately, conference__feed__gt=since).values_list("to", flat=True)
    return {*offered, *Follow.objects.filter(lately, agent__change__feed__gt=since).values_list("user", flat=True)}
