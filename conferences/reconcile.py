"""Reads back what the provider knows, compares, and records what differs as facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from conferences import inbox, provider
from conferences.models import Conference, Fact, Leg, Participant
from conferences.projection import mark_read
from conferences.telnyx.errors import Refused, TelnyxError

_CONFERENCE = ("name", "status", "region", "created_at", "expires_at", "end_reason")
_PARTICIPANT = ("muted", "on_hold", "status", "whisper_call_control_ids")


def learn(conference_pk: UUID) -> None:
    """Fetch a conference's record once, for its name, which no webhook carries. A provider that is away leaves it so."""
    conference = Conference.objects.filter(pk=conference_pk, read_at=None).first()
    if conference is None:
        return
    mark_read(conference, timezone.now())
    try:
        _read_conference(conference)
    except TelnyxError:
        mark_read(conference, None)


def read_back(conference: Conference) -> None:
    """Compare a conference, its participants and its legs with the provider's and record each difference as a fact.

    What the provider no longer lists has left; a conference it does not know has ended; a leg it calls dead has hung
    up (Telnyx docs: Retrieve a conference, List conference participants, Retrieve a call status). Raises TelnyxError
    when it gave no clear answer; what was read until then is kept.
    """
    asked_at = timezone.now()
    mark_read(conference, asked_at)
    if _read_conference(conference) == "completed":
        return
    listed = {str(entry.get("call_control_id")): entry for entry in provider.client().participants(conference.conference_id)}
    for call_control_id, entry in listed.items():
        _compare_participant(conference, call_control_id, entry, asked_at)
    inside = Participant.objects.filter(conference=conference).exclude(state=Participant.State.LEFT)
    for call_control_id in inside.values_list("leg__call_control_id", flat=True):
        if call_control_id not in listed:
            _record("participant", conference, {"call_control_id": call_control_id, "status": "left"}, asked_at)


def read_legs(legs: Iterable[Leg]) -> None:
    """Ask after legs thought to be up, and record those that have ended. Raises TelnyxError."""
    for leg in legs:
        if not _is_alive(leg.call_control_id):
            payload = {"call_control_id": leg.call_control_id, "is_alive": False}
            inbox.record("readback.leg", payload, source=Fact.Source.READBACK, occurred_at=timezone.now())


def _read_conference(conference: Conference) -> str:
    """Record what the provider's own record of the conference adds; return its status there."""
    asked_at = timezone.now()
    try:
        told = provider.client().conference(conference.conference_id)
    except Refused as error:
        if error.status != 404:
            raise
        told = {"status": "completed", "end_reason": "not found at the provider"}
    news = {name: told[name] for name in _CONFERENCE if told.get(name) not in (None, "")}
    if news.get("status") == "completed" or news.get("name") != conference.name or not conference.expires_at:
        _record("conference", conference, news, asked_at)
    return str(news.get("status", ""))


def _compare_participant(
    conference: Conference, call_control_id: str, entry: Mapping[str, Any], asked_at: datetime
) -> None:
    stay = Participant.objects.filter(conference=conference, leg__call_control_id=call_control_id).first()
    news = {name: entry.get(name) for name in _PARTICIPANT}
    ours = (
        {
            "muted": stay.muted,
            "on_hold": stay.on_hold,
            "status": stay.state,
            "whisper_call_control_ids": sorted(stay.whisper_call_control_ids),
        }
        if stay
        else {}
    )
    if news | {"whisper_call_control_ids": sorted(news["whisper_call_control_ids"] or [])} == ours:
        return
    if news["status"] == "left" and stay is None:
        return
    extra = {
        "call_control_id": call_control_id,
        "participant_id": entry.get("id"),
        "call_leg_id": entry.get("call_leg_id"),
        "end_conference_on_exit": entry.get("end_conference_on_exit"),
        "soft_end_conference_on_exit": entry.get("soft_end_conference_on_exit"),
    }
    _record("participant", conference, news | extra, asked_at)


def _is_alive(call_control_id: str) -> bool:
    """A call is kept for ten minutes after its end and then refused (Telnyx docs: Retrieve a call status)."""
    try:
        return provider.client().call(call_control_id).get("is_alive") is not False
    except Refused as error:
        if error.status not in (404, 422):
            raise
        return False


def _record(kind: str, conference: Conference, payload: Mapping[str, Any], occurred_at: datetime) -> None:
    inbox.record(
        f"readback.{kind}",
        {"conference_id": conference.conference_id} | payload,
        source=Fact.Source.READBACK,
        occurred_at=occurred_at,
    )
