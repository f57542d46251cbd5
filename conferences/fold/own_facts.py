"""What our own facts do: read-backs of the provider's records, and commands it accepted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from conferences.fold.conferences import ended, joined, left
from conferences.fold.legs import answered, hangup
from conferences.fold.lookup import conference_of, leave, leg_of
from conferences.fold.states import SUPERVISOR_ROLES, ConferenceState, ParticipantState, State
from conferences.telnyx.events import Event


def read_conference(state: State, fact: Event) -> None:
    """Take over the provider's record of a conference (GET /conferences/{id}).

    It alone carries the name, which no webhook does, and the times.
    """
    conference = conference_of(state, fact)
    if conference is None:
        return
    state.conferences[conference.conference_id] = replace(
        conference,
        name=fact.text("name") or conference.name,
        region=fact.text("region") or conference.region,
        created_at=conference.created_at or moment(fact.payload, "created_at"),
        expires_at=moment(fact.payload, "expires_at") or conference.expires_at,
        state=_status(conference, fact),
    )
    if fact.text("status") == "completed":
        ended(state, fact)


def _status(conference: ConferenceState, fact: Event) -> str:
    told = fact.text("status")
    return told if told in ("init", "in_progress") and conference.state != "completed" else conference.state


def read_participant(state: State, fact: Event) -> None:
    """Take over a line of the provider's participants list; `status` left also stands for a leg missing from it."""
    status = fact.text("status")
    if status == "left":
        left(state, fact)
    elif status == "joined":
        joined(state, fact)
    elif status == "joining":
        _joining(state, fact)
    _take_details(state, fact)


def _joining(state: State, fact: Event) -> None:
    conference, leg = conference_of(state, fact), leg_of(state, fact)
    if conference is None or leg is None:
        return
    key = (conference.conference_id, leg.call_control_id)
    before = state.participants.get(key)
    if before is None or before.state == "left":
        state.participants[key] = ParticipantState(*key, state="joining")
    if conference.state == "completed" or leg.state == "ended":
        leave(state, key, fact.occurred_at)


def _take_details(state: State, fact: Event) -> None:
    participant = state.participants.get((fact.conference_id or "", fact.call_control_id or ""))
    if participant is None or participant.state == "left":
        return
    payload, known = fact.payload, participant
    muted, on_hold = flag(payload, "muted", known.muted), flag(payload, "on_hold", known.on_hold)
    state.participants[known.key] = replace(
        known,
        participant_id=fact.text("participant_id") or known.participant_id,
        muted=muted,
        muted_at=_since(known.muted_at, muted, fact),
        on_hold=on_hold,
        on_hold_at=_since(known.on_hold_at, on_hold, fact),
        holds=known.holds + bool(on_hold and not known.on_hold),
        whisper_call_control_ids=ids(payload, known.whisper_call_control_ids),
        end_conference_on_exit=bool(flag(payload, "end_conference_on_exit", known.end_conference_on_exit)),
        soft_end_conference_on_exit=bool(
            flag(payload, "soft_end_conference_on_exit", known.soft_end_conference_on_exit)
        ),
    )


def _since(known: datetime | None, is_so: bool | None, fact: Event) -> datetime | None:
    """When what is so began: with this fact, unless it was known before."""
    return (known or fact.occurred_at) if is_so else None


def read_leg(state: State, fact: Event) -> None:
    """Take over the provider's record of a call (GET /calls/{id}): alive it was answered, otherwise it has ended."""
    if fact.payload.get("is_alive") is False:
        hangup(state, fact)
    elif fact.payload.get("is_alive") is True:
        answered(state, fact)


def join_accepted(state: State, fact: Event) -> None:
    """Note that our join was accepted: not in yet, but in this role once participant.joined or a read-back says so."""
    _joining(state, fact)
    update_accepted(state, fact)


def update_accepted(state: State, fact: Event) -> None:
    participant = state.participants.get((fact.conference_id or "", fact.call_control_id or ""))
    if participant is not None and participant.state != "left":
        state.participants[participant.key] = _with_role(participant, fact)


def mute_accepted(state: State, fact: Event) -> None:
    """Forget what was read of our mute before we changed it; only the next reading tells."""
    participant = state.participants.get((fact.conference_id or "", fact.call_control_id or ""))
    if participant is not None and participant.state != "left":
        state.participants[participant.key] = replace(participant, muted=None, muted_at=None)


def unhold_accepted(state: State, fact: Event) -> None:
    """Forget what was read of our hold before we ended it; only the next reading tells."""
    participant = state.participants.get((fact.conference_id or "", fact.call_control_id or ""))
    if participant is not None and participant.state != "left":
        state.participants[participant.key] = replace(participant, on_hold=None, on_hold_at=None)


def _with_role(participant: ParticipantState, fact: Event) -> ParticipantState:
    """A mute read before a change of role says nothing after it: a monitor may have been listed as muted."""
    role = fact.text("supervisor_role") or ""
    is_same = role == participant.role
    return replace(
        participant,
        role=role if role in SUPERVISOR_ROLES else "",
        whisper_call_control_ids=ids(fact.payload, ()),
        muted=participant.muted if is_same else None,
        muted_at=participant.muted_at if is_same else None,
    )


def ids(payload: Mapping[str, Any], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Return the legs whispered to, sorted; `otherwise` where nothing is told of them."""
    told = payload.get("whisper_call_control_ids")
    return tuple(sorted({one for one in told if isinstance(one, str)})) if isinstance(told, list | tuple) else otherwise


def flag(payload: Mapping[str, Any], name: str, otherwise: bool | None) -> bool | None:
    value = payload.get(name)
    return value if isinstance(value, bool) else otherwise


def moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    """Return the time under `name`, in UTC; None for one without a zone or in a year that no database may be given."""
    value = payload.get(name)
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        return told.astimezone(UTC) if told and told.tzinfo and 2000 <= told.year < 2100 else None
    except (ValueError, OverflowError):
        return None
