"""Dialling a leg straight into a conference."""

from __future__ import annotations

from dataclasses import dataclass, field

from conferences.simulator.refusals import Refusal
from conferences.simulator.world.conferences import ConferenceOptions, Conferences
from conferences.simulator.world.legs import DialOptions, Ending, Legs
from conferences.simulator.world.participation import JoinOptions, Participation
from conferences.simulator.world.records import App, Conference, Leg
from conferences.simulator.world.state import State


@dataclass(frozen=True)
class DialInto:
    """The conference_config of a dial: an existing conference, or a name to join or create."""

    conference: Conference | None = None
    name: str = ""
    options: JoinOptions = field(default_factory=JoinOptions)
    early_media: bool = True
    start_on_create: bool = True


class Dialling:
    """Legs dialled into a conference, which they join at once or when they are answered."""

    def __init__(self, state: State, legs: Legs, conferences: Conferences, participation: Participation) -> None:
        self._state = state
        self._legs = legs
        self._conferences = conferences
        self._participation = participation
        self._expected: dict[str, DialInto] = {}

    def dial_into(self, app: App, ends: tuple[str, str], into: DialInto, options: DialOptions | None = None) -> Leg:
        """Dial (from, to) into a conference: joins at once with early media, otherwise on answer."""
        with self._state.lock:
            leg = self._legs.dial(app, ends[0], ends[1], options)
            if into.early_media:
                self._enter(leg, into)
            else:
                self._expected[leg.call_control_id] = into
            return leg

    def join_on_answer(self, leg: Leg) -> None:
        """Let a leg dialled into a conference join it now; whether it stays up when it cannot is a switch."""
        into = self._expected.pop(leg.call_control_id, None)
        if into is None:
            return
        try:
            self._enter(leg, into)
        except Refusal:
            if self._state.switches.failed_dial_join == "hangup":
                self._legs.end(leg, Ending("unspecified"))

    def _enter(self, leg: Leg, into: DialInto) -> None:
        conference = into.conference or self._conferences.active_by_name(into.name)
        if conference is None:
            options = ConferenceOptions(client_state=leg.client_state, start_on_create=into.start_on_create)
            self._conferences.create(leg, into.name, options, into.options)
        else:
            self._participation.join(conference, leg, into.options)

    def forget(self, leg: Leg) -> None:
        """Expect a leg that ended nowhere any more."""
        self._expected.pop(leg.call_control_id, None)
