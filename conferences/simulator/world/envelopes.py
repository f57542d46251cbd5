"""Webhook events as Telnyx words them: which fields each carries, and where it keeps its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conferences.simulator.switches import OccurredAt
from conferences.simulator.world.clock import stamp
from conferences.simulator.world.records import App, Conference, Leg

Payload = dict[str, Any]

# Telnyx's callback schemas put occurred_at in data for call.* and participant.joined/left; the events below have it
# in the payload instead, and conference.recording.saved has none at all.
TIME_IN_DATA = ("call.", "conference.participant.joined", "conference.participant.left")
NO_TIME = ("conference.recording.saved",)


@dataclass(frozen=True)
class Event:
    """One event that happened: what is delivered, and where to. `data` never changes between attempts."""

    id: str
    type: str
    occurred_at: datetime
    data: Payload
    app: App
    url: str
    leg: Leg | None = None

    @property
    def payload(self) -> Payload:
        """The event's own fields."""
        payload: Payload = self.data["payload"]
        return payload


def data_of(event_id: str, event_type: str, at: datetime, payload: Payload, style: OccurredAt) -> Payload:
    """Make the `data` of an envelope, with its time where the schemas or the vendor's examples have it."""
    data: Payload = {"event_type": event_type, "id": event_id, "payload": dict(payload), "record_type": "event"}
    if event_type.startswith(TIME_IN_DATA):
        data["occurred_at"] = stamp(at)
    elif style == "examples":
        data["occurred_at"] = stamp(at)
        data["payload"]["occured_at"] = stamp(at)
    elif event_type not in NO_TIME:
        data["payload"]["occurred_at"] = stamp(at)
    return data


def leg_ids(leg: Leg) -> Payload:
    """Return the three identifiers of a leg."""
    return {
        "call_control_id": leg.call_control_id,
        "call_leg_id": leg.call_leg_id,
        "call_session_id": leg.call_session_id,
    }


def call_payload(leg: Leg, **more: Any) -> Payload:
    """Make the payload of a call.* event; the last three keys are undocumented but seen in real deliveries."""
    return {
        **leg_ids(leg),
        "client_state": leg.client_state,
        "connection_id": leg.app.connection_id,
        "from": leg.from_,
        "to": leg.to,
        "calling_party_type": "sip" if leg.endpoint or leg.from_.startswith("sip") else "pstn",
        "from_sip_uri": _sip_uri(leg.endpoint or leg.from_),
        "to_sip_uri": _sip_uri(leg.to),
        **more,
    }


def _sip_uri(address: str) -> str:
    return address.removeprefix("sip:") if address.startswith("sip") else f"{address}@sip.telnyx.com"


def _headers(leg: Leg) -> list[Payload]:
    return [{"name": name, "value": value} for name, value in leg.headers.items()]


def initiated(leg: Leg) -> Payload:
    """Make the payload of call.initiated."""
    incoming = leg.direction == "incoming"
    return call_payload(
        leg,
        direction=leg.direction,
        state="parked" if incoming or leg.endpoint else "bridging",
        start_time=stamp(leg.created_at),
        caller_id_name=leg.from_,
        connection_codecs="PCMU,PCMA,OPUS",
        offered_codecs="PCMU,PCMA",
        custom_headers=_headers(leg),
        sip_headers=[],
        tags=[],
        **({"shaken_stir_attestation": "A", "shaken_stir_validated": True} if incoming else {}),
    )


def answered(leg: Leg) -> Payload:
    """Make the payload of call.answered."""
    return call_payload(
        leg, start_time=stamp(leg.created_at), state="answered", custom_headers=_headers(leg), sip_headers=[], tags=[],
        codec="PCMU", sampling_rate=8000,
    )  # fmt: skip


def hangup(leg: Leg, source: str, sip_code: str, error_code: str = "") -> Payload:
    """Make that of call.hangup; undocumented `telnyx_error` is there only where the account's set-up forbade it."""
    inbound = {
        "jitter_max_variance": "12.40", "jitter_packet_count": "0", "mos": "4.50",
        "packet_count": "4812", "skip_packet_count": "3",
    }  # fmt: skip
    return call_payload(
        leg,
        hangup_cause=leg.hangup_cause,
        hangup_source=source,
        sip_hangup_cause=sip_code,
        start_time=stamp(leg.created_at),
        state="hangup",
        call_quality_stats={"inbound": inbound, "outbound": {"packet_count": "4820", "skip_packet_count": "0"}},
        custom_headers=_headers(leg),
        sip_headers=[],
        tags=[],
        **({"telnyx_error": {"error_code": error_code}} if error_code else {}),
    )


def conference_payload(conference: Conference, leg: Leg, **more: Any) -> Payload:
    """Make that of an event about a leg in a conference: its owner's client_state; never a name, role, mute or hold."""
    return {
        **leg_ids(leg),
        "client_state": conference.client_state,
        "conference_id": conference.id,
        "connection_id": conference.app.connection_id,
        **more,
    }


def conference_wide_payload(conference: Conference, **more: Any) -> Payload:
    """Make that of an event about a conference as a whole, such as music for everybody."""
    return {
        "conference_id": conference.id,
        "connection_id": conference.app.connection_id,
        "creator_call_session_id": conference.creator.call_session_id,
        **more,
    }
