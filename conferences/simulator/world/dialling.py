"""The whole simulated provider, and dialling a leg straight into a conference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conferences.simulator.refusals import Refusal
from conferences.simulator.world.conferences import ConferenceOptions
from conferences.simulator.world.legs import DialOptions, Ending
from conferences.simulator.world.media import Media
from conferences.simulator.world.participation import JoinOptions
from conferences.simulator.world.records import App, Conference, Leg


@dataclass(frozen=True)
class DialInto:
    """The conference_config of a dial: an existing conference, or a name to join or create."""

    conference: Conference | None = None
    name: str = ""
    options: JoinOptions = field(default_factory=JoinOptions)
    early_media: bool = True
    start_on_create: bool = True


class World(Media):
    """Everything the simulated provider can do."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._expected: dict[str, DialInto] = {}

    def dial_into(self, app: App, ends: tuple[str, str], into: DialInto, options: DialOptions | None = None) -> Leg:
        """Dial (from, to) into a conference: joins at once with early media, otherwise on answer."""
        with self.lock:
            leg = self.dial(app, ends[0], ends[1], options)
            if into.early_media:
                self._enter(leg, into)
            else:
                self._expected[leg.call_control_id] = into
            return leg

    def leg_answered(self, leg: Leg) -> None:
        """A leg dialled into a conference joins it now; whether it stays up when it cannot is a switch."""
        super().leg_answered(leg)
        into = self._expected.pop(leg.call_control_id, None)
        if into is None:
            return
        try:
            self._enter(leg, into)
        except Refusal:
            if self.switches.failed_dial_join == "hangup":
                self.end_leg(leg, Ending("unspecified"))

    def _enter(self, leg: Leg, into: DialInto) -> None:
        conference = into.conference or self.active_by_name(into.name)
        if conference is None:
            options = ConferenceOptions(client_state=leg.client_state, start_on_create=into.start_on_create)
            self.create_conference(leg, into.name, options, into.options)
        else:
            self.join(conference, leg, into.options)

    def leg_ended(self, leg: Leg) -> None:
        """A leg that ended is no longer expected anywhere."""
        self._expected.pop(leg.call_control_id, None)
        super().leg_ended(leg)
