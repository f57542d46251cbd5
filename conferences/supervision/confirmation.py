"""Asks the provider whether an accepted mode is in force, and notes what its list shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conferences import clock, provider
from conferences.models import Supervision
from conferences.reconciliation import regions
from conferences.supervision import notices
from conferences.supervision.state_machine.steps import confirmation_of
from conferences.telnyx.errors import TelnyxError
from conferences.telnyx.rules import InvalidCommand


def verify_mode(supervision: Supervision) -> dict[str, object]:
    """Return the columns to note of the supervision after one look at the provider's participants list.

    A provider that does not answer, or does not list our leg yet, has proved nothing.
    """
    now = clock.now()
    try:
        mine = _my_entry(supervision)
    except (TelnyxError, InvalidCommand):
        mine = None
    if mine is None:
        return {"confirmation": supervision.confirmation or Supervision.Confirmation.DISAGREES, "confirmation_at": now}
    targets = mine.get("whisper_call_control_ids")
    found = confirmation_of(
        supervision,
        muted=mine.get("muted") is True,
        whispers_to=[str(one) for one in targets] if isinstance(targets, list) else [],
    )
    noted: dict[str, object] = {"confirmation": found, "confirmation_at": now}
    if found == Supervision.Confirmation.AGREES:
        noted |= {
            "accepted_mute": supervision.is_muted_in(supervision.accepted_role),
            "confirmed_role": supervision.accepted_role,
            "confirmed_targets": supervision.accepted_targets,
            "confirmed_at": now,
            **notices.clear_unknown_notice(supervision),
        }
    return noted


def _my_entry(supervision: Supervision) -> Mapping[str, Any] | None:
    conference = supervision.conference
    listed = regions.asking(
        conference, lambda region: list(provider.client().participants(conference.conference_id, region))
    )
    return next((one for one in listed if one.get("call_control_id") == supervision.call_control_id), None)
