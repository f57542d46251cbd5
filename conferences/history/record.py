"""Everything on record of one call, loaded in a fixed number of queries, and who was in it at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from conferences import roster
from conferences.audibility import Party
from conferences.fold import LegState, ParticipantState, State
from conferences.history.commands import Command, mode_then
from conferences.history.course import Course
from conferences.models import AuditEntry, Conference, Fact, Leg, Supervision
from conferences.telnyx.events import Event

_NOBODY: Final = ModeKnown = None


@dataclass(frozen=True)
class Record:
    """One call: its facts, and our commands. Load the conference with `with_people`."""

    conference: Conference
    course: Course
    commands: tuple[Command, ...]

    @cached_property
    def legs(self) -> dict[str, Leg]:
        """The legs that ever had a stay in it, by call_control_id, in the order in which they were first told of."""
        stays = sorted(self.conference.participants.all(), key=lambda one: one.pk)
        return {stay.leg.call_control_id: stay.leg for stay in stays}

    @cached_property
    def supervisions(self) -> dict[str, Supervision]:
        """The supervisions of it, past ones too, by the leg of each."""
        known = sorted(self.conference.supervisions.all(), key=lambda one: one.created_at)
        return {one.call_control_id: one for one in known if one.call_control_id}
