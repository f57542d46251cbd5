"""Sends one command for a supervision: audit, provider, audit, fact; the only caller of the provider's commands."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from django.db import DatabaseError
from structlog.stdlib import get_logger

from conferences import clock, metrics
from conferences.audit import log as audit
from conferences.ingest import inbox
from conferences.models import AuditEntry, Fact, Supervision
from conferences.policy.listening import terms_of
from conferences.reconciliation import regions
from conferences.supervision.commands import bodies
from conferences.supervision.commands.outcomes import LABELS, Returned, outcome_of
from conferences.supervision.state_machine.steps import CommandResult, Step
from conferences.telnyx import codes
from conferences.telnyx.client import Answer
from conferences.telnyx.commands import InvalidCommand
from conferences.telnyx.errors import RateLimited, Refused, TelnyxError, Unavailable

log = get_logger(__name__)

# The provider's refusals (Telnyx: API error codes) of a command for a leg that is gone.
LEG_GONE = (codes.LEG_ENDED, codes.NO_SUCH_LEG, codes.NOT_FOUND, codes.NOT_FOUND_OR_UNEXPECTED)

NOT_ON_RECORD = "Nothing was sent: it could not be put on record. Please tell your administrator and try again later."


@dataclass(frozen=True, slots=True)
class Due:
    """A command that is on record and is to be sent now."""

    supervision: Supervision
    step: Step
    intent: AuditEntry


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that was sent, and what came back of it; that is not on record yet."""

    due: Due
    returned: Returned


def send(supervision: Supervision, step: Step) -> CommandResult:
    """Send the command of `step` under the row's command_id and return what came of it, which the log tells too."""
    result = _send(supervision, step)
    tell(supervision, step, result, after_event=_newest_event(supervision))
    return result


def tell(supervision: Supervision, step: Step, result: CommandResult, **more: str) -> None:
    """Write a line of the log on a command, with what came of it."""
    log.info(
        "command",
        step=step.value,
        result=result.result.value,
        code=result.code,
        command_id=supervision.command_id,
        supervision=supervision.pk,
        asked_by=supervision.request_id,
        **more,
    )


def _newest_event(supervision: Supervision) -> str:
    """The webhook known last of her leg or of the call: where nobody asked just now, a command follows from it."""
    told = Fact.objects.filter(source=Fact.Source.WEBHOOK).order_by("-order").values_list("pk", "event_id")
    leg, call = supervision.call_control_id, supervision.conference.conference_id
    try:
        of_leg = told.filter(call_control_id=leg).first() if leg else None
        found = [one for one in (of_leg, told.filter(conference_id=call).first()) if one is not None]
    except DatabaseError:  # a line in the log is worth less than the command
        return ""
    return max(found)[1] if found else ""


def _send(supervision: Supervision, step: Step) -> CommandResult:
    """It is in the audit either way.

    The intent is on disk before anything is sent. Without a writable audit only what makes her quieter or takes her out
    is sent, and put on record later. An accepted join, update, mute or unhold is stored as a fact, dated when it
    was sent, for nothing the provider says later tells the role.
    """
    quiet = step in (Step.LEAVE, Step.HANGUP)
    mode = {} if quiet else {"role": supervision.requested_role, "targets": supervision.requested_targets}
    terms = terms_of(supervision) if step is Step.JOIN else {}
    asked = audit.Sending(supervision.command_id, terms=terms, **mode)
    intent = _open_intent(supervision) or audit.intend(supervision, step.value, asked)
    if intent.pk is None and _lets_her_in(supervision, step):
        return _not_on_record(intent, clock.now())
    return conclude([carry_out(Due(supervision, step, intent))])[0]


def intend_all(commands: Sequence[tuple[Supervision, Step]]) -> list[Due]:
    """Put on record, all at once, that these who are to be out are about to be taken out; return what is to be sent.

    It is sent then by `carry_out`, whether or not that could be written: leaving is never refused.
    """
    asked = [(one, step.value, audit.Sending(one.command_id)) for one, step in commands]
    return [Due(*command, intent) for command, intent in zip(commands, audit.intend_all(asked), strict=True)]


def carry_out(due: Due) -> Sent:
    """Send a command and return what came back, which is neither in the audit nor in any row yet: see `conclude`."""
    sent = clock.Moment()
    back: Answer | TelnyxError | InvalidCommand
    try:
        back = _in_its_region(due.supervision, due.step)
    except (TelnyxError, InvalidCommand) as error:
        back = error
    return Sent(due, Returned(sent.at, back))


