"""What became of a phone that was called and not taken by a person, for the supervisor and for the audit."""

from __future__ import annotations

from typing import NamedTuple

from conferences.audit.log import Outcome
from conferences.models import AuditEntry, Leg
from conferences.supervision.state_machine import answering
from conferences.supervision.state_machine.leaving import hangup_of
from conferences.supervision.state_machine.steps import Decision, Snapshot
from conferences.telnyx.unreached import Kind, note_of, notice_of, words_of
from conferences.wording.problems import problem_words

_NOBODYS = frozenset(name for kind in answering.Kind for name in (kind.value, f"{kind.value}_out"))
_KINDS = frozenset(kind.value for kind in Kind)


class Unreached(NamedTuple):
    """A sentence beside that of the kind, empty where that says all, and the outcome for the audit."""

    notice: str
    outcome: Outcome


def unreached(snapshot: Snapshot, decision: Decision) -> Unreached | None:
    """Return how the call to the phone ended; None when a person answered it, or she ended it herself."""
    leg = snapshot.leg
    if decision.problem in _NOBODYS:
        said = decision.problem.removesuffix("_out")
        return Unreached("", Outcome(AuditEntry.Result.NO_PERSON, code=said, text=problem_words(decision.problem)))
    if leg is None or leg.state != Leg.State.ENDED or leg.answered_at is not None:
        return None
    if decision.problem not in _KINDS or not snapshot.supervision.address:
        return None
    told = hangup_of(leg, snapshot.supervision)
    said = f"{decision.problem.replace('_', ' ')}: {words_of(told)}".rstrip(": ")
    outcome = Outcome(
        AuditEntry.Result.UNREACHED,
        code=(told.account_code or told.sip_code)[:20],
        text=said,
        note=note_of(told),
    )
    return Unreached(notice_of(told), outcome)
