"""What becomes of hand-overs by itself: the first one leaves once the other is in, and stays where that fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from conferences import clock
from conferences.models import HandOver, Supervision, full_name
from conferences.models.listening.supervision import SupervisionQuerySet
from conferences.supervision import requests
from conferences.supervision.requests.handing_over import rows
from conferences.supervision.requests.handing_over.accepting import tell
from conferences.supervision.requests.handing_over.offering import WAITS

End = HandOver.End
# How long whoever accepted may be without a supervision there, while it is only being begun.
BEGINS: Final = timedelta(seconds=5)
_PROVED: Final = (Supervision.Confirmation.AGREES, Supervision.Confirmation.CANNOT_TELL)


def due() -> list[UUID]:
    """Return the hand-overs that are not over."""
    return list(HandOver.objects.open().values_list("pk", flat=True))


def advance(pk: UUID) -> None:
    """Take note of what became of a hand-over, and have the first one leave where the other is in. Safe for several."""
    offer = HandOver.objects.open().loaded().filter(pk=pk).first()
    if offer is None:
        return
    name = full_name(offer.to)
    if offer.supervision.ended_at is not None or not offer.supervision.is_active:
        rows.end(offer, End.GONE)
    elif offer.accepted_at is None:
        if clock.now() - offer.offered_at >= WAITS and rows.end(offer, End.EXPIRED):
            tell(offer, _("{name} did not answer. You are still in the call.").format(name=name))
    elif _is_in(offer):
        _leave(offer, name)
    elif not _is_coming(offer) and rows.end(offer, End.FAILED):
        tell(offer, _("{name} did not get into the call. You are still in it.").format(name=name))


def _leave(offer: HandOver, name: str) -> None:
    if rows.end(offer, End.DONE):
        requests.leave(offer.supervision)
        offer.supervision.refresh_from_db()
        tell(offer, _("{name} has taken over.").format(name=name))


def _is_in(offer: HandOver) -> bool:
    """Whether the other is in the call, as the provider's own list shows."""
    mine = _theirs(offer).filter(conference=offer.conference_id, is_active=True, state=Supervision.State.JOINED)
    return mine.exclude(accepted_role="").filter(confirmation__in=_PROVED).exists()


def _is_coming(offer: HandOver) -> bool:
    here = _theirs(offer).filter(conference=offer.conference_id, is_active=True)
    is_new = offer.accepted_at is not None and clock.now() - offer.accepted_at <= BEGINS
    return is_new or here.exists() or _theirs(offer).filter(hop_to=offer.conference_id).exists()


def _theirs(offer: HandOver) -> SupervisionQuerySet:
    return Supervision.objects.running().filter(user=offer.to)
