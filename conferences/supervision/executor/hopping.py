"""The next stay on a leg: as monitor, by the policy of the call it goes to; nothing else is carried over."""

from __future__ import annotations

import uuid

from conferences import clock
from conferences.models import Conference, Supervision
from conferences.policy.listening import options_of
from conferences.supervision.phone.own_legs import left_before


def next_supervision(ended: Supervision, call: Conference) -> Supervision:
    """Return the supervision, not saved yet, of the call that she goes over to, on the leg of `ended`."""
    now = clock.now()
    return Supervision(
        user=ended.user,
        conference=call,
        device=ended.device,
        address=ended.address,
        call_control_id=ended.call_control_id,
        left_before_at=left_before(ended.call_control_id, call),
        line=ended.first_stay,
        state=Supervision.State.JOINING,
        token=uuid.uuid4(),
        source_ip=ended.source_ip,
        session_key=ended.session_key,
        reason=ended.hop_reason,
        requested_role=Supervision.Role.MONITOR,
        requested_targets=[],
        answer_check=ended.answer_check,
        options=options_of(call.queue).stored(),
        requested_at=now,
        created_at=now,
    )
