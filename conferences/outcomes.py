"""What the outcome of a command means for its supervision: the columns to change, decided without touching any."""

from __future__ import annotations

from conferences.commanding import Sent
from conferences.errors import PROBLEMS
from conferences.models import AuditEntry, Supervision
from conferences.steps import Step, is_quieter

# The provider's refusals (Telnyx: API error codes) that have a reason of their own.
REFUSALS = {"90018": "hung_up", "90019": "conference_over", "90032": "full", "90034": "not_answered_yet"}


def changes(supervision: Supervision, step: Step, sent: Sent) -> dict[str, object]:
    """Return what to note of a supervision whose command `step` came to this."""
    if step is Step.DIAL:
        return _dialled(sent)
    if step is Step.JOIN:
        return _joined(supervision, sent)
    if step is Step.UPDATE:
        return _updated(supervision, sent)
    return {}


def _dialled(sent: Sent) -> dict[str, object]:
    if sent.accepted:
        return {"call_control_id": sent.call_control_id}
    if sent.result == AuditEntry.Result.UNKNOWN and sent.reached:
        return {}  # it may ring all the same; a webhook with our client_state would tell
    problem = "no_reply" if sent.result == AuditEntry.Result.UNKNOWN else "refused"
    return {"wanted": False, "problem": problem, "notice": sent.sentence, "dialled_at": None}


def _joined(supervision: Supervision, sent: Sent) -> dict[str, object]:
    if sent.accepted:
        return _accepted(supervision, sent)
    if sent.result == AuditEntry.Result.UNKNOWN:
        return {"notice": sent.sentence}
    return {"wanted": False, "problem": REFUSALS.get(sent.code, "refused"), "notice": sent.sentence}


def _updated(supervision: Supervision, sent: Sent) -> dict[str, object]:
    if sent.accepted:
        return _accepted(supervision, sent)
    if is_quieter(supervision):
        return {"wanted": False, "problem": "not_quieter", "notice": sent.sentence}
    if sent.result == AuditEntry.Result.UNKNOWN:
        # Louder or not, nobody knows: go back to the quieter mode for certain, or hang up.
        return {"accepted_role": "", "notice": sent.sentence}
    return {"notice": sent.sentence or PROBLEMS["refused"]}


def _accepted(supervision: Supervision, sent: Sent) -> dict[str, object]:
    return {
        "accepted_role": supervision.asked_role,
        "accepted_targets": list(supervision.asked_targets),
        "accepted_at": sent.at,
        "proof": "",
        "proof_at": None,
        "asserted_again": supervision.asserted_again and not supervision.accepted_role,
    }
