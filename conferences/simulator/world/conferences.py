"""What can happen to a conference as a whole: created, started, ended, expired."""

from __future__ import annotations

from dataclasses import dataclass

from conferences.simulator import refusals
from conferences.simulator.world import envelopes, identifiers
from conferences.simulator.world.clock import later
from conferences.simulator.world.legs import Ending, Legs
from conferences.simulator.world.participation import JoinOptions, Participation
from conferences.simulator.world.records import REGIONS, Conference, Leg, Participant
from conferences.simulator.world.state import State

MOST_SECONDS = 4 * 3600
"""Telnyx docs: Create conference: it expires after four hours.

https://developers.telnyx.com/api-reference/conference-commands
"""


@dataclass(frozen=True)
class ConferenceOptions:
    """How a conference is created."""

    client_state: str | None = None
    beep_enabled: str = "never"
    max_participants: int = 250
    duration_minutes: int | None = None
    start_on_create: bool = True
    region: str | None = None


class Conferences:
    """The transitions of conferences; each one that Telnyx announces emits its events."""

    def __init__(self, state: State, legs: Legs, participation: Participation) -> None:
        self._state = state
        self._legs = legs
        self._participation = participation

    def create(
        self, creator: Leg, name: str, options: ConferenceOptions | None = None, join: JoinOptions | None = None
    ) -> Conference:
        """Create a conference with an answered leg as its first participant; Refusal 90033 if the name is in use."""
        with self._state.lock:
            conference = self._new_conference(creator, name, options or ConferenceOptions())
            self._announce_creation(conference)
            self._participation.join(conference, creator, join or JoinOptions())
            return conference

    def _announce_creation(self, conference: Conference) -> None:
        creator = conference.creator
        payload = envelopes.conference_payload(conference, creator)
        self._state.emit("conference.created", conference.app, payload, at=conference.created_at, leg=creator)

    def _new_conference(self, creator: Leg, name: str, options: ConferenceOptions) -> Conference:
        if self.active_by_name(name):
            raise refusals.name_taken()
        at = self._state.moment()
        creator.client_state = options.client_state or creator.client_state
        region = options.region or self._state.region
        lasts = min(MOST_SECONDS, (options.duration_minutes or 240) * 60)
        conference = Conference(
            identifiers.new_uuid(self._state.random), name, creator.app, creator, region, at, at,
            expires_at=later(at, lasts), client_state=creator.client_state, beep_enabled=options.beep_enabled,
            max_participants=options.max_participants,
            status="in_progress" if options.start_on_create else "init",
        )  # fmt: skip
        self._state.conferences[conference.id] = conference
        self._state.after(lasts, lambda: self._expire(conference))
        return conference

    def active_by_name(self, name: str) -> Conference | None:
        """Find the active conference with exactly this name; names are unique only among active ones."""
        return next((each for each in self._state.conferences.values() if each.name == name and each.is_active), None)

    def find(self, key: str, region: str | None, by_name: bool) -> Conference | None:
        """Find a conference by id or, where the endpoint accepts it, name; None if another region has it."""
        conference = self._state.conferences.get(key) or (self.active_by_name(key) if by_name else None)
        if conference is None or self._seen_from(conference, region):
            return conference
        return None

    def _seen_from(self, conference: Conference, region: str | None) -> bool:
        if region is None and self._state.switches.lookup_spans_regions:
            return True
        return conference.region == (region or self._state.region)

    def listed(self, region: str | None) -> list[Conference]:
        """Return those GET /conferences lists, latest to expire first."""
        everywhere = region is None and self._state.switches.list_spans_regions
        wanted = region or self._state.region
        seen = [each for each in self._state.conferences.values() if everywhere or each.region == wanted]
        return sorted(seen, key=lambda each: each.expires_at, reverse=True)

    def end_by_command(self, conference: Conference) -> None:
        """End a conference by actions/end: everybody is hung up; the webhook's reason is a switch."""
        self.complete(conference, "ended_via_api", hang_up=True)

    def _expire(self, conference: Conference) -> None:
        self.complete(conference, "time_exceeded", hang_up=True)

    def end_if_over(self, participant: Participant) -> None:
        """End a conference that a participant's leaving ends: its host has left, or nobody is there any more."""
        conference, leg = participant.conference, participant.leg
        if participant.end_on_exit:
            self.complete(conference, "host_left", hang_up=True, by=leg)
        elif participant.soft_end_on_exit:
            self.complete(conference, "host_left", hang_up=False, by=leg)
        elif not conference.participants:
            self.complete(conference, "all_left", hang_up=False, by=leg)

    def complete(self, conference: Conference, reason: str, *, hang_up: bool, by: Leg | None = None) -> None:
        """End a conference: everybody leaves, is hung up or parked, then conference.ended; nothing if it has ended."""
        with self._state.lock:
            if not conference.is_active:
                return
            conference.status, conference.end_reason, conference.ended_by = "completed", reason, by
            for participant in list(conference.participants):
                self._participation.depart(participant)
                if hang_up:
                    self._legs.end(participant.leg, Ending())
            self._announce_end(conference, reason)

    def _announce_end(self, conference: Conference, reason: str) -> None:
        at = conference.updated_at = self._state.moment()
        told = self._state.switches.ended_via_api_reason if reason == "ended_via_api" else reason
        payload = envelopes.conference_payload(conference, conference.creator, reason=told)
        self._state.emit("conference.ended", conference.app, payload, at=at, leg=conference.creator)


def site_of(conference: Conference) -> str:
    """Return the site code a conference shows as its region, which is not the region's name."""
    return REGIONS[conference.region]
