"""What came of a command, from what the provider said to it: for the audit, and for whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from conferences.audit.log import Outcome
from conferences.models import AuditEntry
from conferences.supervision.state_machine.steps import CommandResult, Step
from conferences.telnyx.client import Answer
from conferences.telnyx.errors import RateLimited, Refused, TelnyxError, Unavailable
from conferences.telnyx.explanations.sentences import explain
from conferences.telnyx.rules import InvalidCommand

OK = AuditEntry.Result.OK

# What a supervisor calls each command.
LABELS = {
    Step.DIAL.value: _("Calling your phone"),
    Step.ASK.value: _("Asking for the key"),
    Step.JOIN.value: _("Joining"),
    Step.UPDATE.value: _("Changing the mode"),
    Step.MUTE.value: _("Muting your phone"),
    Step.UNMUTE.value: _("Unmuting your phone"),
    Step.UNHOLD.value: _("Taking your phone off hold"),
    Step.LEAVE.value: _("Leaving"),
    Step.HANGUP.value: _("Hanging up your phone"),
}


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back of a command that was sent at that time: the provider's answer, or why there is none."""

    at: datetime
    back: Answer | TelnyxError | InvalidCommand


def outcome_of(action: str, returned: Returned) -> tuple[Outcome, CommandResult]:
    """Return what goes on record of it, and what whoever sent it is told."""
    if isinstance(returned.back, Answer):
        answer, found = returned.back, getattr(returned.back, "call_control_id", "")
        outcome = Outcome(OK, http_status=answer.status, sends=answer.sends)
        return outcome, CommandResult(OK, returned.at, call_control_id=found)
    return _failed(action, returned.back, returned.at)


def _failed(action: str, error: TelnyxError | InvalidCommand, sent_at: datetime) -> tuple[Outcome, CommandResult]:
    result = AuditEntry.Result.UNKNOWN if isinstance(error, Unavailable) else AuditEntry.Result.REFUSED
    refused = error if isinstance(error, Refused) else None
    text = f"{refused.title}: {refused.detail}".strip(": ") if refused else str(error)
    explained = explain(error, action=LABELS[action])
    outcome = Outcome(
        result,
        http_status=getattr(error, "status", None),
        sends=getattr(error, "sends", None),
        code=refused.code if refused else "",
        text=text,
        note=explained.administrator,
    )
    told = CommandResult(
        result,
        sent_at,
        code="rate_limited" if isinstance(error, RateLimited) else outcome.code,
        sentence=_until_clock_time(error, sent_at) or explained.supervisor,
        field=explained.field or "",
        reached=getattr(error, "reached", True),
    )
    return outcome, told


def _until_clock_time(error: Exception, sent_at: datetime) -> str:
    """Nobody counts 3600 seconds: from a minute on it is said at what time the provider may be asked again."""
    seconds = error.retry_after if isinstance(error, RateLimited) else None
    if seconds is None or seconds < 60:
        return ""
    again = timezone.localtime(sent_at + timedelta(seconds=seconds) + timedelta(seconds=59))
    return f"Telnyx takes no more calls from us for now. It lets us call again at {again:%H:%M}."
