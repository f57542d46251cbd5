"""What becomes of requests for help by itself: answered, given up, or over with the call."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User

from conferences import clock
from conferences.errors import NotPossible
from conferences.models import HelpRequest, Participant, Supervision
from conferences.supervision.requests.helping import answering, rows

WHISPER, MONITOR = Supervision.Role.WHISPER, Supervision.Role.MONITOR
End = HelpRequest.End
# How long whoever took it may be without a supervision there, while it is only being begun.
BEGINS: Final = timedelta(seconds=5)


def due() -> list[UUID]:
    """Return the requests that are not over."""
    return list(HelpRequest.objects.open().values_list("pk", flat=True))


def advance(pk: UUID) -> None:
    """Take note of what became of a request. Safe to call by several."""
    asked = HelpRequest.objects.open().loaded().select_related("conference").filter(pk=pk).first()
    if asked is None:
        return
    if not asked.conference.is_live or not _is_there(asked):
        rows.end(asked, End.ANSWERED if asked.answered_at else End.EXPIRED)
    elif asked.taken_by is None:
        _see_who_whispers(asked)
    else:
        _advance_taken(asked, asked.taken_by)


def _is_there(asked: HelpRequest) -> bool:
    participants = Participant.objects.filter(conference=asked.conference_id, leg=asked.leg_id)
    return participants.filter(state=Participant.State.JOINED).exists()


def _see_who_whispers(asked: HelpRequest) -> None:
    """Whoever whispers to her by another way has taken it, too."""
    there = Supervision.objects.running().select_related("user").filter(conference=asked.conference_id, is_active=True)
    for one in there.filter(accepted_role=WHISPER, joined_at__isnull=False):
        if asked.leg.call_control_id in one.accepted_targets and rows.take(asked, one.user):
            return


def _advance_taken(asked: HelpRequest, user: User) -> None:
    """See how whoever took it comes along."""
    coming = Supervision.objects.running().select_related("user", "conference").filter(user=user)
    mine = coming.filter(conference=asked.conference_id).first()
    if mine is not None and mine.is_active:
        _advance_whisper(asked, mine)
    elif asked.answered_at is not None:
        rows.end(asked, End.ANSWERED, by=user)
    elif not coming.filter(hop_to=asked.conference_id).exists() and _is_late(asked):
        rows.release(asked, user)


def _advance_whisper(asked: HelpRequest, mine: Supervision) -> None:
    whispers = mine.accepted_role == WHISPER and asked.leg.call_control_id in mine.accepted_targets
    if whispers and mine.joined_at is not None and asked.answered_at is None:
        rows.note(asked, answered_at=mine.accepted_at or clock.now(), supervision=mine)
    elif mine.requested_role == MONITOR and mine.accepted_role == MONITOR and not asked.asked_whisper:
        _whisper_after_hop(asked, mine)


def _whisper_after_hop(asked: HelpRequest, mine: Supervision) -> None:
    """One goes over as monitor; she took it to whisper. Asked for once: what she does after that is hers."""
    if mine.state != Supervision.State.JOINED or not rows.note(asked, asked_whisper=True):
        return
    try:
        answering.whisper(mine, asked, ip=mine.source_ip)
    except NotPossible:
        rows.release(asked, mine.user)


def _is_late(asked: HelpRequest) -> bool:
    return asked.taken_at is None or clock.now() - asked.taken_at > BEGINS
