"""What the provider's conference.* events do to a conference and its participants."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from conferences.fold.lookup import conference_of, leave, leg_of
from conferences.fold.states import ConferenceState, ParticipantKey, ParticipantState, State
from conferences.telnyx.events import Event

# No conference lasts longer, whoever is in it (Telnyx docs: Create conference).
LONGEST: Final = timedelta(hours=4)


def created(state: State, fact: Event) -> None:
    conference = conference_of(state, fact)
    if conference is not None:
        state.conferences[conference.conference_id] = replace(
            conference,
            created_at=conference.created_at or fact.occurred_at,
            connection_id=conference.connection_id or fact.connection_id or "",
            state=_begun(conference.state),
        )


def _begun(state: str) -> str:
    """Created and joined also come for a conference that has not started: only the provider's record tells that."""
    return "in_progress" if state == "unknown" else state


def joined(state: State, fact: Event) -> None:
    conference, leg = conference_of(state, fact), leg_of(state, fact)
    if conference is None or leg is None:
        return
    state.conferences[conference.conference_id] = replace(conference, state=_begun(conference.state))
    key = (conference.conference_id, leg.call_control_id)
    before = state.participants.get(key)
    if before is None or before.state == "left":
        # It is in anew: what was muted, held or whispered to before says nothing of now.
        state.participants[key] = ParticipantState(*key, joined_at=fact.occurred_at)
    elif before.state == "joining":
        state.participants[key] = replace(before, state="joined", joined_at=fact.occurred_at)
    if conference.state == "completed" or leg.state == "ended":
        leave(state, key, fact.occurred_at)
    elif before is None or before.state != "joined":
        _leave_others(state, key, fact)


def _leave_others(state: State, key: ParticipantKey, fact: Event) -> None:
    for other in [other for other in state.participants if other[1] == key[1] and other != key]:
        leave(state, other, fact.occurred_at)


def left(state: State, fact: Event) -> None:
    conference, leg = conference_of(state, fact), leg_of(state, fact)
    if conference is None or leg is None:
        return
    key = (conference.conference_id, leg.call_control_id)
    state.participants.setdefault(key, ParticipantState(*key))
    leave(state, key, fact.occurred_at)


def _ended_at(conference: ConferenceState, fact: Event) -> datetime:
    """An end that was found out about later came no later than its time was up (Telnyx docs: Create conference)."""
    if fact.type == "conference.ended":
        return fact.occurred_at
    begun = conference.created_at
    latest = conference.expires_at or (begun + LONGEST if begun else None) or fact.occurred_at
    return min(fact.occurred_at, latest)


def ended(state: State, fact: Event) -> None:
    conference = conference_of(state, fact)
    if conference is None:
        return
    if conference.state != "completed":
        state.conferences[conference.conference_id] = replace(
            conference,
            state="completed",
            ended_at=_ended_at(conference, fact),
            end_reason=fact.reason or fact.text("end_reason") or "",
        )
    for key in [key for key in state.participants if key[0] == conference.conference_id]:
        leave(state, key, fact.occurred_at)
