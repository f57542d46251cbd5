"""Finds what outlived its supervision or its worker: legs of ours to hang up, commands whose answer nobody awaits,
ends that were told too soon.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import Q

from conferences import clock
from conferences.audit import log as audit
from conferences.ingest import feed
from conferences.models import AuditEntry, Leg, Participant, Supervision
from conferences.supervision import notices, store
from conferences.supervision.commands import sending
from conferences.supervision.lease import LEASE
from conferences.supervision.state_machine import endings
from conferences.supervision.state_machine.steps import HANGUP_AGAIN, Step
from conferences.telnyx.commands import encode_client_state

# A leg that shows itself later than this after its supervision was given up is no leg of ours: none lives longer.
REMEMBERED = timedelta(hours=4)

# An end that is told so long after it was seen is still heard of.
RETOLD = timedelta(minutes=10)

# A command of which nothing was written for longer than this is not looked for any more.
LOOKED_BACK = timedelta(hours=1)


def find_orphan_legs() -> list[tuple[Supervision, Leg]]:
    """Return supervisions that are over while the leg we dialled for them is up: a phone that rang after all."""
    ended = Supervision.objects.exclude(ended_at=None).exclude(address="").filter(ended_at__gt=clock.now() - REMEMBERED)
    over = {encode_client_state(str(pk)): pk for pk in ended.values_list("pk", flat=True)}
    if not over:
        return []
    in_use = Supervision.objects.running().exclude(call_control_id="").values("call_control_id")
    up = list(Leg.objects.up().filter(client_state__in=over).exclude(call_control_id__in=in_use))
    rows = ended.in_bulk([over[leg.client_state] for leg in up]) if up else {}  # of hours, hardly ever one
    return [(rows[pk], leg) for leg in up if (pk := over[leg.client_state]) in rows]


def hang_up(supervision: Supervision, leg: Leg) -> None:
    """Hang up a leg of ours whose supervision is over, and say so. Safe to call by several at once."""
    now = clock.now()
    due = Q(hangup_sent_at=None) | Q(hangup_sent_at__lt=now - HANGUP_AGAIN)
    if not store.set_where(supervision.pk, due, hangup_sent_at=now):
        return
    supervision.call_control_id = leg.call_control_id
    supervision.command_id = str(uuid.uuid4())
    sent = sending.send(supervision, Step.HANGUP)
    told = notices.said("Your phone was still connected, so it was hung up.")
    store.note(supervision, call_control_id=leg.call_control_id, **told)
    if sent.code in sending.LEG_GONE:
        sending.leg_is_gone(supervision)


def ends_told_too_soon() -> list[Supervision]:
    """Return supervisions whose end turned out to be the call's or her phone's, told after they had been closed."""
    lately = Supervision.objects.filter(ended_at__gt=clock.now() - RETOLD, problem__in=endings.OPEN)
    if not lately.exists():
        return []
    return [one for one in lately.select_related("conference") if endings.is_truer(_why_out(one), one.problem)]


def tell_end_again(supervision: Supervision) -> None:
    """Say of one that has ended why, as it is known by now."""
    store.note(supervision, problem=_why_out(supervision), **notices.NONE)


def _why_out(supervision: Supervision) -> str:
    leg = Leg.objects.filter(call_control_id=supervision.call_control_id).first()
    participant = Participant.objects.filter(conference=supervision.conference_id, leg=leg).first() if leg else None
    return endings.why_out(supervision, supervision.conference, leg, participant)


def commands_without_answer() -> list[AuditEntry]:
    """Return the intents of commands that no worker waits for: their server died after they had been overtaken."""
    now = clock.now()
    silent = AuditEntry.objects.filter(phase=AuditEntry.Phase.INTENT, outcomes=None)
    silent = silent.filter(at__gt=now - LOOKED_BACK, at__lt=now - LEASE)
    awaited = Supervision.objects.running().exclude(command_id="").values("command_id")
    found = silent.exclude(command_id__in=awaited)
    return list(found[:50]) if found.exists() else []


def conclude_as_unknown(intent: AuditEntry) -> None:
    """Write that nobody knows what came of it. Safe to call by several at once."""
    with feed.writing():
        if not intent.outcomes.exists():
            text = "The server stopped before the answer."
            audit.conclude(intent, audit.Outcome(AuditEntry.Result.UNKNOWN, text=text))
