"""Reads back what the provider knows, compares, and records what differs as facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from conferences import clock, provider
from conferences.fold import place
from conferences.ingest import inbox
from conferences.ingest.projection import state_of
from conferences.ingest.readback_notes import (
    claim_reading,
    mark_checked,
    mark_read,
    mark_record_read,
    note_drift,
    note_listed,
    note_watched,
)
from conferences.models import Conference, Fact, Participant, Supervision
from conferences.models.listening.scope import Scope
from conferences.reconciliation import leg_status, regions
from conferences.reconciliation.leg_status import SETTLED
from conferences.reconciliation.session import SEEN_AGAIN, ReadBack, Record
from conferences.telnyx.errors import Refused, TelnyxError
from conferences.telnyx.events import MAX_TEXT
from conferences.telnyx.rules import REGIONS, InvalidCommand

# Whoever presses again and again asks no more often; what the answer just before told is on the screen.
ASKED_AGAIN: Final = timedelta(seconds=1)
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
MOST_CHECKED: Final = 1000
_checked: dict[UUID, datetime] = {}  # when somebody last had it checked, in this process
READ_EVERY: Final = timedelta(seconds=60)
# What somebody supervises, or has on a screen. Screens say so every few seconds for as long as they are open.
READ_WATCHED_EVERY: Final = timedelta(seconds=5)
# How long a repair is marked at least, so that it can be read.
MARKED_FOR: Final = timedelta(seconds=20)
WATCHED_FOR: Final = timedelta(seconds=15)

_CONFERENCE = ("name", "status", "region", "created_at", "expires_at", "end_reason")
_PARTICIPANT = (
    "call_control_id", "call_leg_id", "status", "muted", "on_hold", "whisper_call_control_ids",
    "end_conference_on_exit", "soft_end_conference_on_exit",
)  # fmt: skip


def fetch_record(conference_pk: UUID) -> None:
    """Fetch a conference's record once, for its name, which no webhook carries.

    A provider that is away leaves the conference unread, to be asked for again; one that refuses leaves it to
    `read_back`, which comes a minute later.
    """
    conference = Conference.objects.filter(pk=conference_pk, polled_at=None).first()
    if conference is None or not claim_reading(conference, clock.now()):
        return
    try:
        reading = ReadBack(conference, clock.Moment(), patient=False)
        _read_conference(conference, reading)
    except (Refused, InvalidCommand):
        return
    except TelnyxError:
        mark_read(conference, None)


def due(now: datetime) -> list[Conference]:
    """Return the live conferences to read back now, those unread for longest first.

    Each is read every minute, and every five seconds while somebody supervises it or has it on a screen.
    """
    watched = Q(pk__in=Supervision.objects.running().values("conference")) | Q(watched_at__gte=now - WATCHED_FOR)
    waiting = Q(polled_at=None) | Q(polled_at__lt=now - READ_EVERY)
    waiting |= watched & Q(polled_at__lt=now - READ_WATCHED_EVERY)
    waiting |= Q(doubted_at__lt=now - SEEN_AGAIN)
    return sorted(Conference.objects.live().filter(waiting), key=lambda one: one.polled_at or one.first_seen_at)


def mark_watched(scope: Scope, now: datetime) -> None:
    """Note that the live conferences of that scope are on a screen: they are then read back more often."""
    note_watched(Conference.objects.live().in_scope(scope), now)


def read_back(conference: Conference, *, patient: bool = False) -> None:
    """Compare a conference and its participants with the provider's and record each difference as a fact.

    `patient`: what contradicts us is believed only when seen twice, ten seconds apart, for the provider's lists may
    lag; save where believing it makes a supervisor quieter.

    What the provider no longer lists has left; a conference it does not know has ended (Telnyx docs: Retrieve a
    conference, List conference participants). Raises TelnyxError when it gave no clear answer; what was read until then
    is kept.
    """
    reading = ReadBack(conference, clock.Moment(), patient)
    marked = reading.asked_at
    mark_read(conference, marked)
    try:
        _read_all(conference, reading)
    finally:
        if reading.asked_at != marked:  # the answers have shown that our clock is off
            mark_read(conference, reading.asked_at)
        reading.finish()
    if not reading.is_doubtful:
        mark_checked(conference, reading.asked_at)
        _unmark(conference, reading.asked_at)


def _unmark(conference: Conference, asked_at: datetime) -> None:
    """Take the mark of a repair away once a later look agrees; nobody has to clear it."""
    marked = Conference.objects.filter(pk=conference.pk, drift_at__lt=asked_at - MARKED_FOR)
    if marked.exclude(drift="").exists():
        note_drift(conference, "", None)


def _read_all(conference: Conference, reading: ReadBack) -> None:
    listed = _listed_alone(conference, reading) if reading.patient else {}
    if not listed:
        if not _read_conference(conference, reading):
            return
        listed = _listed(conference)
    known = state_of(conference)
    busy = {leg.call_control_id for leg in known.legs.values() if leg.last_order >= place(reading.asked_at - SETTLED)}
    inside = {leg for (_, leg), one in known.participants.items() if one.state != Participant.State.LEFT}
    # A line that names no leg may stand for any: then nobody is taken to have left.
    gone = {leg: {"call_control_id": leg, "status": "left"} for leg in inside if leg not in listed and "" not in listed}
    said = {leg: told for leg, told in (listed | gone).items() if leg and leg not in busy}
    over = {leg for leg, told in said.items() if told.get("status") == Participant.State.LEFT} - inside
    reading.record(known, "participant", [told for leg, told in said.items() if leg not in over])
    leg_status.settle_unanswered(conference, reading.asked_at)


def check_again(conference: Conference) -> str:
    """Read back now, because somebody asked; return what went wrong in a sentence, empty when nothing did.

    Takes the mark of an earlier repair away, unless something had to be put right again.
    """
    marked_at = conference.drift_at
    try:
        if clock.now() - _checked.get(conference.pk, LONG_AGO) >= ASKED_AGAIN:
            read_back(conference)
            _checked[conference.pk] = clock.now()
            while len(_checked) > MOST_CHECKED:
                _checked.pop(next(iter(_checked)), None)
    except (TelnyxError, InvalidCommand):
        return "The provider could not be asked just now; what you see is what was last known."
    conference.refresh_from_db(fields=["drift_at"])
    if marked_at is not None and conference.drift_at == marked_at:
        note_drift(conference, "", None)
    return ""


def find_unknown_conferences() -> None:
    """Record the conferences in progress on our application that no webhook has told of, and where each one is.

    Whether a list for which no region is named spans them all is undocumented, so each is asked for. Raises
    TelnyxError.
    """
    for region in (*REGIONS, None):
        asked = clock.Moment()
        told = [_told(one, ("id", "connection_id", *_CONFERENCE)) for one in _in_progress(region)]
        ours = {one.pop("id"): one for one in told if one.pop("connection_id", "") == settings.TELNYX_CONNECTION_ID}
        known = set(Conference.objects.filter(conference_id__in=ours).values_list("conference_id", flat=True))
        for conference_id in ours.keys() - known:
            payload = {"conference_id": conference_id} | ours[conference_id]
            inbox.record("readback.conference", payload, source=Fact.Source.READBACK, occurred_at=asked.at)
        if region is not None:
            note_listed(ours, region)


def _in_progress(region: str | None) -> list[Record]:
    """An account need not be allowed everywhere: a region that is refused lists none."""
    try:
        return list(provider.client().conferences(region=region))
    except Refused:
        if region is None:
            raise
        return []


def _read_conference(conference: Conference, reading: ReadBack) -> bool:
    """Record what the provider's own record of the conference adds; say whether it goes on."""
    record = _find(conference)
    asked_at = reading.asked_at
    if record is not None:
        mark_record_read(conference, asked_at)
    told = _told(record or {}, _CONFERENCE)
    if record is None and asked_at - conference.last_event_at > SETTLED:
        told = {"status": "completed", "end_reason": "not found at the provider"}
    reading.record(state_of(conference), "conference", [told])
    return record is not None and told.get("status") != Conference.State.COMPLETED


