"""What the outcome of a command means for its supervision: the columns to change, decided without touching any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conferences.errors import PROBLEMS
from conferences.models import AuditEntry, Supervision
from conferences.supervision import notices
from conferences.supervision.commands.sending import CommandResult
from conferences.supervision.state_machine.steps import MOST_MUTES, Step, is_quieter, is_to_be_muted

# The provider's refusals (Telnyx: API error codes) that have a reason of their own.
REFUSALS = {"90018": "hung_up", "90019": "conference_over", "90032": "full", "90034": "not_answered_yet"}
# Too late for a quieter mode, for nobody hears the supervisor any more.
TOO_LATE = {"90018": "hung_up", "90019": "call_ended"}


def columns_after(supervision: Supervision, step: Step, sent: CommandResult) -> dict[str, object]:
    """Return what to note of a supervision whose command `step` came to this."""
    if step in (Step.MUTE, Step.UNMUTE):
        return _muted(supervision, sent, muted=step is Step.MUTE)
    if of_step := _OF_STEPS.get(step):
        return of_step(supervision, sent)
    if step is Step.LEAVE and sent.accepted:
        return {"leave_accepted_at": sent.at}
    return _told(sent) if sent.sentence else {}


def _told(sent: CommandResult) -> dict[str, object]:
    is_unknown = sent.result == AuditEntry.Result.UNKNOWN and sent.reached
    return notices.uncertain(sent.sentence) if is_unknown else notices.said(sent.sentence)


def clear_unknown_notice(supervision: Supervision) -> dict[str, object]:
    """Return what to note once it is known what came of a command: a sentence that nobody knows is true no longer."""
    return dict(notices.NONE) if notices.is_open(supervision) else {}


def _dialled(_supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    if sent.accepted:
        return {"call_control_id": sent.call_control_id}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return _told(sent)  # it may ring all the same; a webhook with our client_state would tell
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else "refused"
    return _given_up(problem, sent) | {"dialled_at": None}


def _joined(supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    if sent.accepted:
        muted = is_to_be_muted(supervision, supervision.requested_role)
        return _accepted(supervision, sent) | {"accepted_mute": muted}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return _told(sent)
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(sent.code, "refused")
    return _given_up(problem, sent) | {"join_sent_at": None}


def _asked(supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    """Of one that got no answer the line may be spoken all the same: the key is waited for, and nothing is joined."""
    if sent.accepted:
        return clear_unknown_notice(supervision)
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return _told(sent)
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(sent.code, "refused")
    return _given_up(problem, sent)


def _given_up(problem: str, sent: CommandResult) -> dict[str, object]:
    return {"is_active": False, "problem": problem, "problem_field": sent.field[:60]} | _told(sent)


def _updated(supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    if sent.accepted:
        return _accepted(supervision, sent) | _put_back(supervision)
    if supervision.asserted_again and supervision.requested_role in (Supervision.Role.BARGE, Supervision.Role.NONE):
        # Sent once more only because nothing confirmed it: nobody can be heard by more than everybody.
        return {"accepted_role": supervision.requested_role} | _told(sent)
    if is_quieter(supervision):
        why = "not_quieter" if supervision.accepted_role else "not_certain"
        return {"is_active": False, "problem": TOO_LATE.get(sent.code, why)} | _told(sent)
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        # Louder or not, nobody knows: go back to the quieter mode for certain, or hang up.
        return {"accepted_role": ""} | _told(sent)
    return _told(sent) if sent.sentence else notices.said(PROBLEMS["refused"])


def _muted(supervision: Supervision, sent: CommandResult, *, muted: bool) -> dict[str, object]:
    """One that was refused is not tried again: a monitor's role alone still keeps her from being heard."""
    if sent.accepted:
        return clear_unknown_notice(supervision) | {
            "accepted_mute": muted,
            "mutes_sent": 0,
            "confirmation": "",
            "confirmation_at": None,
        }
    is_lost = sent.result == AuditEntry.Result.UNKNOWN and sent.reached
    tries = MOST_MUTES if sent.result == AuditEntry.Result.REFUSED else supervision.mutes_sent + 1
    notice = _told(sent)
    if not muted and tries >= MOST_MUTES:
        notice = notices.still_muted("" if is_lost else sent.sentence)
    return notice | {"mutes_sent": tries, "accepted_mute": None if is_lost else supervision.accepted_mute}


def _unheld(supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    """One whose answer was lost leaves open whether she is heard, and is tried again."""
    if sent.accepted:
        return clear_unknown_notice(supervision) | {"lift_hold": False, "mutes_sent": 0}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return _told(sent) | {"mutes_sent": supervision.mutes_sent + 1}
    return _told(sent) | {"lift_hold": False, "options": {**supervision.options, "hold": True}}


def _put_back(supervision: Supervision) -> dict[str, object]:
    """The answer to a louder mode was lost and the one before is in force again: say why nothing came of the wish."""
    if supervision.accepted_role or not notices.is_open(supervision):
        return {}
    mode = Supervision.Role(supervision.requested_role).label
    return notices.said(f"The change got no answer from the provider, so you were put back to {mode}.")


def _accepted(supervision: Supervision, sent: CommandResult) -> dict[str, object]:
    return {
        "accepted_role": supervision.requested_role,
        "accepted_targets": list(supervision.requested_targets),
        "accepted_at": sent.at,
        "mutes_sent": 0,
        "confirmation": "",
        "confirmation_at": None,
        "asserted_again": supervision.asserted_again and not supervision.accepted_role,
    }


_OF_STEPS: Final[Mapping[Step, Callable[[Supervision, CommandResult], dict[str, object]]]] = {
    Step.DIAL: _dialled,
    Step.ASK: _asked,
    Step.JOIN: _joined,
    Step.UPDATE: _updated,
    Step.UNHOLD: _unheld,
}
