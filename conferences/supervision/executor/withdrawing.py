"""Takes out together those whose right to listen is gone.

Each worker finds out by itself that its supervisor may not go on. Where many lose it at once, through a team, a group
or a policy, the last of them would hear on behind the looking and writing for all before her.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def find() -> dict[UUID, Withdrawn]:
    """Return who of those in a call or on the way there may not go on, and why; nobody where there is only one.

    One alone is out as fast by herself.
    """
    mine = Supervision.objects.select_related("conference__queue", "user", "device").running().filter(is_active=True)
    listening = list(mine.exclude(state=Supervision.State.BETWEEN))
    return entitlement.withdrawn_of_all(listening) if len(listening) > 1 else {}


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
