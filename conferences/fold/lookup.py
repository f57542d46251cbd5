"""Finds what a fact is about, and has a participant leave: the few steps that every kind of fact shares."""

from dataclasses import replace
from datetime import datetime

from conferences.fold.states import ConferenceState, LegState, ParticipantKey, State
from conferences.telnyx.events import Event


def leave(state: State, key: ParticipantKey, at: datetime) -> None:
    participant = state.participants[key]
    if participant.state != "left":
        state.participants[key] = replace(
            participant,
            state="left",
            left_at=at,
            muted=None,
            muted_at=None,
            on_hold=None,
            on_hold_at=None,
            whisper_call_control_ids=(),
        )


def leg_of(state: State, fact: Event) -> LegState | None:
    return state.legs.get(fact.call_control_id or "")


def conference_of(state: State, fact: Event) -> ConferenceState | None:
    return state.conferences.get(fact.conference_id or "")
