"""The simulated provider: legs, conferences and participants, and every event they give rise to."""

from __future__ import annotations

from conferences.simulator.world.answering import Answering, Gather
from conferences.simulator.world.conferences import ConferenceOptions, Conferences, site_of
from conferences.simulator.world.dialling import DialInto, Dialling
from conferences.simulator.world.envelopes import Event, Payload
from conferences.simulator.world.hearing import hears_a_supervisor
from conferences.simulator.world.legs import DialOptions, Ending, Legs
from conferences.simulator.world.media import Media
from conferences.simulator.world.participation import JoinOptions, Participation
from conferences.simulator.world.records import REGIONS, ROLES, App, Conference, Leg, Participant, Role
from conferences.simulator.world.state import State

__all__ = [
    "REGIONS",
    "ROLES",
    "App",
    "Conference",
    "ConferenceOptions",
    "DialInto",
    "DialOptions",
    "Ending",
    "Event",
    "Gather",
    "JoinOptions",
    "Leg",
    "Participant",
    "Payload",
    "Role",
    "State",
    "World",
    "site_of",
]


class World:
    """Everything that can happen at the simulated provider, by what it happens to; all parts share one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.legs = Legs(state)
        self.answering = Answering(state, hears_a_supervisor)
        self.participation = Participation(state)
        self.conferences = Conferences(state, self.legs, self.participation)
        self.dialling = Dialling(state, self.legs, self.conferences, self.participation)
        self.media = Media(state)
        self._connect()

    def _connect(self) -> None:
        """Let what happens to one thing have its consequences for the others, in the order of their events."""
        self.legs.when_answered += [self.answering.begin_detection, self.dialling.join_on_answer]
        self.legs.when_ended += [self.dialling.forget, self.answering.end_gather_of, self.participation.leave_with_leg]
        self.participation.when_left += [self.conferences.end_if_over]
