"""What the supervisor's own bar says: of who hears her, of what has to be told apart while she is in a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from conferences.models import Supervision
from dashboard.calls import Call

# What is accepted and sure to settle within this is not yet a doubt worth frightening anybody with.
SETTLES: Final = timedelta(seconds=1)


def said_of(call: Call, supervision: Supervision) -> str:
    """Say who hears a supervisor whose join was sent: never fewer than may, and no doubt that is about to settle."""
    accepted = supervision.accepted_role, supervision.accepted_targets
    asked = supervision.asked_role, supervision.asked_targets
    sent_at = supervision.join_sent_at
    is_later = sent_at is not None and supervision.asked_at > sent_at
    if is_later and asked != accepted and not call.is_in(supervision.call_control_id):
        return "You may be heard."  # the join went out with another mode than is asked for now
    if is_settling(supervision):
        return "Telnyx is being asked to confirm that you are muted."
    return call.hearing(supervision.call_control_id, supervision.accepted_role or supervision.asked_role)


def is_settling(supervision: Supervision) -> bool:
    """Whether she is about to be, or has just become, a muted monitor, which is still to be confirmed."""
    role = supervision.accepted_role or supervision.asked_role
    if role != Supervision.Role.MONITOR or supervision.asked_role != role or supervision.join_sent_at is None:
        return False
    if supervision.accepted_at is None:
        return supervision.command == "join" and supervision.asked_at <= supervision.join_sent_at
    is_new = timezone.now() - supervision.accepted_at < SETTLES
    return is_new and supervision.accepted_mute is True and supervision.proof != Supervision.Proof.AGREES
