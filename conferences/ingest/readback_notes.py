"""What is noted on a row about reading it back: when, from which region, and what the provider contradicted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from conferences.ingest import feed
from conferences.models import Conference, Leg, Participant, Reading

# Each call is read every minute; a reading later than this after the one before says nothing of the time in between.
LOOKS_APART: Final = timedelta(seconds=90)


def note_lookup(leg: Leg, now: datetime) -> None:
    """Note that the provider's records of a leg are about to be asked for."""
    leg.looked_up_at, leg.lookups = now, leg.lookups + 1
    leg.save(update_fields=["looked_up_at", "lookups"])


def claim_reading(conference: Conference, now: datetime) -> bool:
    """Note that the provider's record is about to be asked for; False when somebody else did since it was loaded."""
    unclaimed = Conference.objects.filter(pk=conference.pk, polled_at=conference.polled_at)
    return unclaimed.update(polled_at=now) == 1


def mark_read(conference: Conference, now: datetime | None) -> None:
    """Note when the provider's record of this conference was last asked for; None: that came to nothing."""
    Conference.objects.filter(pk=conference.pk).update(polled_at=now)


def mark_record_read(conference: Conference, now: datetime) -> None:
    """Note when the provider's record of the conference itself was read, not only the list of its participants."""
    conference.record_polled_at = now
    Conference.objects.filter(pk=conference.pk).update(record_polled_at=now)


def note_region(conference: Conference, region: str) -> None:
    """Note in which region the provider has it; empty where none need be named."""
    if conference.found_region != region:
        conference.found_region = region
        Conference.objects.filter(pk=conference.pk).update(found_region=region)


def note_listed(conference_ids: Iterable[str], region: str) -> None:
    """Note in which region the provider lists these."""
    listed = Conference.objects.filter(conference_id__in=list(conference_ids))
    listed.exclude(found_region=region).update(found_region=region)


def mark_checked(conference: Conference, now: datetime) -> None:
    """Note that as of `now` the provider's records and our rows agree."""
    Conference.objects.filter(pk=conference.pk).update(verified_at=now)


def note_watched(conferences: QuerySet[Conference], now: datetime) -> None:
    """Note that these conferences are on somebody's screen."""
    conferences.update(watched_at=now)


def note_doubts(conference: Conference, doubts: dict[str, str], now: datetime) -> None:
    """Keep what a read-back contradicted, to see whether the next one still does."""
    if doubts or conference.doubts:
        conference.doubts = doubts
        Conference.objects.filter(pk=conference.pk).update(doubts=doubts, doubted_at=now if doubts else None)


def note_told(conference: Conference, agreeing: Collection[str], new: Collection[str], now: datetime) -> None:
    """Note on the participants of these legs that as of `now` the provider's list told of them.

    agreeing: the same as was known, and as it last told. new: something else. Looks longer apart than `LOOKS_APART`
    are no stretch of looking.
    """
    participants = {
        one.leg.call_control_id: one.pk
        for one in Participant.objects.filter(conference=conference, leg__call_control_id__in={*agreeing, *new})
        .exclude(state=Participant.State.LEFT)
        .select_related("leg")
    }
    goes_on = Reading.objects.filter(
        participant__in=[participants[leg] for leg in agreeing if leg in participants],
        ends_at__range=(now - LOOKS_APART, now),
    )
    latest = {one.participant_id: one.pk for one in goes_on.order_by("begins_at", "pk")}
    Reading.objects.filter(pk__in=latest.values()).update(ends_at=now)
    begun = (pk for pk in participants.values() if pk not in latest)
    Reading.objects.bulk_create([Reading(participant_id=pk, begins_at=now, ends_at=now) for pk in begun])


def note_drift(conference: Conference, sentence: str, now: datetime | None) -> None:
    """Mark a conference as put right by a read-back, or, with an empty sentence, take the mark away."""
    with feed.writing():
        Conference.objects.filter(pk=conference.pk).update(drift=sentence, drift_at=now)
        feed.bump(conference)
