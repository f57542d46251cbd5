"""The legs of a supervisor's phones that are up already and in no call."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from conferences.errors import NotPossible
from conferences.ingest import leg_matching
from conferences.models import Conference, Device, Leg, Participant


def own_legs(user: User) -> QuerySet[Leg]:
    """Return the live, answered legs at the user's devices that are in no conference: they can join at once.

    Only legs that are proved to be at those devices: an incoming call shows whatever its caller likes, and would then
    hear the call.
    """
    addresses = {*Device.objects.filter(supervisor__user=user).values_list("address", flat=True)}
    inside = Participant.objects.present()
    candidates = Leg.objects.filter(state=Leg.State.ANSWERED, kind=Leg.Kind.SUPERVISOR).exclude(participants__in=inside)
    mine = [leg.pk for leg in candidates if addresses & {*leg_matching.persons_addresses(leg)}]
    return Leg.objects.filter(pk__in=mine)


def left_before(call_control_id: str, conference: Conference) -> datetime | None:
    """Return when that leg last left the conference; None when it never was in it, or is in it."""
    participants = Participant.objects.filter(conference=conference, leg__call_control_id=call_control_id)
    return participants.filter(state=Participant.State.LEFT).values_list("left_at", flat=True).first()


def check_phone(user: User, leg: Leg | None, device: Device | None) -> None:
    """Raise NotPossible unless that leg, or without one that device, is the user's to be used."""
    if leg is not None:
        if not own_legs(user).filter(pk=leg.pk).exists():
            raise NotPossible(_("That phone is no longer on a call you could use."), field="my_leg")
    elif device is None or device.supervisor.user_id != user.pk:
        raise NotPossible(_("Choose one of your own devices."), field="my_leg")
