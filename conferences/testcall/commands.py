"""The provider's command for each step of a test call, on record before it is sent and after."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings

from conferences import provider
from conferences.audit import entries
from conferences.models import AuditEntry, TestCall
from conferences.telnyx.client import Answer
from conferences.telnyx.commands import CreateConference, Dial, Hangup, Join, Mute, Speak, Update
from conferences.telnyx.errors import Refused, TelnyxError
from conferences.telnyx.rules import InvalidCommand, Role
from conferences.telnyx.speech import GatherUsingSpeak
from conferences.testcall.steps import AGENT, NO, SUPERVISOR, YES, client_state

log = logging.getLogger(__name__)

RING_SECS: Final = 45
LONGEST_SECS: Final = 1800  # the provider ends the legs by itself then, whatever became of us
PROMPT: Final = "This is a test call by Earshot. Press 1 to take part, and listen for the supervisor."
HEARD: Final = f"Did you hear the supervisor say two digits? Press {YES} if you heard them, {NO} if you did not."


def word(test: TestCall, mode: str) -> str:
    """Return what is to be said aloud in this mode: two digits that nobody guesses."""
    digits = str(uuid.uuid5(test.pk, mode).int)[-2:]
    return " ".join(digits)


def send(test: TestCall, step: str) -> None:
    """Send a step's command and keep in `test`, unsaved, what its answer names. Raises TelnyxError, InvalidCommand."""
    name, _, what = step.partition(":")
    intent = entries.write_or_raise(
        phase=AuditEntry.Phase.INTENT,
        action="test_call",
        actor=test.started_by,
        command_id=_command_id(test, step),
        note=step,
    )
    try:
        answer = _COMMANDS[name](test, step, what)
    except (TelnyxError, InvalidCommand) as error:
        _conclude(test, intent, AuditEntry.Result.REFUSED if _is_clear(error) else AuditEntry.Result.UNKNOWN)
        raise
    if name == "dial":
        test.legs[what] = str(answer.data.get("call_control_id") or "")
    elif name == "create":
        test.conference_id = str(answer.data.get("id") or "")
    _conclude(test, intent, AuditEntry.Result.OK)


def hang_up(test: TestCall, call_control_id: str) -> None:
    """Hang up a leg; it waits for no audit, and what is refused is logged: it may have ended already."""
    command_id = str(uuid.uuid4())
    intent = entries.write(
        phase=AuditEntry.Phase.INTENT, action="test_call", actor=test.started_by, command_id=command_id, note="hangup"
    )
    try:
        provider.client().hangup(call_control_id, Hangup(command_id=command_id))
    except (TelnyxError, InvalidCommand) as error:
        log.info("A leg of a test call was not hung up: %s", type(error).__name__)
        _conclude(test, intent, AuditEntry.Result.REFUSED if _is_clear(error) else AuditEntry.Result.UNKNOWN)
        return
    _conclude(test, intent, AuditEntry.Result.OK)


def _is_clear(error: Exception) -> bool:
    return isinstance(error, Refused | InvalidCommand)


def _conclude(test: TestCall, intent: AuditEntry, result: AuditEntry.Result) -> None:
    entries.write(
        phase=AuditEntry.Phase.OUTCOME,
        intent=intent if intent.pk else None,
        action="test_call",
        actor=test.started_by,
        result=result,
        command_id=intent.command_id,
        note=intent.note,
    )


def _command_id(test: TestCall, step: str) -> str:
    """The same for the same step: sent twice it is done once."""
    return str(uuid.uuid5(test.pk, step))


def _dial(test: TestCall, step: str, phone: str) -> Answer:
    return provider.client().dial(
        Dial(
            to=test.phones[phone],
            from_=settings.TELNYX_CALLER_ID,
            connection_id=settings.TELNYX_CONNECTION_ID,
            client_state=client_state(test, phone),
            command_id=_command_id(test, step),
            timeout_secs=RING_SECS,
            time_limit_secs=LONGEST_SECS,
        )
    )


def _ask(test: TestCall, step: str, phone: str) -> Answer:
    return _gather(test, step, phone)


def _say(test: TestCall, step: str, mode: str) -> Answer:
    """Tell the supervisor's phone what to say aloud, and have her say by a key that she did."""
    return _gather(test, step, SUPERVISOR, mode)


def _heard(test: TestCall, step: str, what: str) -> Answer:
    phone, _, mode = what.partition(":")
    return _gather(test, step, phone, mode)


def _gather(test: TestCall, step: str, phone: str, mode: str = "") -> Answer:
    line, keys = _question(test, phone, mode)
    return provider.client().gather_using_speak(
        test.legs[phone],
        GatherUsingSpeak(
            command_id=_command_id(test, step),
            client_state=client_state(test, phone, mode),
            payload=line,
            voice=settings.PROMPT_VOICE,
            language=settings.PROMPT_LANGUAGE,
            valid_digits=keys,
            timeout_millis=10_000,
            maximum_tries=3,
        ),
    )


def _question(test: TestCall, phone: str, mode: str) -> tuple[str, str]:
    if not mode:
        return PROMPT, YES
    if phone == SUPERVISOR:
        return f"{_to_say(test, mode)} When you have said it, press {YES}.", YES
    return HEARD, YES + NO


def _create(test: TestCall, step: str, _: str) -> Answer:
    name = f"Test call {test.started_at:%H:%M:%S}"
    made = CreateConference(call_control_id=test.legs[AGENT], name=name, command_id=_command_id(test, step))
    return provider.client().create_conference(made)


def _join(test: TestCall, step: str, phone: str) -> Answer:
    """The customer is heard by all; the supervisor comes as every supervisor does: monitoring, and muted."""
    role, muted = (Role.MONITOR, True) if phone == SUPERVISOR else (Role.NONE, False)
    join = Join(test.legs[phone], _command_id(test, step), role, mute=muted)
    return provider.client().join(test.conference_id, join)


def _update(test: TestCall, step: str, mode: str) -> Answer:
    targets = (test.legs[AGENT],) if mode == Role.WHISPER else ()
    update = Update(test.legs[SUPERVISOR], _command_id(test, step), mode, targets)
    return provider.client().update(test.conference_id, update)


def _unmute(test: TestCall, step: str, _: str) -> Answer:
    return provider.client().mute(test.conference_id, Mute(test.legs[SUPERVISOR], _command_id(test, step), muted=False))


def _tell(test: TestCall, step: str, mode: str) -> Answer:
    """Tell her what to say where her phone could not be asked: by the conference, on her leg alone."""
    return provider.client().speak(
        test.conference_id,
        Speak(
            call_control_id=test.legs[SUPERVISOR],
            command_id=_command_id(test, step),
            payload=_to_say(test, mode),
            voice=settings.PROMPT_VOICE,
            language=settings.PROMPT_LANGUAGE,
        ),
    )


def _to_say(test: TestCall, mode: str) -> str:
    return f"Please say aloud: {word(test, mode)}. Again: {word(test, mode)}."


_COMMANDS: Final[dict[str, Callable[[TestCall, str, str], Answer]]] = {
    "dial": _dial,
    "ask": _ask,
    "create": _create,
    "join": _join,
    "update": _update,
    "unmute": _unmute,
    "say": _say,
    "tell": _tell,
    "heard": _heard,
}
