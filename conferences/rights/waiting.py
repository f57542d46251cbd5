"""The second person's word on rights that wait."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from conferences import clock
from conferences.errors import NotAllowed
from conferences.models import RightsGrant
from conferences.rights import holding


def confirm(grant: RightsGrant, by: User) -> None:
    """Have a right that waits be in force. Raises NotAllowed unless `by` is a second person who may give rights."""
    _decide(grant, by, is_confirmed=True)


def refuse(grant: RightsGrant, by: User) -> None:
    """Have a right that waits never be in force. Raises NotAllowed unless `by` is such a second person."""
    _decide(grant, by, is_confirmed=False)


def _decide(grant: RightsGrant, by: User, *, is_confirmed: bool) -> None:
    if not by.has_perm("conferences.give_rights"):
        raise NotAllowed("You may not give rights; ask your administrator.")
    if by.pk in (grant.asked_by_id, grant.user_id):
        raise NotAllowed("It takes a second person: neither who gave it nor who is to have it.")
    with transaction.atomic():
        waiting = RightsGrant.objects.select_for_update().filter(pk=grant.pk, decided_at=None).first()
        if waiting is None:
            return
        waiting.decided_by, waiting.decided_at, waiting.confirmed = by, clock.now(), is_confirmed
        waiting.save()
        if is_confirmed:
            with holding.confirmed():
                _give(waiting)


def _give(grant: RightsGrant) -> None:
    if grant.user is None:
        if grant.to_group is not None and grant.permission is not None:
            grant.to_group.permissions.add(grant.permission)
    elif grant.group is not None:
        grant.user.groups.add(grant.group)
    elif grant.permission is not None:
        grant.user.user_permissions.add(grant.permission)
    else:
        setattr(grant.user, grant.flag, True)
        grant.user.save(update_fields=[grant.flag])
