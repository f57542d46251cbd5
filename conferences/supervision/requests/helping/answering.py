"""A supervisor answers an agent who asks for help: by whisper, and to nobody else."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from conferences import policy
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible
from conferences.models import Device, HelpRequest, Supervision, full_name
from conferences.supervision import requests
from conferences.supervision.requests import hopping
from conferences.supervision.requests.helping import rows

WHISPER: Final = Supervision.Role.WHISPER


def answer(user: User, asked: HelpRequest, *, ip: str | None = None, session_key: str = "") -> None:
    """Take the request and whisper to whoever asked, to nobody else: on the user's first phone, or the one that is up.

    Raises NotPossible, and then it is nobody's again: where the user may not, a colleague was first, policy wants a
    reason of hers (`field` is "reason"), or the phone cannot be called. What is refused is audited.
    """
    leg = asked.leg.call_control_id
    requests.check(user, asked.conference, WHISPER, [leg], ip=ip)
    mine = requests.current(user)
    running = mine if mine is not None and mine.ended_at is None else None
    is_here = running is not None and running.conference_id == asked.conference_id and running.is_active
    if not is_here:
        policy.check_reason(asked.conference, "")
    device = Device.objects.filter(supervisor__user=user).first()
    if running is None and device is None:
        raise NotPossible(_("You have no phone on record; ask your administrator to add one."))
    _take(asked, user, ip)
    try:
        if running is None:
            token = uuid.uuid5(asked.pk, f"{user.pk} {asked.taken_at}")
            wish = requests.Request(WHISPER, token, [leg], device=device, ip=ip, session_key=session_key)
            requests.begin(user, asked.conference, wish)
        elif is_here:
            whisper(running, asked, ip=ip)
        else:
            hopping.hop(user, asked.conference, ip=ip, session_key=session_key)
    except NotPossible:
        rows.release(asked, user)
        raise


def whisper(mine: Supervision, asked: HelpRequest, *, ip: str | None) -> None:
    """Whisper to whoever asked and to nobody else, from where one is in the call already. Raises NotPossible."""
    requests.change(mine, role=WHISPER, targets=[asked.leg.call_control_id], ip=ip)


def close(user: User, asked: HelpRequest, *, ip: str | None = None) -> None:
    """Note that the request is seen to. Raises NotAllowed, audited, unless the user could have answered it."""
    if WHISPER not in policy.roles_of(user) or not policy.is_in_scope(user, asked.conference):
        why = _("You may not answer requests for help in this call; ask your administrator.")
        audit.deny(audit.Attempt(user, asked.conference, "help_end", "", (), ip), why)
        raise NotAllowed(why)
    rows.end(asked, HelpRequest.End.CLOSED, by=user, ip=ip)


def _take(asked: HelpRequest, user: User, ip: str | None) -> None:
    """The first one has it; asked for again by the same one it is as it was."""
    if rows.take(asked, user, ip=ip):
        return
    now = HelpRequest.objects.loaded().get(pk=asked.pk)
    if now.ended_at is not None:
        raise NotPossible(_("{agent} no longer asks for help.").format(agent=asked.agent))
    if now.taken_by is None or now.taken_by.pk != user.pk:
        name = full_name(now.taken_by) if now.taken_by else _("A colleague")
        raise NotPossible(_("{name} answers {agent} already.").format(name=name, agent=asked.agent))
    asked.taken_at = now.taken_at
