"""Takes out together those whose right to listen is gone.

Each worker finds out by itself that its supervisor may not go on. Where many lose it at once, through a team, a group
or a policy, the last of them would hear on behind the looking and writing for all before her.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import Q

from conferences import signals
from conferences.audit import log as audit
from conferences.ingest import feed
from conferences.models import AuditEntry, Supervision
from conferences.policy import entitlement
from conferences.policy.entitlement import Withdrawn
from conferences.supervision import notices, store
from conferences.supervision.commands.sending import Due
from conferences.supervision.executor import taking_out
from conferences.supervision.state_machine.deciding import problem_of
from conferences.wording.withdrawals import SENTENCES


def find(running: Sequence[Supervision]) -> dict[UUID, Withdrawn]:
    """Return who of these may not go on, and why. Load them as `snapshot.running` does."""
    return entitlement.withdrawn_of_all([one for one in running if not one.is_on_the_way_out])


def together(running: Sequence[Supervision], lost: Mapping[UUID, Withdrawn]) -> dict[UUID, Withdrawn]:
    """Return those of the lost who are in a call or on the way there, to be taken out at once.

    Nobody where that is only one, who is out as fast by herself.
    """
    in_calls = {one.pk: lost[one.pk] for one in running if one.pk in lost and one.is_active and not one.is_between}
    return in_calls if len(in_calls) > 1 else {}


def take_out(lost: Mapping[UUID, Withdrawn]) -> None:
    """Take out those whose right was found to be gone, each on record as Earshot's doing, with its reason.

    What she asked for since does not keep anybody in: it needs the right as much.
    """
    with feed.writing():
        leaves = _tell_to_leave(lost)
    taking_out.send(leaves)
    signals.work_arrived.send(sender=None)


def _tell_to_leave(lost: Mapping[UUID, Withdrawn]) -> list[Due]:
    told: list[Supervision] = []
    for why, those in groupby(sorted(lost.items(), key=itemgetter(1)), key=itemgetter(1)):
        said = notices.said(SENTENCES[why])
        which = Q(pk__in=[pk for pk, _ in those])
        out = store.take_out(which, state=Supervision.State.LEAVING, problem=problem_of(why), hop_to=None, **said)
        audit.happened_to_all(out, "withdraw", audit.Outcome(AuditEntry.Result.OK, note=SENTENCES[why]))
        told += out
    calls = {one.conference_id: one.conference for one in told}
    return [due for conference in calls.values() for due in taking_out.prepare(conference)]
