"""A supervisor offers the call she is in to a colleague who may listen to it now, or takes that back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from conferences import clock, policy
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible
from conferences.logins import sessions
from conferences.models import Conference, Device, HandOver, Login, Supervision
from conferences.supervision.requests.handing_over import rows

MONITOR: Final = Supervision.Role.MONITOR
# How long an offer waits for an answer.
WAITS: Final = timedelta(seconds=60)


def colleagues(mine: Supervision) -> list[User]:
    """Return who may take the call over now, by name: logged in, with a phone, and with the right to listen to it."""
    logins = Login.objects.select_related("user").filter(ended_at=None, ends_at__gt=clock.now())
    people = {one.user_id: one.user for one in logins.exclude(user=mine.user_id) if sessions.end_of(one) is None}
    with_phone = set(Device.objects.filter(supervisor__user__in=people).values_list("supervisor__user", flat=True))
    may = [user for pk, user in people.items() if pk in with_phone and _may_listen(user, mine.conference)]
    return sorted(may, key=lambda user: (user.get_full_name(), user.username))


def offer(mine: Supervision, to: User, *, ip: str | None = None) -> HandOver:
    """Offer the call to this colleague. Raises NotPossible; one who may not listen to it now is on record, too."""
    if mine.state != Supervision.State.JOINED or not mine.is_active:
        raise NotPossible(_("You are not in this call."))
    if to not in colleagues(mine):
        why = _("This colleague cannot take the call over now.")
        audit.deny(audit.Attempt(mine.user, mine.conference, "hand_offer", MONITOR, (), ip), why)
        raise NotAllowed(why)
    return rows.create(mine, to, ip=ip)


def take_back(mine: Supervision, *, ip: str | None = None) -> None:
    """Take back what she has offered, unless it is over. A colleague who is in the call already stays in it."""
    for one in HandOver.objects.open().loaded().filter(supervision=mine):
        rows.end(one, HandOver.End.WITHDRAWN, by=mine.user, ip=ip)


def offered_by(user: User) -> HandOver | None:
    """Return what this user has offered, if it is not over."""
    return HandOver.objects.open().loaded().filter(supervision__user=user).first()


def _may_listen(user: User, conference: Conference) -> bool:
    try:
        policy.check_action(user, conference, MONITOR, ())
    except NotPossible:
        return False
    return True
