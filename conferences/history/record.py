"""Everything on record of one call, and who was in it at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from conferences import roster
from conferences.audibility import Party
from conferences.fold import ConferenceState, ParticipantState, State
from conferences.history.commands import Command, ModeThen, mode_then
from conferences.history.course import Course
from conferences.models import Conference, Leg, Participant, Supervision

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Then:
    """A call at one moment: who was or may have been in it, and whether it went on (None: not known)."""

    moment: datetime
    parties: tuple[Party, ...]
    running: bool | None


@dataclass(frozen=True)
class Record:
    """One call: its facts, and our commands."""

    conference: Conference
    course: Course
    commands: tuple[Command, ...]
    readings: Mapping[str, tuple[Stretch, ...]]

    @cached_property
    def legs(self) -> dict[str, Leg]:
        """The legs that were ever in it, by call_control_id, in the order in which they were first told of."""
        participants = sorted(self.conference.participants.all(), key=lambda one: one.pk)
        return {participant.leg.call_control_id: participant.leg for participant in participants}

    @cached_property
    def supervisions(self) -> dict[str, Supervision]:
        """The supervisions of it, past ones too, by the leg of each."""
        known = sorted(self.conference.supervisions.all(), key=lambda one: one.created_at)
        return {one.call_control_id: one for one in known if one.call_control_id}

    @property
    def changes(self) -> list[datetime]:
        """When anything was told of this call, or a command was sent, in order."""
        conference = self.conference.conference_id
        told = [one.occurred_at for one in self.course.facts if one.conference_id in (None, conference)]
        return sorted([*told, *(one.sent_at for one in self.commands)])

    def name(self, call_control_id: str, *, numbers: bool) -> str:
        """Return what the person on a leg is called; `numbers`: customers' numbers in full."""
        supervision, leg = self.supervisions.get(call_control_id), self.legs.get(call_control_id)
        if leg is None:
            return roster.supervisor_name(supervision) if supervision else "Unknown caller"
        return roster.name_on(leg, supervision, numbers=numbers)

    def participants(self, state: State) -> Iterator[ParticipantState]:
        """Yield the participants of this call that a state of its course knows, past ones too."""
        for (conference_id, _), participant in state.participants.items():
            if conference_id == self.conference.conference_id:
                yield participant

    def conference_in(self, state: State) -> ConferenceState | None:
        """Return what a state of its course knows of the call itself; None before anything was told."""
        return state.conferences.get(self.conference.conference_id)

    def mode(self, call_control_id: str, moment: datetime) -> ModeThen:
        """Return what was known of the mode of whoever was on this leg; none but our supervisors have one."""
        if call_control_id not in self.supervisions:
            return ModeThen(is_known=True, is_changing=False, is_sent=False)
        return mode_then(self.commands, call_control_id, moment)

    def is_read(self, call_control_id: str, moment: datetime) -> bool:
        """Return whether the provider's list told the same of this leg before and after the moment.

        Only then is it known whether it was muted or on hold, which nobody announces.
        """
        return any(begins_at <= moment <= ends_at for begins_at, ends_at in self.readings.get(call_control_id, ()))

    def at(self, moment: datetime, *, numbers: bool) -> Then:
        """Return the call as it was at this moment, names as they may be shown; `numbers`: in full."""
        state = self.course.at(moment)
        inside = [one for one in self.participants(state) if one.state != Participant.State.LEFT]
        people = tuple(self._party(one, state, moment, numbers) for one in inside)
        listed = {one.key for one in people}
        coming = (key for key in self.supervisions if key not in listed and self._may_be_in(key, state, moment))
        known = self.conference_in(state)
        running = roster.runs_in(known.state) if known else None
        return Then(moment, (*people, *(self._on_the_way(key, numbers) for key in coming)), running)

    def _party(self, participant: ParticipantState, state: State, moment: datetime, numbers: bool) -> Party:
        key, leg = participant.call_control_id, state.legs.get(participant.call_control_id)
        row, mode = self.legs.get(key), self.mode(key, moment)
        is_read = self.is_read(key, moment)
        is_in = participant.state == Participant.State.JOINED and leg is not None and leg.state == Leg.State.ANSWERED
        return Party(
            key=key,
            name=self.name(key, numbers=numbers),
            kind=row.kind if row else Leg.Kind.UNKNOWN,
            role=participant.role,
            targets=frozenset(participant.whisper_call_control_ids),
            muted=participant.muted if is_read else None,
            on_hold=participant.on_hold if is_read else None,
            phone_hold=leg.phone_hold if leg else None,
            present=True if is_in else None,
            role_known=mode.is_known,
            changing=mode.is_changing,
        )

    def _may_be_in(self, call_control_id: str, state: State, moment: datetime) -> bool:
        """Whether a join of hers had been sent of which nothing was told yet: in perhaps, in whatever mode."""
        participant = state.participants.get((self.conference.conference_id, call_control_id))
        leg = state.legs.get(call_control_id)
        is_up = leg is None or leg.state != Leg.State.ENDED
        return participant is None and is_up and self.mode(call_control_id, moment).is_sent

    def _on_the_way(self, call_control_id: str, numbers: bool) -> Party:
        return Party(
            key=call_control_id,
            name=self.name(call_control_id, numbers=numbers),
            kind=Leg.Kind.SUPERVISOR,
            muted=None,
            present=None,
            role_known=False,
            changing=True,
        )