def conclude(sent: Sequence[Sent]) -> list[CommandResult]:
    """Put on record what came of these commands, all at once, and return it in the same order."""
    told = [(one.due, *outcome_of(one.due.intent.action, one.returned)) for one in sent]
    audit.conclude_all((due.intent, outcome, result.call_control_id) for due, outcome, result in told)
    for due, outcome, result in told:
        metrics.COMMANDS.labels(due.intent.action, outcome.result.value).inc()
        if result.accepted:
            _record(due.supervision, due.step, result.at)
    return [result for _, _, result in told]


def _lets_her_in(supervision: Supervision, step: Step) -> bool:
    """Whether the command lets her hear, or be heard by, somebody new."""
    return step in (Step.DIAL, Step.JOIN, Step.UNMUTE, Step.UNHOLD) or (
        step is Step.UPDATE and not supervision.is_getting_quieter
    )


def _not_on_record(intent: AuditEntry, sent_at: datetime) -> CommandResult:
    audit.conclude(intent, audit.Outcome(AuditEntry.Result.DENIED, note=NOT_ON_RECORD))
    metrics.COMMANDS.labels(intent.action, AuditEntry.Result.DENIED.value).inc()
    return CommandResult(AuditEntry.Result.REFUSED, sent_at, code="not_on_record", sentence=NOT_ON_RECORD)


def _in_its_region(supervision: Supervision, step: Step) -> Answer:
    """Send it to the region that the conference is in; where that is another than was thought, once more.

    A conference that is missing in one region refuses clearly, so the second has a command_id of its own. A leg that we
    hang up next is not looked for first.
    """
    tried = bodies.region_of(supervision)
    try:
        return bodies.send(supervision, step)
    except Refused as error:
        waits = step is not Step.LEAVE or not supervision.address
        if step in _OUTSIDE or not waits or not regions.is_missing(error):
            raise
        if regions.look_for(supervision.conference, but=tried) is None:
            raise
        refused = error
    again = copy(supervision)
    again.command_id = f"{supervision.command_id}-there"
    try:
        answer = bodies.send(again, step)
    except (Refused, RateLimited, Unavailable) as error:
        error.sends += refused.sends
        raise
    return replace(answer, sends=answer.sends + refused.sends)


def lost(supervision: Supervision, sent_at: datetime) -> CommandResult:
    """Close the audit of a command whose outcome nobody saw: the server stopped between sending and hearing."""
    intent = _open_intent(supervision)
    metrics.COMMANDS.labels(supervision.command, AuditEntry.Result.UNKNOWN.value).inc()
    if intent is not None:
        audit.conclude(intent, audit.Outcome(AuditEntry.Result.UNKNOWN, text="The server stopped before the answer."))
    return CommandResult(AuditEntry.Result.UNKNOWN, sent_at)


def _open_intent(supervision: Supervision) -> AuditEntry | None:
    """The entry of a command that was about to be sent, or was, when its server died."""
    # Of this stay alone: by the command's id every entry of the audit would be looked through, before each command.
    stay = AuditEntry.objects.filter(supervision=supervision)
    return stay.filter(command_id=supervision.command_id, phase=AuditEntry.Phase.INTENT, outcomes=None).first()


def leg_is_gone(supervision: Supervision) -> None:
    """Store the provider's word that our leg has ended."""
    payload = {"call_control_id": supervision.call_control_id, "is_alive": False}
    inbox.record("readback.leg", payload, source=Fact.Source.READBACK, occurred_at=clock.now())


def _record(supervision: Supervision, step: Step, sent_at: datetime) -> None:
    if step not in _WITHOUT_WEBHOOK:
        return
    payload = {
        "conference_id": supervision.conference.conference_id,
        "call_control_id": supervision.call_control_id,
        "supervisor_role": supervision.requested_role,
        "whisper_call_control_ids": list(supervision.requested_targets),
    }
    inbox.record(f"command.{step.value}", payload, source=Fact.Source.COMMAND, occurred_at=sent_at)


# No webhook tells of what these did.
_WITHOUT_WEBHOOK = (Step.JOIN, Step.UPDATE, Step.MUTE, Step.UNMUTE, Step.UNHOLD)
# Not about a conference.
_OUTSIDE = (Step.DIAL, Step.ASK, Step.HANGUP)

_RESULTS = (AuditEntry.Result.OK, AuditEntry.Result.REFUSED, AuditEntry.Result.UNKNOWN, AuditEntry.Result.DENIED)
for _action, _result in product(LABELS, _RESULTS):
    metrics.COMMANDS.labels(_action, _result.value)
