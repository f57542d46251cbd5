"""Legs, conferences and participants as the API shows them: never a role, never a display name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conferences.simulator.switches import Switches
from conferences.simulator.world import Conference, Leg, Participant, site_of
from conferences.simulator.world.clock import stamp


def conference(record: Conference) -> dict[str, Any]:
    """Show a conference as GET and POST /conferences do."""
    shown: dict[str, Any] = {
        "record_type": "conference",
        "id": record.id,
        "name": record.name,
        "created_at": stamp(record.created_at),
        "expires_at": stamp(record.expires_at),
        "updated_at": stamp(record.updated_at),
        "region": site_of(record),
        "status": record.status,
        "connection_id": record.app.connection_id,
    }
    if record.end_reason:
        shown["end_reason"] = record.end_reason
        shown["ended_by"] = _ended_by(record.ended_by)
    return shown


def _ended_by(leg: Leg | None) -> dict[str, Any]:
    return {
        "call_control_id": leg.call_control_id if leg else None,
        "call_session_id": leg.call_session_id if leg else None,
    }


def _stay(record: Participant, switches: Switches) -> dict[str, Any]:
    return {
        "id": record.id,
        "call_control_id": record.leg.call_control_id,
        "call_leg_id": record.leg.call_leg_id,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "muted": shows_muted(record, switches),
        "on_hold": record.on_hold,
        "status": record.status,
        "whisper_call_control_ids": list(record.whisper_to),
        "end_conference_on_exit": record.end_on_exit,
        "soft_end_conference_on_exit": record.soft_end_on_exit,
    }


def shows_muted(record: Participant, switches: Switches) -> bool:
    """Tell whether a participant is listed as muted; for a monitor Telnyx does not say, so a switch does."""
    return record.muted or (record.only_listens and switches.monitor_shows_muted)


def participant(record: Participant, switches: Switches) -> dict[str, Any]:
    """Show a participant as the list of a conference does."""
    home = {"id": record.conference.id, "name": record.conference.name}
    return {"record_type": "participant", "conference": home, **_stay(record, switches)}


def participant_by_id(record: Participant, switches: Switches) -> dict[str, Any]:
    """Show a participant asked for by id: another schema, with a flat conference_id and no record_type."""
    return {"conference_id": record.conference.id, "label": None, **_stay(record, switches)}


def dialled(leg: Leg) -> dict[str, Any]:
    """Answer a dial; dialling is asynchronous, so it never says alive (Telnyx docs: Dial)."""
    return {**_call(leg), "is_alive": False}


def call(leg: Leg, now: datetime) -> dict[str, Any]:
    """Show a leg as GET /calls/{id} does; end_time only when it has ended."""
    shown = {**_call(leg), "is_alive": leg.is_alive, "call_duration": leg.seconds(now)}
    if leg.answered_at:
        shown["start_time"] = stamp(leg.answered_at)
    if leg.ended_at:
        shown["end_time"] = stamp(leg.ended_at)
    return shown


def active_call(leg: Leg, now: datetime) -> dict[str, Any]:
    """Show a leg as GET /connections/{id}/active_calls does: no from, to, direction or start."""
    return {**_call(leg), "client_state": leg.client_state or "", "call_duration": leg.seconds(now)}


def _call(leg: Leg) -> dict[str, Any]:
    shown = {
        "record_type": "call",
        "call_control_id": leg.call_control_id,
        "call_leg_id": leg.call_leg_id,
        "call_session_id": leg.call_session_id,
    }
    return {**shown, "client_state": leg.client_state} if leg.client_state else shown
