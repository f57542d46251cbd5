"""The rows in reach of a fact: loaded as the fold's state, and written where that differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q

from conferences.addresses import canonical
from conferences.fold import ConferenceState, LegState, ParticipantState, State, is_about_leg
from conferences.ingest import feed
from conferences.ingest.leg_matching import is_ours, note_sharers, recognise
from conferences.ingest.ringing_legs import agents_beside, called_for
from conferences.models import Conference, Fact, Leg, Participant
from conferences.telnyx.events import Event

_CONFERENCE = tuple(field.name for field in fields(ConferenceState))
_LEG = tuple(field.name for field in fields(LegState))
_STAY = tuple(
    field.name for field in fields(ParticipantState) if field.name not in ("conference_id", "call_control_id")
)
# What is kept for the fold alone: no screen shows it.
_UNSEEN = {"last_order"}
# What decides whose a leg is.
_WHOSE = {"direction", "from_address", "to_address", "from_sip_uri", "initial_state", "connection_id"}
_NEVER = datetime.max.replace(tzinfo=UTC)

Differences = dict[str, tuple[str, ...]]


def agents_on(leg: Leg) -> set[int]:
    """Return the keys of the agents who may be on this leg."""
    return {agent.pk for agent in leg.agents}


class Rows:
    """The conferences in reach of a fact, with their participants and legs, keyed by the provider's ids."""

    def __init__(
        self, conference_ids: Iterable[str], call_control_ids: Iterable[str], conferences: Iterable[Conference]
    ) -> None:
        self.conferences: dict[str, Conference] = {}
        self.participants: dict[tuple[str, str], Participant] = {}
        self.reach = {*conference_ids}
        self.found: Differences = {}
        self.agents: set[int] = set()  # on whose row something new shows
        self.placed: set[str] = set()  # legs that are, in this pass, found to be another's than before
        self.named_legs = set(call_control_ids)
        self.legs = {row.call_control_id: row for row in Leg.objects.filter(call_control_id__in=self.named_legs)}
        self._load(conferences)

    def _load(self, conferences: Iterable[Conference]) -> None:
        loaded = {row.conference_id: row for row in conferences}
        self.conferences |= loaded
        self.reach |= {*loaded}
        stays = Participant.objects.filter(conference__in=loaded.values()).select_related("conference", "leg")
        for stay in stays:
            stay.leg = self.legs.setdefault(stay.leg.call_control_id, stay.leg)
            self.participants[stay.conference.conference_id, stay.leg.call_control_id] = stay

    def _widen(self) -> None:
        """Bring into reach where the legs were before or after: a late fact may undo a move, and with it a leaving."""
        while True:
            legs = {*self.legs, *self.named_legs}
            elsewhere = Conference.objects.filter(participants__leg__call_control_id__in=legs)
            more = list(elsewhere.exclude(conference_id__in=self.reach).distinct())
            if not more:
                return
            self._load(more)

    @classmethod
    def about(cls, event: Event) -> Rows:
        named = {event.conference_id} if event.conference_id else set()
        touched = Q(conference_id__in=named)
        if is_about_leg(event):
            touched |= Q(participants__leg__call_control_id=event.call_control_id)
        legs = {event.call_control_id} if event.call_control_id else set()
        return cls(named, legs, Conference.objects.filter(touched).distinct())

    def state(self) -> State:
        return State(
            {key: ConferenceState(**_values(row, _CONFERENCE)) for key, row in self.conferences.items()},
            {key: ParticipantState(*key, **_values(row, _STAY)) for key, row in self.participants.items()},
            {key: LegState(**_values(row, _LEG)) for key, row in self.legs.items()},
        )

    def facts(self) -> list[Event]:
        """Return every fact about these conferences, and every fact about the legs that any of them names."""
        self._widen()
        applied = Fact.objects.filter(outcome=Fact.Outcome.APPLIED)
        told = {row.pk: row.event for row in applied.filter(conference_id__in=self.reach)} if self.reach else {}
        legs = {fact.call_control_id for fact in told.values() if fact.call_control_id} | {*self.legs, *self.named_legs}
        self.legs |= {row.call_control_id: row for row in Leg.objects.filter(call_control_id__in=legs - set(self.legs))}
        others = applied.filter(call_control_id__in=legs).exclude(conference_id__in=self.reach)
        return [*told.values(), *(row.event for row in others)]

    def save(self, state: State, provider_time: datetime) -> Differences:
        """Write what differs; each conference of which a screen shows something new gets a feed number.

        Other conferences that a leg was in are out of reach: of those the state may know a part only.
        """
        moved_legs = {one.call_control_id for one in state.legs.values() if self._save_leg(one)}
        moved = {conference_id for conference_id, leg in self.participants if leg in moved_legs}
        conferences = [one for one in state.conferences.values() if one.conference_id in self.reach]
        moved |= {one.conference_id for one in conferences if self._save_conference(one, provider_time)}
        stays = [one for one in state.participants.values() if one.conference_id in self.reach]
        moved |= {one.conference_id for one in stays if self._save_stay(one)}
        for conference_id in sorted(moved):
            self.find_queue(self.conferences[conference_id])
            self._keep_teams(self.conferences[conference_id])
            feed.bump(self.conferences[conference_id])
        self._bump_others(moved_legs, moved)
        return self.found

    def _bump_others(self, moved_legs: set[str], moved: set[str]) -> None:
        """A leg shows on its agent's row wherever it is, and, while it rings, on the call for which it does."""
        legs = [self.legs[one] for one in sorted(moved_legs)]
        ringing = [leg for leg in legs if leg.kind == Leg.Kind.AGENT]
        others = {one for leg in ringing for one in called_for(leg) if one.conference_id not in moved}
        for conference in others:
            feed.bump(conference)
        agents = self.agents | agents_beside(legs)
        feed.bump_agents(agents, has_moved=bool(moved or others))
        if legs and not (moved or others or agents):
            feed.move()  # it shows where those are seen whom nobody could place

    def find_queue(self, conference: Conference) -> None:
        """Give a conference to the queue that its customers dialled; of several, to that of the first who did."""
        legs = [stay.leg for (key, _), stay in self.participants.items() if key == conference.conference_id]
        first = min((leg for leg in legs if leg.queue_id), key=_begun, default=None)
        is_settled = not conference.is_live and conference.queue_id is not None
        if first is not None and conference.queue_id != first.queue_id and not is_settled:
            conference.queue_id = first.queue_id
            conference.save(update_fields=["queue"])

    def _keep_teams(self, conference: Conference) -> None:
        """An ended conference stays with the teams it had; whoever late facts show to have taken part is added."""
        if conference.is_live:
            return
        stays = {leg: stay for (key, leg), stay in self.participants.items() if key == conference.conference_id}
        is_kept = conference.teams_then.exists()
        legs = [stay.leg for leg, stay in stays.items() if not is_kept or leg in self.placed]
        teams = {agent.team_id for leg in legs for agent in leg.agents}
        if not is_kept and conference.queue is not None:
            teams.add(conference.queue.team_id)
        conference.teams_then.add(*teams)

    def _save_leg(self, leg: LegState) -> bool:
        row = self.legs.get(leg.call_control_id)
        differ = self._compare(f"leg {leg.call_control_id}", row, leg, _LEG)
        row = self.legs[leg.call_control_id] = row or Leg()
        is_past = row.state == Leg.State.ENDED and not _WHOSE & {*differ}
        _take(row, leg, differ)
        if {"from_address", "to_address"} & {*differ}:
            row.from_canonical, row.to_canonical = canonical(row.from_address), canonical(row.to_address)
        before = agents_on(row) if _shows(differ) else set()
        # Whose an ended leg was does not change with the directory.
        if _shows(differ) and (not is_past or is_ours(row)):
            recognise(row)
        if differ:
            row.save()
        if _shows(differ):
            if not is_past:
                note_sharers(row)
            self.agents |= before | agents_on(row)
            self.placed |= {leg.call_control_id} if agents_on(row) != before else set()
        return _shows(differ)

    def _save_conference(self, conference: ConferenceState, provider_time: datetime) -> bool:
        row = self.conferences.get(conference.conference_id)
        differ = self._compare(f"conference {conference.conference_id}", row, conference, _CONFERENCE)
        if row is None:
            row = Conference(first_seen_at=conference.created_at or provider_time, last_event_at=provider_time)
            self.conferences[conference.conference_id] = row
            _take(row, conference, differ)
            row.save()
        else:
            if not row.is_live and conference.state != Conference.State.COMPLETED:
                row.teams_then.clear()  # it goes on after all, and whose it is when it ends is to be seen then
            _take(row, conference, differ)
            row.last_event_at = max(row.last_event_at, provider_time)
            # Only what is ours to say: whoever reads back notes that on the row meanwhile.
            row.save(update_fields=[*differ, "last_event_at"])
        return _shows(differ)

    def _save_stay(self, stay: ParticipantState) -> bool:
        row = self.participants.get(stay.key)
        differ = self._compare(f"leg {stay.call_control_id} in conference {stay.conference_id}", row, stay, _STAY)
        if row is None:
            conference, leg = self.conferences[stay.conference_id], self.legs[stay.call_control_id]
            row = self.participants[stay.key] = Participant(conference=conference, leg=leg)
        _take(row, stay, differ)
        if differ:
            row.save()
        return _shows(differ)

    def _compare(self, what: str, row: Model | None, record: Any, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of the record's values that the row does not have; all of them when there is no row."""
        if row is None:
            self.found[what] = ("missing",)
            return names
        old = _values(row, names)
        differ = tuple(name for name in names if old[name] != getattr(record, name))
        if differ:
            self.found[what] = differ
        return differ


def _begun(leg: Leg) -> tuple[datetime, str]:
    return (leg.started_at or leg.answered_at or _NEVER, leg.call_control_id)


def _shows(differ: Iterable[str]) -> bool:
    return bool({*differ} - _UNSEEN)


def _values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _take(row: Model, record: Any, names: Iterable[str]) -> None:
    for name in names:
        value = getattr(record, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
