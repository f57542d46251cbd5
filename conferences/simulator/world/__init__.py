"""The simulated provider: legs, conferences and participants, and every event they give rise to."""

from __future__ import annotations

from conferences.simulator.world.answering import Gather
from conferences.simulator.world.conferences import ConferenceOptions, site_of
from conferences.simulator.world.dialling import DialInto, World
from conferences.simulator.world.envelopes import Event, Payload
from conferences.simulator.world.legs import DialOptions, Ending
from conferences.simulator.world.participation import JoinOptions
from conferences.simulator.world.records import REGIONS, ROLES, App, Conference, Leg, Participant, Role

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
    "World",
    "site_of",
]
