"""The provider's command for each step, made from what a supervision wants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from django.conf import settings

from conferences import provider
from conferences.models import AnswerCheck, Supervision
from conferences.reconciliation import regions
from conferences.supervision.state_machine.answering import KEY, TRIES, WAIT_MILLIS
from conferences.supervision.state_machine.steps import RING_SECS, Step
from conferences.telnyx.client import Answer
from conferences.telnyx.commands import Dial, Hangup, Join, Leave, Mute, Unhold, Update, encode_client_state
from conferences.telnyx.rules import Detection
from conferences.telnyx.speech import GatherUsingSpeak

# A machine may hear it, so it tells nothing of the call.
PROMPT: Final = "This is Earshot. Press 1 to join the call."
# What tells machines from people, and call screeners from voicemails.
DETECTION: Final = Detection.PREMIUM_IOS


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
            answering_machine_detection=DETECTION if _may_be_a_machine(supervision) else None,
        )
    )


def _may_be_a_machine(supervision: Supervision) -> bool:
    """A voicemail behind a number is hung up as soon as it is detected, where a key is asked for as well."""
    is_sip = supervision.address.startswith(("sip:", "sips:"))
    return not is_sip and supervision.answer_check in (AnswerCheck.PRESS_1, AnswerCheck.DETECT)


def _ask(supervision: Supervision) -> Answer:
    return provider.client().gather_using_speak(
        supervision.call_control_id,
        GatherUsingSpeak(
            command_id=supervision.command_id,
            client_state=encode_client_state(str(supervision.pk)),
            payload=PROMPT,
            voice=settings.PROMPT_VOICE,
            language=settings.PROMPT_LANGUAGE,
            valid_digits=KEY,
            timeout_millis=WAIT_MILLIS,
            maximum_tries=TRIES,
        ),
    )


def _join(supervision: Supervision) -> Answer:
    return provider.client().join(
        supervision.conference.conference_id,
        Join(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            supervisor_role=supervision.requested_role,
            whisper_call_control_ids=tuple(supervision.requested_targets),
            client_state=encode_client_state(str(supervision.pk)),
            **supervision.join_options.join_fields()
            | {"mute": supervision.is_muted_in(supervision.requested_role), "region": region_of(supervision)},
        ),
    )


def _update(supervision: Supervision) -> Answer:
    return provider.client().update(
        supervision.conference.conference_id,
        Update(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
            supervisor_role=supervision.requested_role,
            whisper_call_control_ids=tuple(supervision.requested_targets),
            region=region_of(supervision),
        ),
        urgent=supervision.is_getting_quieter,
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


def _unhold(supervision: Supervision) -> Answer:
    return provider.client().unhold(
        supervision.conference.conference_id,
        Unhold(
            call_control_id=supervision.call_control_id,
            command_id=supervision.command_id,
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
    Step.ASK: _ask,
    Step.JOIN: _join,
    Step.UPDATE: _update,
    Step.MUTE: partial(_mute, muted=True),
    Step.UNMUTE: partial(_mute, muted=False),
    Step.UNHOLD: _unhold,
    Step.LEAVE: _leave,
    Step.HANGUP: _hangup,
}
