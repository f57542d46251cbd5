"""Fills what webhooks failed to tell from the provider's own records of them, as far back as those go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from conferences import provider
from conferences.ingest import inbox
from conferences.ingest.readback_notes import note_lookup
from conferences.models import BackfillCursor, Conference, Connection, Fact, Gap, Leg, Participant
from conferences.reconciliation import leg_status
from conferences.telnyx.events import Event, Unusable
from conferences.telnyx.events.records import recorded

# The provider keeps call events for a day (Telnyx docs: List call events).
KEPT: Final = timedelta(hours=24)
# Of an installation's first look: no conference lives longer (Telnyx docs: Create conference).
FIRST_LOOK: Final = timedelta(hours=4)
# What is under way when we look is recorded a little later, and a delivery counts as failed only once the provider has
# tried for the last time, which it does not document; each look therefore begins before the end of the last.
OVERLAP: Final = timedelta(minutes=2)
STILL_TRIED: Final = timedelta(minutes=15)
# Who has not looked for so long was away, and has more to ask for than the deliveries known to have failed.
AWAY: Final = timedelta(minutes=3)
# Calls are up and no webhook has come for so long: perhaps nothing happened, perhaps nothing gets through.
SILENCE: Final = timedelta(seconds=60)
LATELY: Final = timedelta(minutes=10)
FIRST_PAUSE: Final = timedelta(seconds=2)
STRETCH: Final = timedelta(minutes=10)
AT_ONCE: Final = 200
MOST_LEGS: Final = 50
_OURS: Final = ("call.", "conference.")


def run(now: datetime) -> int:
    """Store, as facts, the webhooks of ours that the provider recorded and we lack; return how many there were.

    Asks for the deliveries that failed since the last look; after an absence or a silence also for all call events,
    whether delivered or not (Telnyx docs: List webhook deliveries, List call events). Older records than a day are not
    kept: what they might have told is noted as a gap. May be done by several at once. Raises TelnyxError; what was read
    until then is stored and is not asked for again.
    """
    mark, _ = BackfillCursor.objects.get_or_create(pk=1, defaults={"until": now - FIRST_LOOK})
    since = _clamp_to_retention(mark.until, now)
    if now - since > AWAY:
        return _fill(since, now)
    found = _store(_failed_deliveries(since - STILL_TRIED, None))
    silent_since = _silent_since(now)
    if silent_since is not None:
        found += _store(_call_events(silent_since - OVERLAP, None))
    _advance_cursor(now)
    return found


def fetch_leg_history(legs: Iterable[Leg], now: datetime) -> None:
    """Ask what the provider recorded of these legs: who called whom, which no read-back tells. Raises TelnyxError."""
    for leg in legs:
        note_lookup(leg, now)
        if not leg.call_leg_id:
            leg_status.ask_after(leg.call_control_id, leg)
            leg.refresh_from_db(fields=["call_leg_id"])
        if leg.call_leg_id:
            _store(_events(provider.client().call_events(now - KEPT, leg_id=leg.call_leg_id)))


def unidentified_legs(now: datetime) -> list[Leg]:
    """Return the legs now in a conference whose first webhook never came, so that nobody knows whose they are.

    Only those who came lately: what the provider has no record of by then will not be found later either. One that was
    asked after in vain is asked after again with growing pauses.
    """
    inside = Participant.objects.filter(conference__in=Conference.objects.live(), joined_at__gt=now - LATELY)
    unknown = Leg.objects.filter(direction="", pk__in=inside.present().values("leg"))
    if not unknown.up().exists():  # as nearly always
        return []
    up = unknown.up().order_by("lookups", "pk")[: 4 * MOST_LEGS]
    return [leg for leg in up if _may_be_asked_after(leg, now)][:MOST_LEGS]


def _may_be_asked_after(leg: Leg, now: datetime) -> bool:
    return leg.looked_up_at is None or now - leg.looked_up_at >= FIRST_PAUSE * 2 ** min(leg.lookups, 7)


def _clamp_to_retention(until: datetime, now: datetime) -> datetime:
    """Return from when on to ask; what lies before is a gap."""
    oldest = now - KEPT
    if until >= oldest:
        return until
    Gap.objects.get_or_create(begins_at=until, defaults={"ends_at": oldest, "found_at": now})
    return oldest


def _fill(since: datetime, now: datetime) -> int:
    """Go through the time away stretch by stretch, oldest first: whoever is interrupted goes on where it was."""
    found, begin = 0, since
    while begin < now:
        end = min(begin + STRETCH, now)
        found += _store([*_failed_deliveries(begin - STILL_TRIED, end), *_call_events(begin - OVERLAP, end)])
        _advance_cursor(end)
        begin = end
    return found


def _advance_cursor(until: datetime) -> None:
    BackfillCursor.objects.filter(until__lt=until).update(until=until)


def _failed_deliveries(since: datetime, until: datetime | None) -> Iterator[Event]:
    deliveries = provider.client().webhook_deliveries(since, until=until)
    return _events(deliveries)


def _call_events(since: datetime, until: datetime | None) -> Iterator[Event]:
    connection_id = settings.TELNYX_CONNECTION_ID
    return _events(provider.client().call_events(since, until=until, connection_id=connection_id))


def _events(records: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """The events of our application, and of the connections that the directory lists, in these records; an account's
    other products have theirs there too.
    """
    ours = {settings.TELNYX_CONNECTION_ID, *Connection.objects.values_list("connection_id", flat=True)}
    for one in records:
        try:
            event = recorded(one)
        except Unusable:
            continue
        if event.connection_id in ours and event.type.startswith(_OURS):
            yield event


def _silent_since(now: datetime) -> datetime | None:
    """When the last webhook came, if calls are up and that is long ago."""
    if not Conference.objects.live().exists():
        return None
    last = Fact.objects.filter(source=Fact.Source.WEBHOOK).order_by("-id").values_list("received_at", flat=True).first()
    return last if last is not None and SILENCE < now - last < KEPT else None


def _store(events: Iterable[Event]) -> int:
    once = {one.id: one for one in events}
    ids = list(once)
    for begin in range(0, len(ids), AT_ONCE):
        for known in Fact.objects.filter(event_id__in=ids[begin : begin + AT_ONCE]).values_list("event_id", flat=True):
            del once[known]
    missing = sorted(once.values(), key=lambda event: event.sort_key)
    return sum(inbox.store_backfilled(one) is inbox.Receipt.NEW for one in missing)