def _find(conference: Conference) -> Record | None:
    """Return the provider's record; None if there is none."""
    record = regions.find(conference)
    if record is None:
        # It is gone only if a question that must succeed does: else it is our way to the provider that is wrong.
        next(provider.client().conferences(), None)
    return record


def _listed_alone(conference: Conference, reading: ReadBack) -> dict[str, Record]:
    """The participants of a conference whose own record was read within the minute; none where that must be read too.

    An empty list may be that of a conference that has ended, and "no such conference" that of another region.
    """
    polled_at = conference.record_polled_at
    if (
        conference.state != Conference.State.IN_PROGRESS
        or polled_at is None
        or reading.asked_at - polled_at >= READ_EVERY
    ):
        return {}
    try:
        return _listed(conference)
    except Refused as error:
        if not regions.is_missing(error):
            raise
        return {}


def _listed(conference: Conference) -> dict[str, Record]:
    """The participants by call_control_id, "" for lines that name none. Of several lines of a leg, the present one."""
    listed: dict[str, Record] = {}
    for entry in provider.client().participants(conference.conference_id, regions.known(conference)):
        told = _told(entry, _PARTICIPANT) | {"participant_id": _told(entry, ("id",)).get("id")}
        leg = str(told.get("call_control_id", ""))
        if leg not in listed or listed[leg].get("status") == Participant.State.LEFT:
            listed[leg] = told
    return listed


def _told(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """The values that can be stored; an odd one counts as untold."""
    return {name: record[name] for name in names if _is_storable(record.get(name))}


def _is_storable(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) and _is_storable(one) for one in value)
    return isinstance(value, bool) or (isinstance(value, str) and 0 < len(value) <= MAX_TEXT and "\0" not in value)
