"""The only writer of audit entries: an action before it is sent, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import translation

from conferences import roster
from conferences.audit import entries, stays
from conferences.models import AuditEntry, Conference, Follow, Leg, Supervision


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: a result, the provider's words where it answered, and what an administrator may do."""

    result: AuditEntry.Result
    http_status: int | None = None
    sends: int | None = None
    code: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried to do, and from which address."""

    user: AbstractBaseUser
    conference: Conference
    action: str
    role: str
    targets: Iterable[str]
    ip: str | None


@dataclass(frozen=True, slots=True)
class Sending:
    """A command that is about to be sent: in which mode, toward whom, and for a join on which terms."""

    command_id: str
    role: str = ""
    targets: Sequence[str] = ()
    terms: Mapping[str, object] = field(default_factory=dict)


def intend(supervision: Supervision, action: str, sending: Sending) -> AuditEntry:
    """Write that a command is about to be sent, with what the screen says of it. Returns the entry of its outcome.

    One that cannot be written just now is kept and written later; it has no primary key then.
    """
    return entries.write(**_intention(supervision, action, sending))


def intend_all(commands: Iterable[tuple[Supervision, str, Sending]]) -> list[AuditEntry]:
    """Write that several commands are about to be sent, all at once, as `intend` writes one."""
    return entries.write_all(_intention(*one) for one in commands)


def _intention(supervision: Supervision, action: str, sending: Sending) -> dict[str, Any]:
    reason = stays.reason_for(supervision, action)
    about = stays.about(supervision)
    about |= {"role": sending.role, "claim": _claim(supervision, sending.role, sending.targets)}
    return about | {
        "phase": AuditEntry.Phase.INTENT,
        "action": action,
        "actor": None if reason else supervision.user,
        "source_ip": None if reason else supervision.source_ip,
        "reason": reason,
        "targets": named(sending.targets),
        "command_id": sending.command_id,
        "note": f"Why: {supervision.reason}" if supervision.reason and action in ("dial", "join") else "",
        "changes": {name: [None, value] for name, value in sending.terms.items()},
    }


def conclude(intent: AuditEntry, outcome: Outcome, *, call_control_id: str = "") -> AuditEntry:
    """Write what came of an intent; `call_control_id` names a leg that only the answer told."""
    return entries.write(**_conclusion(intent, outcome, call_control_id))


def conclude_all(came: Iterable[tuple[AuditEntry, Outcome, str]]) -> None:
    """Write what came of several intents, all at once, as `conclude` writes one."""
    entries.write_all(_conclusion(*one) for one in came)


def _conclusion(intent: AuditEntry, outcome: Outcome, call_control_id: str) -> dict[str, Any]:
    return {
        "phase": AuditEntry.Phase.OUTCOME,
        "intent": intent,
        "action": intent.action,
        "result": outcome.result,
        "actor": intent.actor,
        "source_ip": intent.source_ip,
        "reason": intent.reason,
        "session_digest": intent.session_digest,
        "address": intent.address,
        "supervision": intent.supervision,
        "conference": intent.conference,
        "conference_name": intent.conference_name,
        "telnyx_conference_id": intent.telnyx_conference_id,
        "call_control_id": call_control_id or intent.call_control_id,
        "role": intent.role,
        "targets": intent.targets,
        "command_id": intent.command_id,
        "http_status": outcome.http_status,
        "sends": outcome.sends,
        "provider_code": outcome.code,
        "provider_text": outcome.text,
        "note": outcome.note,
        "claim": intent.claim,
    }


def happened(supervision: Supervision, action: str, outcome: Outcome) -> AuditEntry:
    """Write what came of something by itself, that nobody did then: Earshot tells of it."""
    return entries.write(actor=None, **_happening(supervision, action, outcome))


def happened_to_all(supervisions: Iterable[Supervision], action: str, outcome: Outcome) -> None:
    """Write the same for each of these, at once: where many are taken out, nobody waits for others' entries."""
    entries.write_all(_happening(one, action, outcome) for one in supervisions)


