"""What the outcome of a command means for its supervision: the columns to change, decided without touching any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conferences.models import AuditEntry, Supervision
from conferences.supervision import notices
from conferences.supervision.state_machine.steps import MOST_MUTES, CommandResult, Step
from conferences.telnyx import codes
from conferences.wording.problems import PROBLEMS

# The provider's refusals (Telnyx: API error codes) that have a reason of their own.
REFUSALS = {
    codes.LEG_ENDED: "hung_up",
    codes.CONFERENCE_ENDED: "conference_over",
    codes.CONFERENCE_FULL: "full",
    codes.NOT_ANSWERED_YET: "not_answered_yet",
}
# Too late for a quieter mode, for nobody hears the supervisor any more.
TOO_LATE = {codes.LEG_ENDED: "hung_up", codes.CONFERENCE_ENDED: "call_ended"}


def columns_after(supervision: Supervision, step: Step, result: CommandResult) -> dict[str, object]:
    """Return what to note of a supervision whose command `step` came to this."""
    if step in (Step.MUTE, Step.UNMUTE):
        return _muted(supervision, result, muted=step is Step.MUTE)
    if of_step := _OF_STEPS.get(step):
        return of_step(supervision, result)
    if step is Step.LEAVE and result.accepted:
        return {"leave_accepted_at": result.at}
    return _told(result) if result.sentence else {}


def take_back(supervision: Supervision, step: Step, result: CommandResult) -> dict[str, object]:
    """Return what makes the mode in force the one that is asked for again, after a change that did not go through."""
    if step is not Step.UPDATE or result.accepted or not supervision.accepted_role:
        return {}
    return {"requested_role": supervision.accepted_role, "requested_targets": supervision.accepted_targets}


def columns_after_late(now: Supervision, step: Step, result: CommandResult) -> dict[str, object]:
    """Return what to note when the answer comes after the worker that waited for it was overtaken; `now`: as it is now.

    What it may have changed is not known any more, so the mode that is wanted now is sent again for certain, and one
    who was taken in after having left is taken out again.
    """
    if step is Step.DIAL:
        return _dialled_late(now, result)
    if result.never_done:
        return {"join_sent_at": None} if step is Step.JOIN and now.accepted_at is None else {}
    if step in (Step.MUTE, Step.UNMUTE):
        return {"accepted_mute": None}
    if step is Step.JOIN and not now.is_active:
        return {"leave_sent_at": None, "leave_accepted_at": None}
    if step in (Step.JOIN, Step.UPDATE):
        return {"accepted_role": "", "accepted_at": now.accepted_at or result.at}
    return {}


def _dialled_late(now: Supervision, result: CommandResult) -> dict[str, object]:
    if now.call_control_id:
        return {}
    if result.accepted:
        return {"call_control_id": result.call_control_id}
    return {"dialled_at": None} if result.never_done else {}


def _told(result: CommandResult) -> dict[str, object]:
    is_unknown = result.is_unknown
    return notices.uncertain(result.sentence) if is_unknown else notices.said(result.sentence)


def _dialled(_supervision: Supervision, result: CommandResult) -> dict[str, object]:
    if result.accepted:
        return {"call_control_id": result.call_control_id}
    if result.is_unknown:
        return _told(result)  # it may ring all the same; a webhook with our client_state would tell
    problem = "no_reply" if result.result == AuditEntry.Result.UNKNOWN else "refused"
    return _given_up(problem, result) | {"dialled_at": None}


def _joined(supervision: Supervision, result: CommandResult) -> dict[str, object]:
    if result.accepted:
        muted = supervision.is_muted_in(supervision.requested_role)
        return _accepted(supervision, result) | {"accepted_mute": muted}
    if result.is_unknown:
        return _told(result)
    problem = "no_reply" if result.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(result.code, "refused")
    return _given_up(problem, result) | {"join_sent_at": None}


def _asked(supervision: Supervision, result: CommandResult) -> dict[str, object]:
    """Of one that got no answer the line may be spoken all the same: the key is waited for, and nothing is joined."""
    if result.accepted:
        return notices.clear_unknown_notice(supervision)
    if result.is_unknown:
        return _told(result)
    problem = "no_reply" if result.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(result.code, "refused")
    return _given_up(problem, result)


def _given_up(problem: str, result: CommandResult) -> dict[str, object]:
    return {"is_active": False, "problem": problem, "problem_field": result.field[:60]} | _told(result)


def _updated(supervision: Supervision, result: CommandResult) -> dict[str, object]:
    if result.accepted:
        return _accepted(supervision, result) | _say_put_back(supervision)
    if supervision.asserted_again and supervision.requested_role in (Supervision.Role.BARGE, Supervision.Role.NONE):
        # Sent once more only because nothing confirmed it: nobody can be heard by more than everybody.
        return {"accepted_role": supervision.requested_role} | _told(result)
    if supervision.is_getting_quieter:
        why = "not_quieter" if supervision.accepted_role else "not_certain"
        return {"is_active": False, "problem": TOO_LATE.get(result.code, why)} | _told(result)
    if result.is_unknown:
        # Louder or not, nobody knows: go back to the quieter mode for certain, or hang up.
        return {"accepted_role": ""} | _told(result)
    return _told(result) if result.sentence else notices.said(PROBLEMS["refused"])


def _muted(supervision: Supervision, result: CommandResult, *, muted: bool) -> dict[str, object]:
    """One that was refused is not tried again: a monitor's role alone still keeps her from being heard."""
    if result.accepted:
        return notices.clear_unknown_notice(supervision) | {
            "accepted_mute": muted,
            "mutes_sent": 0,
            "confirmation": "",
            "confirmation_at": None,
        }
    is_lost = result.is_unknown
    tries = MOST_MUTES if result.result == AuditEntry.Result.REFUSED else supervision.mutes_sent + 1
    notice = _told(result)
    if not muted and tries >= MOST_MUTES:
        notice = notices.still_muted("" if is_lost else result.sentence)
    return notice | {"mutes_sent": tries, "accepted_mute": None if is_lost else supervision.accepted_mute}


def _unheld(supervision: Supervision, result: CommandResult) -> dict[str, object]:
    """One whose answer was lost leaves open whether she is heard, and is tried again."""
    if result.accepted:
        return notices.clear_unknown_notice(supervision) | {"lift_hold": False, "mutes_sent": 0}
    if result.is_unknown:
        return _told(result) | {"mutes_sent": supervision.mutes_sent + 1}
    return _told(result) | {"lift_hold": False, "options": {**supervision.options, "hold": True}}


def _say_put_back(supervision: Supervision) -> dict[str, object]:
    """The answer to a louder mode was lost and the one before is in force again: say why nothing came of the wish."""
    if supervision.accepted_role or not supervision.has_open_notice:
        return {}
    mode = Supervision.Role(supervision.requested_role).label
    return notices.said(f"The change got no answer from the provider, so you were put back to {mode}.")


def _accepted(supervision: Supervision, result: CommandResult) -> dict[str, object]:
    return {
        "accepted_role": supervision.requested_role,
        "accepted_targets": list(supervision.requested_targets),
        "accepted_at": result.at,
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
