"""Which rows some facts touch, and what of them is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db.models import Q

from conferences.fold import ConferenceState, LegState, ParticipantState, State, is_about_leg
from conferences.ingest import feed
from conferences.ingest.ringing_legs import agents_beside, called_for, callers_beside
from conferences.ingest.rows.differences import CONFERENCE, LEG, PARTICIPANT, Differences, Found, shows, take, values
from conferences.ingest.rows.legs import LegChanges, save_legs
from conferences.models import Conference, Fact, Leg, Participant
from conferences.telnyx.events import Event

_NEVER = datetime.max.replace(tzinfo=UTC)


class Rows:
    """The conferences that some facts touch, with their participants and legs, keyed by the provider's ids."""

    def __init__(
        self, conference_ids: Iterable[str], call_control_ids: Iterable[str], conferences: Iterable[Conference]
    ) -> None:
        self.conferences: dict[str, Conference] = {}
        self.participants: dict[tuple[str, str], Participant] = {}
        self.touched = {*conference_ids}
        self.differences = Differences()
        self._closed: set[str] = set()  # those whose facts are deleted
        self._came_or_went: set[str] = set()  # legs that went into a conference or out of one
        self._unwritten: dict[str, set[str]] = {}  # conference → the fields of its row that are to be written
        self.named_legs = set(call_control_ids)
        self.legs = {row.call_control_id: row for row in Leg.objects.filter(call_control_id__in=self.named_legs)}
        self._load(conferences)

    def _load(self, conferences: Iterable[Conference]) -> None:
        loaded = {row.pk: row for row in conferences}
        self.conferences |= {row.conference_id: row for row in loaded.values()}
        self.touched |= {row.conference_id for row in loaded.values()}
        self._closed |= {row.conference_id for row in loaded.values() if row.facts_deleted_at is not None}
        if not loaded:
            return
        for participant in Participant.objects.filter(conference__in=loaded).select_related("leg"):
            participant.conference = loaded[participant.conference_id]
            participant.leg = self.legs.setdefault(participant.leg.call_control_id, participant.leg)
            self.participants[participant.conference.conference_id, participant.leg.call_control_id] = participant

    def _widen(self) -> None:
        """Load too where the legs were before or after: a late fact may undo a move, and with it a leaving."""
        while True:
            legs = {*self.legs, *self.named_legs}
            elsewhere = Conference.objects.filter(participants__leg__call_control_id__in=legs)
            more = list(elsewhere.exclude(conference_id__in=self.touched).distinct())
            if not more:
                return
            self._load(more)

    @classmethod
    def about(cls, events: Iterable[Event]) -> Rows:
        events = list(events)
        named = {event.conference_id for event in events if event.conference_id}
        rows = cls(named, {event.call_control_id for event in events if event.call_control_id}, [])
        moving = {event.call_control_id for event in events if is_about_leg(event)}
        known = [row.pk for key, row in rows.legs.items() if key in moving]
        # These first: asked for in one query with the names, every conference there ever was would be looked at.
        inside = {*Participant.objects.filter(leg__in=known).values_list("conference", flat=True)} if known else set()
        if named or inside:
            rows._load(Conference.objects.filter(Q(conference_id__in=named) | Q(pk__in=inside)))
        return rows

    def state(self) -> State:
        return State(
            {key: ConferenceState(**values(row, CONFERENCE)) for key, row in self.conferences.items()},
            {key: ParticipantState(*key, **values(row, PARTICIPANT)) for key, row in self.participants.items()},
            {key: LegState(**values(row, LEG)) for key, row in self.legs.items()},
        )

    def facts(self) -> list[Event]:
        """Return every fact about these conferences, and every fact about the legs that any of them names."""
        self._widen()
        applied = Fact.objects.filter(outcome=Fact.Outcome.APPLIED)
        told = {row.pk: row.event for row in applied.filter(conference_id__in=self.touched)} if self.touched else {}
        legs = {fact.call_control_id for fact in told.values() if fact.call_control_id} | {*self.legs, *self.named_legs}
        self.legs |= {row.call_control_id: row for row in Leg.objects.filter(call_control_id__in=legs - set(self.legs))}
        others = applied.filter(call_control_id__in=legs).exclude(conference_id__in=self.touched)
        return [*told.values(), *(row.event for row in others)]

    def save(self, state: State, now: datetime, told_at: Mapping[str, datetime] | None = None) -> Found:
        """Write what differs; each conference of which a screen shows something new gets a feed number.

        `told_at`: when, by the provider's time, what is new of each conference happened. Other conferences that a leg
        was in are not touched: of those the state may know a part only.
        """
        changes = save_legs(self.legs, state.legs.values(), self.differences)
        moved = {conference_id for conference_id, leg in self.participants if leg in changes.moved}
        moved |= self._save_conferences(state.conferences.values(), now)
        moved |= self._save_participants(state.participants.values())
        for conference_id in sorted(moved):
            self.find_queue(self.conferences[conference_id])
            self._keep_teams(self.conferences[conference_id], changes.placed)
        for row in feed.number(self.conferences[one] for one in sorted(moved)):
            self._note(row, *feed.STAMPS)
        for conference_id, at in (told_at or {}).items():
            self.conferences[conference_id].provider_time = at
            self._note(self.conferences[conference_id], "provider_time")
        self.write()
        self._bump_others(changes, moved)
        return self.differences.found

    def _note(self, conference: Conference, *names: str) -> None:
        self._unwritten.setdefault(conference.conference_id, set()).update(names)

    def write(self) -> None:
        """Write each conference of which fields were noted as changed, all of them at once.

        Only what is ours to say: whoever reads back notes that on the row meanwhile.
        """
        for conference_id, names in self._unwritten.items():
            self.conferences[conference_id].save(update_fields=names)
        self._unwritten.clear()

    def _bump_others(self, changes: LegChanges, moved: set[str]) -> None:
        """A leg shows on its agent's row wherever it is, and, while it rings, on the call for which it does."""
        legs = [self.legs[one] for one in sorted(changes.moved)]
        ringing = [leg for leg in legs if leg.kind == Leg.Kind.AGENT]
        others = [one for one in called_for(ringing) if one.conference_id not in moved]
        feed.bump_all(others)
        agents = changes.agents | agents_beside(legs)
        feed.bump_agents(agents, has_moved=bool(moved or others))
        callers = self._callers(legs)
        feed.bump_callers(callers, has_moved=bool(moved or others or agents))
        if legs and not (moved or others or agents or callers):
            feed.move()  # it shows where those are seen whom nobody could place

    def _callers(self, moved: list[Leg]) -> set[int]:
        """The callers' legs that show anew by themselves: those in no conference, or not until now."""
        inside = {leg for (_, leg), one in self.participants.items() if one.state != Participant.State.LEFT}
        outside = [leg for leg in moved if leg.call_control_id not in inside]
        changed = [*outside, *(self.legs[one] for one in self._came_or_went)]
        return {leg.pk for leg in changed if leg.is_a_callers} | callers_beside(outside)

    def find_queue(self, conference: Conference) -> None:
        """Give a conference to the queue that its customers dialled; of several, to that of the first who did.

        Unwritten, as `write` finds it.
        """
        legs = [one.leg for (key, _), one in self.participants.items() if key == conference.conference_id]
        first = min((leg for leg in legs if leg.queue_id), key=_begun, default=None)
        is_settled = not conference.is_live and conference.queue_id is not None
        if first is not None and conference.queue_id != first.queue_id and not is_settled:
            conference.queue = first.queue
            self._note(conference, "queue")

    def _keep_teams(self, conference: Conference, placed: set[str]) -> None:
        """An ended conference stays with the teams it had; whoever late facts show to have taken part is added."""
        if conference.is_live:
            return
        ours = {leg: one for (key, leg), one in self.participants.items() if key == conference.conference_id}
        is_kept = conference.teams_then.exists()
        legs = [one.leg for leg, one in ours.items() if not is_kept or leg in placed]
        teams = {agent.team_id for leg in legs for agent in leg.agents}
        if not is_kept and conference.queue is not None:
            teams.add(conference.queue.team_id)
        conference.teams_then.add(*teams)

    def _save_conferences(self, records: Iterable[ConferenceState], now: datetime) -> set[str]:
        """Take over those touched, new ones as rows and others as noted; return which show something new."""
        new, shown = [], set()
        for record in records:
            key = record.conference_id
            if key not in self.touched:
                continue
            row = self.conferences.get(key)
            if key in self._closed:
                continue
            differ = self.differences.between(f"conference {key}", row, record, CONFERENCE)
            if row is None:
                row = Conference(first_seen_at=record.created_at or now, last_event_at=now)
                self.conferences[key] = row
                new.append(row)
            elif not row.is_live and record.state != Conference.State.COMPLETED:
                row.teams_then.clear()  # it goes on after all, and whose it is when it ends is to be seen then
            take(row, record, differ)
            row.last_event_at = max(row.last_event_at, now)
            self._note(row, *differ, "last_event_at")
            if shows(differ):
                shown.add(key)
        Conference.objects.bulk_create(new)
        return shown

    def _save_participants(self, records: Iterable[ParticipantState]) -> set[str]:
        """Write those touched that differ; return the conferences that show something new by it."""
        new, shown = [], set()
        for record in records:
            if record.conference_id not in self.touched:
                continue
            row = self.participants.get(record.key)
            if record.conference_id in self._closed:
                continue
            what = f"leg {record.call_control_id} in conference {record.conference_id}"
            differ = self.differences.between(what, row, record, PARTICIPANT)
            if not differ:
                continue
            if row is None:
                conference, leg = self.conferences[record.conference_id], self.legs[record.call_control_id]
                new.append(Participant(conference=conference, leg=leg))
                row = self.participants[record.key] = new[-1]
            take(row, record, differ)
            if row.pk:
                row.save(update_fields=differ)
            self._came_or_went |= {record.call_control_id for name in differ if name == "state"}
            if shows(differ):
                shown.add(record.conference_id)
        Participant.objects.bulk_create(new)
        return shown


def _begun(leg: Leg) -> tuple[datetime, str]:
    return (leg.started_at or leg.answered_at or _NEVER, leg.call_control_id)
