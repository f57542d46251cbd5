"""Ended calls as one audience reads of them in a list: who, when, how long, why it ended, and who supervised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from conferences.models import Conference, Leg, Participant
from conferences.roster import supervisor_name
from dashboard.presenters.audience import Audience
from dashboard.presenters.people import Heading, heading, past_participants
from dashboard.presenters.seen import name_for


@dataclass(frozen=True, slots=True)
class PastCall:
    """One line of the list. `waited`: from the customer's ringing to the first agent; None where that is not known."""

    pk: UUID
    heading: Heading
    name: str
    queue: str
    began_at: datetime
    ended_at: datetime | None
    waited: timedelta | None
    reason: str
    supervisors: tuple[str, ...]


def events_deleted(conference: Conference) -> dict[str, object]:
    """Return when the events of a call were deleted, and after how many days they are; empty while they are there."""
    at = conference.facts_deleted_at
    return {"deleted_at": at, "kept_days": settings.RETAIN_FACTS_DAYS} if at is not None else {}


def past_call(audience: Audience, conference: Conference) -> PastCall:
    """Return an ended call as this audience may read of it. Load it `with_people`."""
    name = name_for(audience, conference)
    came = [one for one in conference.supervisions.all() if one.joined_at is not None]
    return PastCall(
        pk=conference.pk,
        heading=heading(past_participants(conference, numbers=audience.numbers)),
        name=name,
        queue=conference.queue.name if conference.queue else "",
        began_at=conference.created_at or conference.first_seen_at,
        ended_at=conference.ended_at,
        waited=_waited(conference.participants.all()),
        reason=conference.end_reason,
        supervisors=tuple(dict.fromkeys(map(supervisor_name, came))),
    )


def _waited(participants: Iterable[Participant]) -> timedelta | None:
    participants = list(participants)
    called = [one.waits_since for one in participants if one.leg.kind == Leg.Kind.CUSTOMER and one.waits_since]
    taken = [one.joined_at for one in participants if one.leg.kind == Leg.Kind.AGENT and one.joined_at]
    return max(timedelta(0), min(taken) - min(called)) if called and taken else None