def _happening(supervision: Supervision, action: str, outcome: Outcome) -> dict[str, Any]:
    about = stays.about(supervision) | {"role": supervision.requested_role}
    return about | {
        "phase": AuditEntry.Phase.OUTCOME,
        "action": action,
        "result": outcome.result,
        "reason": supervision.problem,
        "targets": named(supervision.requested_targets),
        "provider_code": outcome.code,
        "provider_text": outcome.text,
        "note": outcome.note,
    }


def ended(supervision: Supervision, by: AbstractBaseUser, *, ip: str | None) -> AuditEntry:
    """Write that somebody ended another person's supervision."""
    return entries.write(
        phase=AuditEntry.Phase.OUTCOME,
        action="end",
        result=AuditEntry.Result.OK,
        actor=by,
        source_ip=ip,
        supervision=supervision,
        call_control_id=supervision.call_control_id,
        role=supervision.accepted_role or supervision.requested_role,
        note=f"The supervision of {roster.supervisor_name(supervision)} was ended.",
        **_about(supervision.conference),
    )


def done_to_call(
    conference: Conference, action: str, outcome: Outcome, by: AbstractBaseUser | None, *, ip: str | None = None
) -> AuditEntry:
    """Write what somebody did to a call beside listening to it; by nobody, it was Earshot or the center's system."""
    return entries.write(
        phase=AuditEntry.Phase.OUTCOME,
        action=action,
        result=outcome.result,
        actor=by,
        source_ip=ip,
        note=outcome.note,
        **_about(conference),
    )


def followed(wish: Follow, action: str, *, by: AbstractBaseUser | None, ip: str | None, note: str) -> AuditEntry:
    """Write that a supervisor asked to join an agent's next call, or how that ended; `by`: None where by itself."""
    return entries.write(
        phase=AuditEntry.Phase.OUTCOME,
        action=action,
        result=AuditEntry.Result.OK,
        actor=by,
        source_ip=ip,
        role=Supervision.Role.MONITOR,
        subject="agent",
        subject_id=str(wish.agent_id),
        note=note,
    )


def deny(attempt: Attempt, why: str) -> AuditEntry:
    """Write an attempt that was refused on our side and never sent, with the sentence that was shown."""
    return entries.write(
        phase=AuditEntry.Phase.OUTCOME,
        action=attempt.action,
        result=AuditEntry.Result.DENIED,
        actor=attempt.user,
        source_ip=attempt.ip,
        role=attempt.role[:10],
        targets=named(attempt.targets),
        note=why,
        **_about(attempt.conference),
    )


def named(call_control_ids: Iterable[str]) -> list[dict[str, str]]:
    """Return legs with the names shown for them now."""
    ids = [one[:255] for one in call_control_ids]
    legs = {leg.call_control_id: leg for leg in Leg.objects.select_related("agent").filter(call_control_id__in=ids)}
    return [{"call_control_id": one, "name": _name(legs.get(one))} for one in ids]


def _name(leg: Leg | None) -> str:
    if leg is None:
        return "unknown leg"
    agents = leg.agents
    shared = "a shared phone: " if len(agents) > 1 else ""
    return f"{shared}{' or '.join(map(str, agents))}" if agents else leg.get_kind_display()


def _claim(supervision: Supervision, role: str, targets: Iterable[str]) -> str:
    """Who will hear, as the screen puts it now; numbers masked, as not everybody who reads the audit may see them."""
    if not role:
        return ""
    loaded = Conference.objects.with_people().get(pk=supervision.conference_id)
    people, running = roster.parties(loaded, numbers=False), roster.is_running(loaded)
    leg, options = supervision.call_control_id or roster.YOU, supervision.join_options
    you = roster.yourself(role, targets, options, leg=leg)
    with translation.override(settings.LANGUAGE_CODE):  # the record is in one language
        return roster.preview(people, you, options, running=running)


def _about(conference: Conference) -> dict[str, object]:
    return {
        "conference": conference,
        "conference_name": conference.title,
        "telnyx_conference_id": conference.conference_id,
    }
