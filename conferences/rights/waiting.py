"""The second person's word on rights that wait."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from conferences import clock
from conferences.errors import NotAllowed
from conferences.models import Device, RightsGrant, Supervisor
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
    if by.pk in (grant.asked_by_id, grant.user_id) or _would_have(by, grant):
        raise NotAllowed("It takes a second person: neither who gave it nor who is to have it.")
    with transaction.atomic():
        waiting = RightsGrant.objects.select_for_update().filter(pk=grant.pk, decided_at=None).first()
        if waiting is None:
            return
        waiting.decided_by, waiting.decided_at, waiting.confirmed = by, clock.now(), is_confirmed
        waiting.save()
        with holding.confirmed():
            if is_confirmed:
                _give(waiting)
            elif waiting.device is not None and waiting.device.waits:
                waiting.device.delete()


def _would_have(by: User, grant: RightsGrant) -> bool:
    """What is moved into a team is given to all who supervise it."""
    return grant.moved is not None and Supervisor.objects.filter(user=by, teams=grant.team).exists()


def _give(grant: RightsGrant) -> None:
    if grant.moved is not None and grant.team is not None:
        grant.moved.team = grant.team
        grant.moved.save(update_fields=["team"])
    elif grant.user is None:
        if grant.to_group is not None and grant.permission is not None:
            grant.to_group.permissions.add(grant.permission)
    elif grant.group is not None:
        grant.user.groups.add(grant.group)
    elif grant.permission is not None:
        grant.user.user_permissions.add(grant.permission)
    elif grant.team is not None or grant.queue is not None or grant.address:
        _give_supervisor(grant)
    else:
        setattr(grant.user, grant.flag, True)
        grant.user.save(update_fields=[grant.flag])


def _give_supervisor(grant: RightsGrant) -> None:
    """One who supervises no more gets nothing; nor has a phone that was taken away meanwhile another address."""
    supervisor = Supervisor.objects.filter(user=grant.user_id).first()
    if supervisor is None:
        return
    if grant.team is not None:
        supervisor.teams.add(grant.team)
    elif grant.queue is not None:
        supervisor.queues.add(grant.queue)
    elif grant.device is not None:
        grant.device.address, grant.device.waits = grant.address, False
        _check(grant.device)
        grant.device.save()


def _check(phone: Device) -> None:
    """Raise NotAllowed for a phone that has become somebody else's while it waited."""
    try:
        phone.full_clean(exclude=["supervisor"])
    except ValidationError as error:
        raise NotAllowed(" ".join(error.messages)) from None
