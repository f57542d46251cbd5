"""The rows of hand-overs and their record; the only writer of them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from conferences import clock, signals
from conferences.audit import log as audit
from conferences.errors import NotPossible
from conferences.ingest import feed
from conferences.models import AuditEntry, HandOver, Supervision, full_name


def create(mine: Supervision, to: User, *, ip: str | None) -> HandOver:
    """Store an offer. Raises NotPossible while another of hers is open."""
    offer = HandOver(supervision=mine, conference=mine.conference, to=to, offered_at=clock.now())
    try:
        with feed.writing():
            with transaction.atomic():
                offer.save(force_insert=True)
            feed.bump(mine.conference)
    except IntegrityError:
        raise NotPossible(_("You are handing this call over already.")) from None
    _record(offer, "hand_offer", f"Offered to {full_name(to)}.", mine.user, ip)
    signals.work_arrived.send(sender=None)
    return offer


def accept(offer: HandOver, *, ip: str | None) -> bool:
    """Note that the other accepts, once; return whether that was possible still."""
    now = clock.now()
    with feed.writing():
        if not HandOver.objects.open().filter(pk=offer.pk, accepted_at=None).update(accepted_at=now):
            return False
        feed.bump(offer.conference)
    offer.accepted_at = now
    _record(offer, "hand_accept", f"From {full_name(offer.supervision.user)}.", offer.to, ip)
    return True


def end(offer: HandOver, how: HandOver.End, *, by: User | None = None, ip: str | None = None) -> bool:
    """End it once, whoever does, and put that on record; return whether this did."""
    with feed.writing():
        if not HandOver.objects.open().filter(pk=offer.pk).update(ended_at=clock.now(), end=how):
            return False
        feed.bump(offer.conference)
    said = f"{full_name(offer.supervision.user)} to {full_name(offer.to)}: {how.label}."
    _record(offer, "hand_end", said, by, ip)
    return True


def _record(offer: HandOver, action: str, said: str, by: User | None, ip: str | None) -> None:
    audit.done_to_call(offer.conference, action, audit.Outcome(AuditEntry.Result.OK, note=said), by, ip=ip)
