"""A supervisor answers the offer of a colleague: she joins as monitor, or declines."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from conferences.errors import NotPossible
from conferences.models import Device, HandOver, Supervision, full_name
from conferences.supervision import notices, requests, store
from conferences.supervision.requests import hopping
from conferences.supervision.requests.handing_over import rows

MONITOR: Final = Supervision.Role.MONITOR
End = HandOver.End


def offered_to(user: User) -> list[HandOver]:
    """Return the offers that wait for this user's answer."""
    return list(HandOver.objects.open().loaded().filter(to=user, accepted_at=None))


def accept(offer: HandOver, *, ip: str | None = None, session_key: str = "") -> None:
    """Join the call as monitor: on the phone that is up, else on her first. Whoever offered it leaves once she is in.

    Raises NotPossible, and then the offer stands as it did: policy is asked as for any other join.
    """
    user, conference = offer.to, offer.conference
    if not HandOver.objects.open().filter(pk=offer.pk).exists():
        raise NotPossible(_("This call is no longer offered to you."))
    mine = requests.current(user)
    running = mine if mine is not None and mine.ended_at is None else None
    device = Device.objects.filter(supervisor__user=user).first()
    if running is None and device is None:
        raise NotPossible(_("You have no phone on record; ask your administrator to add one."))
    reason = offer.supervision.reason
    if running is None:
        token = uuid.uuid5(offer.pk, str(user.pk))
        wish = requests.Request(MONITOR, token, device=device, ip=ip, session_key=session_key, reason=reason)
        requests.begin(user, conference, wish)
    elif running.conference_id != conference.pk or not running.is_active:
        hopping.hop(user, conference, reason=reason, ip=ip, session_key=session_key)
    if rows.accept(offer, ip=ip):
        tell(offer, _("{name} is joining. You stay until she or he is in.").format(name=full_name(user)))


def decline(offer: HandOver, *, ip: str | None = None) -> None:
    """Decline; whoever offered it is told and stays in the call."""
    if rows.end(offer, End.DECLINED, by=offer.to, ip=ip):
        tell(offer, _("{name} cannot take this call over now.").format(name=full_name(offer.to)))


def tell(offer: HandOver, sentence: str) -> None:
    """Tell whoever offered it."""
    store.note(offer.supervision, **notices.said(sentence))
