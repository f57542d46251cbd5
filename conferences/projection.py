"""Folded state to rows and feed number; the only writer of conferences, legs and participants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from conferences import feed
from conferences.fold import ConferenceState, LegState, ParticipantState, State, apply, fold, order
from conferences.models import Conference, Fact, Leg, Participant
from conferences.recognition import recognise
from conferences.telnyx.events import Event

_CONFERENCE = tuple(field.name for field in fields(ConferenceState))
_LEG = tuple(field.name for field in fields(LegState))
_STAY = tuple(
    field.name for field in fields(ParticipantState) if field.name not in ("conference_id", "call_control_id")
)


def project(event: Event, *, now: datetime) -> None:
    """Bring the rows up to date with a fact just stored. Call while `feed.writing`, in the transaction that stored it.

    A fact later than everything known of the conference and leg it is about is applied to their rows; any other makes
    them fold again from their facts. Both give the same rows.
    """
    rows = Rows.about(event)
    if rows.end_before(order(event)):
        state = apply(rows.state(), event)
    else:
        facts = _facts(rows)
        rows.add_legs(fact.call_control_id for fact in facts)
        state = fold(facts)
    rows.save(state, event, now)


def fold_again(conference: Conference, *, now: datetime) -> None:
    """Bring a conference's rows in line with its facts, whatever they say now. Call while `feed.writing`."""
    rows = Rows([conference], [])
    facts = _facts(rows)
    rows.add_legs(fact.call_control_id for fact in facts)
    rows.save(fold(facts), None, now)


def recognise_again(legs: Iterable[Leg]) -> None:
    """Look legs up in the directory once more, as it has changed. Call while `feed.writing`."""
    for leg in legs:
        before = (leg.kind, leg.agent_id, leg.queue_id)
        recognise(leg)
        if (leg.kind, leg.agent_id, leg.queue_id) == before:
            continue
        leg.save(update_fields=["kind", "agent", "queue"])
        for conference in Conference.objects.filter(participants__leg=leg):
            Rows([conference], []).find_queue(conference)
            feed.bump(conference)


def mark_read(conference: Conference, now: datetime | None) -> None:
    """Note when the provider's record of this conference was last asked for; None: that came to nothing."""
    Conference.objects.filter(pk=conference.pk).update(read_at=now)


class Rows:
    """The conferences, participants and legs that one fact can touch, keyed by the provider's ids."""

    def __init__(self, conferences: Iterable[Conference], legs: Iterable[Leg]) -> None:
        self.conferences = {row.conference_id: row for row in conferences}
        self.legs = {row.call_control_id: row for row in legs}
        stays = Participant.objects.filter(conference__in=self.conferences.values()).select_related("conference", "leg")
        self.participants = {(row.conference.conference_id, row.leg.call_control_id): row for row in stays}
        for stay in self.participants.values():
            stay.leg = self.legs.setdefault(stay.leg.call_control_id, stay.leg)

    @classmethod
    def about(cls, event: Event) -> Rows:
        touched = Q(conference_id=event.conference_id or "")
        if event.call_control_id and event.type in ("call.hangup", "readback.leg"):
            touched |= Q(participants__leg__call_control_id=event.call_control_id)
        return cls(
            Conference.objects.filter(touched).distinct(),
            Leg.objects.filter(call_control_id=event.call_control_id or ""),
        )

    def add_legs(self, call_control_ids: Iterable[str | None]) -> None:
        """Load those legs too: a fact that came too early for its conference may be all that names them."""
        missing = {one for one in call_control_ids if one and one not in self.legs}
        self.legs |= {row.call_control_id: row for row in Leg.objects.filter(call_control_id__in=missing)}

    def end_before(self, place: str) -> bool:
        """Whether `place` is after every fact of the conferences and of the leg the fact is about."""
        return all(row.last_order < place for row in (*self.conferences.values(), *self.legs.values()))

    def state(self) -> State:
        return State(
            {key: ConferenceState(**_values(row, _CONFERENCE)) for key, row in self.conferences.items()},
            {key: ParticipantState(*key, **_values(row, _STAY)) for key, row in self.participants.items()},
            {key: LegState(**_values(row, _LEG)) for key, row in self.legs.items()},
        )

    def save(self, state: State, event: Event | None, now: datetime) -> None:
        """Write what differs; each conference of which a screen shows something new gets a feed number."""
        moved_legs = {key for key, leg in state.legs.items() if self._save_leg(leg, event)}
        moved = {key for key, conference in state.conferences.items() if self._save_conference(conference, event, now)}
        moved |= {stay.conference_id for stay in state.participants.values() if self._save_stay(stay)}
        moved |= {conference_id for conference_id, leg_id in self.participants if leg_id in moved_legs}
        for conference_id in sorted(moved):
            self.find_queue(self.conferences[conference_id])
            feed.bump(self.conferences[conference_id])

    def find_queue(self, conference: Conference) -> None:
        """A conference belongs to the queue its customer dialled; the first such leg decides."""
        if conference.queue_id is None:
            stays = [stay for key, stay in self.participants.items() if key[0] == conference.conference_id]
            conference.queue = next((stay.leg.queue for stay in stays if stay.leg.queue_id), None)
            if conference.queue_id:
                conference.save(update_fields=["queue"])

    def _save_leg(self, leg: LegState, event: Event | None) -> bool:
        row = self.legs.setdefault(leg.call_control_id, Leg(call_control_id=leg.call_control_id))
        changed = _take(row, leg, _LEG)
        if changed or row.pk is None:
            recognise(row)
        moved = event is not None and event.call_control_id == leg.call_control_id and _move_on(row, event)
        if changed or moved or row.pk is None:
            row.save()
        return changed

    def _save_conference(self, conference: ConferenceState, event: Event | None, now: datetime) -> bool:
        row = self.conferences.get(conference.conference_id)
        if is_new := row is None:
            row = Conference(conference_id=conference.conference_id, first_seen_at=conference.created_at or now)
            self.conferences[conference.conference_id] = row
        changed = _take(row, conference, _CONFERENCE)
        if event is not None:
            _move_on(row, event)
        row.known_at = now
        row.save()
        return changed or is_new

    def _save_stay(self, stay: ParticipantState) -> bool:
        row = self.participants.get(stay.key)
        if row is None:
            conference, leg = self.conferences[stay.conference_id], self.legs[stay.call_control_id]
            row = self.participants[stay.key] = Participant(conference=conference, leg=leg)
        changed = _take(row, stay, _STAY)
        if changed:
            row.save()
        return changed


def _facts(rows: Rows) -> list[Event]:
    """Every fact of these conferences, and every call.* fact of the legs that are or were in them, or touched."""
    applied = Fact.objects.filter(outcome=Fact.Outcome.APPLIED)
    told = [row.event for row in applied.filter(conference_id__in=rows.conferences)] if rows.conferences else []
    legs = {fact.call_control_id for fact in told if fact.call_control_id} | set(rows.legs)
    return [*told, *(row.event for row in applied.filter(call_control_id__in=legs, conference_id=""))]


def _move_on(row: Conference | Leg, event: Event) -> bool:
    before, row.last_order = row.last_order, max(row.last_order, order(event))
    return row.last_order != before


def _values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _take(row: Model, record: Any, names: Iterable[str]) -> bool:
    """Copy the record's values onto the row and say whether any differed."""
    new = {name: getattr(record, name) for name in names}
    if row.pk is not None and _values(row, new) == new:
        return False
    for name, value in new.items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    return True
