"""By what it is made sure that a person is on a supervisor's phone: one that is called, and one that is up already."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from conferences.ingest.leg_matching import Origin, origin_of, persons_addresses
from conferences.models import AnswerCheck, Device, Leg, Supervision
from conferences.telnyx.commands import decode_client_state


def check_of(device: Device | None, leg: Leg | None, user: User) -> AnswerCheck:
    """Return the check for the phone a supervision begins with."""
    if leg is not None:
        return check_of_leg(leg, user)
    return device.check_in_force if device else AnswerCheck.PRESS_1


def check_of_leg(leg: Leg, user: User) -> AnswerCheck:
    """Return the check for a leg that is up already.

    Whoever placed the call from it is a person, as is whoever pressed the key on it before. Detection begins with a
    dial (Telnyx: Dial page), so for a device with that check the key is asked for.
    """
    if origin_of(leg) is Origin.ENDPOINT or _was_confirmed(leg, user):
        return AnswerCheck.TRUST
    found = Device.objects.filter(supervisor__user=user, address__in=persons_addresses(leg))
    trusted = [one.check_in_force is AnswerCheck.TRUST for one in found]
    return AnswerCheck.TRUST if trusted and all(trusted) else AnswerCheck.PRESS_1


def announcement(check: AnswerCheck) -> str:
    """Say beforehand what she will have to do; empty for nothing."""
    return {
        AnswerCheck.PRESS_1: _("You will be asked to press 1."),
        AnswerCheck.DETECT: _("It is checked first that a person answers."),
    }.get(check, "")


def _was_confirmed(leg: Leg, user: User) -> bool:
    """Only an asking of ours counts: whoever typed a code for somebody else may have been anybody."""
    if leg.confirmed_at is None:
        return False
    asked_for = decode_client_state(leg.confirmed_for)
    return any(str(pk) == asked_for for pk in Supervision.objects.filter(user=user).values_list("pk", flat=True))
