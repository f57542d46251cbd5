"""The provider's command for each step, made from what a supervision wants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings

from conferences import provider, regions
from conferences.models import Supervision
from conferences.steps import RING_SECS, Step, is_quieter, is_to_be_muted
from conferences.telnyx.client import Answer
from conferences.telnyx.commands import Dial, Hangup, Join, Leave, Mute, Update, encode_client_state


def send(supervision: Supervision, step: Step) -> Answer:
    """Send the command of `step` under the row's command_id. Raises TelnyxError and InvalidCommand."""
    return _COMMANDS[step](supervision)


def region_of(supervision: Supervision) -> str | None:
    """Where the conference was found, else where the queue's policy has it, else where the account keeps its data."""
    return regions.known(supervision.conference) or supervision.join_options.region or None


def _dial(supervision: Supervision) -> Answer:
    return provider.client().dial(
        Dial(
            to=supervision.address,
            from_=settings.TELNYX_CALLER_ID,
            connection_id=settings.TELNYX_CONNECTION_ID,
            client_state=encode_client_state(str(supervision.pk)),
            command_id=supervision.command_id,
            timeout_secs=RING_SECS,
        )
    )


def _join(supervision: Supervision) -> Answer:
    return provider.client().join(
        supervision.conference.conference_id,
        Join(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            supervisor_role=supervision.asked_role,
            whisper_call_control_ids=tuple(supervision.asked_targets),
            client_state=encode_client_state(str(supervision.pk)),
            **supervision.join_options.join_fields()
            | {"mute": is_to_be_muted(supervision, supervision.asked_role), "region": region_of(supervision)},
        ),
    )


def _update(supervision: Supervision) -> Answer:
    return provider.client().update(
        supervision.conference.conference_id,
        Update(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            supervisor_role=supervision.asked_role,
            whisper_call_control_ids=tuple(supervision.asked_targets),
            region=region_of(supervision),
        ),
        urgent=is_quieter(supervision),
    )


def _mute(supervision: Supervision, *, muted: bool) -> Answer:
    return provider.client().mute(
        supervision.conference.conference_id,
        Mute(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            muted=muted,
            region=region_of(supervision),
        ),
    )


def _leave(supervision: Supervision) -> Answer:
    return provider.client().leave(
        supervision.conference.conference_id,
        Leave(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            beep_enabled=supervision.join_options.beep_enabled,
            region=region_of(supervision),
        ),
    )


def _hangup(supervision: Supervision) -> Answer:
    return provider.client().hangup(supervision.call_control_id, Hangup(command_id=supervision.command_id))


_COMMANDS: dict[Step, Callable[[Supervision], Answer]] = {
    Step.DIAL: _dial,
    Step.JOIN: _join,
    Step.UPDATE: _update,
    Step.MUTE: partial(_mute, muted=True),
    Step.UNMUTE: partial(_mute, muted=False),
    Step.LEAVE: _leave,
    Step.HANGUP: _hangup,
}
