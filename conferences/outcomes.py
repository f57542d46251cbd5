"""What the outcome of a command means for its supervision: the columns to change, decided without touching any."""

from __future__ import annotations

from conferences.commanding import Sent
from conferences.errors import PROBLEMS, STILL_MUTED
from conferences.models import AuditEntry, Supervision
from conferences.steps import MOST_MUTES, Step, is_quieter, is_to_be_muted
from conferences.telnyx.sentences import UNKNOWN_OUTCOME

# The provider's refusals (Telnyx: API error codes) that have a reason of their own.
REFUSALS = {"90018": "hung_up", "90019": "conference_over", "90032": "full", "90034": "not_answered_yet"}
# Too late for a quieter mode, for nobody hears the supervisor any more.
TOO_LATE = {"90018": "hung_up", "90019": "call_ended"}


def changes(supervision: Supervision, step: Step, sent: Sent) -> dict[str, object]:
    """Return what to note of a supervision whose command `step` came to this."""
    if step is Step.DIAL:
        return _dialled(sent)
    if step in (Step.ASK, Step.JOIN):
        return (_asked if step is Step.ASK else _joined)(supervision, sent)
    if step is Step.UPDATE:
        return _updated(supervision, sent)
    if step in (Step.MUTE, Step.UNMUTE):
        return _muted(supervision, sent, muted=step is Step.MUTE)
    if step is Step.LEAVE and sent.accepted:
        return {"leave_accepted_at": sent.at}
    return {"notice": sent.sentence} if sent.sentence else {}


def settled(supervision: Supervision) -> dict[str, object]:
    """Return what to note once it is known what came of a command: a sentence that nobody knows is true no longer."""
    return {"notice": ""} if _is_unknown(supervision) else {}


def _dialled(sent: Sent) -> dict[str, object]:
    if sent.accepted:
        return {"call_control_id": sent.call_control_id}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return {"notice": sent.sentence}  # it may ring all the same; a webhook with our client_state would tell
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else "refused"
    return _given_up(problem, sent) | {"dialled_at": None}


def _joined(supervision: Supervision, sent: Sent) -> dict[str, object]:
    if sent.accepted:
        muted = is_to_be_muted(supervision, supervision.asked_role)
        return _accepted(supervision, sent) | {"accepted_mute": muted}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return {"notice": sent.sentence}
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(sent.code, "refused")
    return _given_up(problem, sent) | {"join_sent_at": None}


def _asked(supervision: Supervision, sent: Sent) -> dict[str, object]:
    """Of one that got no answer the line may be spoken all the same: the key is waited for, and nothing is joined."""
    if sent.accepted:
        return settled(supervision)
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return {"notice": sent.sentence}
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else REFUSALS.get(sent.code, "refused")
    return _given_up(problem, sent)


def _given_up(problem: str, sent: Sent) -> dict[str, object]:
    return {"wanted": False, "problem": problem, "problem_field": sent.field[:60], "notice": sent.sentence}


def _updated(supervision: Supervision, sent: Sent) -> dict[str, object]:
    if sent.accepted:
        return _accepted(supervision, sent) | _put_back(supervision)
    if supervision.asserted_again and supervision.asked_role in (Supervision.Role.BARGE, Supervision.Role.NONE):
        # Sent once more only because nothing confirmed it: nobody can be heard by more than everybody.
        return {"accepted_role": supervision.asked_role, "notice": sent.sentence}
    if is_quieter(supervision):
        why = "not_quieter" if supervision.accepted_role else "not_certain"
        return {"wanted": False, "problem": TOO_LATE.get(sent.code, why), "notice": sent.sentence}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        # Louder or not, nobody knows: go back to the quieter mode for certain, or hang up.
        return {"accepted_role": "", "notice": sent.sentence}
    return {"notice": sent.sentence or PROBLEMS["refused"]}


def _muted(supervision: Supervision, sent: Sent, *, muted: bool) -> dict[str, object]:
    """One that was refused is not tried again: a monitor's role alone still keeps her from being heard."""
    if sent.accepted:
        return settled(supervision) | {"accepted_mute": muted, "mutes_sent": 0, "proof": "", "proof_at": None}
    is_lost = sent.result == AuditEntry.Result.UNKNOWN and sent.reached
    tries = MOST_MUTES if sent.result == AuditEntry.Result.REFUSED else supervision.mutes_sent + 1
    notice = sent.sentence
    if not muted and tries >= MOST_MUTES:
        notice = STILL_MUTED if is_lost else f"{sent.sentence} {STILL_MUTED}"
    return {"notice": notice, "mutes_sent": tries, "accepted_mute": None if is_lost else supervision.accepted_mute}


def _put_back(supervision: Supervision) -> dict[str, object]:
    """The answer to a louder mode was lost and the one before is in force again: say why nothing came of the wish."""
    if supervision.accepted_role or not _is_unknown(supervision):
        return {}
    mode = Supervision.Role(supervision.asked_role).label
    return {"notice": f"The change got no answer from the provider, so you were put back to {mode}."}


def _is_unknown(supervision: Supervision) -> bool:
    return supervision.notice.endswith((STILL_MUTED, UNKNOWN_OUTCOME))


def _accepted(supervision: Supervision, sent: Sent) -> dict[str, object]:
    return {
        "accepted_role": supervision.asked_role,
        "accepted_targets": list(supervision.asked_targets),
        "accepted_at": sent.at,
        "mutes_sent": 0,
        "proof": "",
        "proof_at": None,
        "asserted_again": supervision.asserted_again and not supervision.accepted_role,
    }
