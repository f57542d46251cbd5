"""Joining an agent's next call: her supervisor's phone is called as it starts; the only writer of follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from conferences import clock, policy
from conferences.audit import log as audit
from conferences.errors import NotAllowed, NotPossible
from conferences.ingest import feed
from conferences.models import Agent, Conference, Device, Follow, Participant, Supervision
from conferences.policy import entitlement
from conferences.supervision import requests
from conferences.supervision.requests import hopping

# For how long it waits for a call, and how long after a call's start it is still the start.
LIMIT: Final = timedelta(minutes=30)
STARTS: Final = timedelta(seconds=30)
MONITOR: Final = Supervision.Role.MONITOR


def follow(user: User, agent: Agent, *, reason: str = "", ip: str | None = None, session_key: str = "") -> Follow:
    """Ask to be called, as monitor, when the agent's next call starts; it replaces an earlier wish of the user's.

    Raises NotPossible, with the sentence to show. It ends after LIMIT, on `cancel`, or when she may not any more. The
    call's own policy is asked as it starts, before a phone rings.
    """
    device = Device.objects.filter(supervisor__user=user).first()
    if MONITOR not in policy.roles_of(user) or not _is_hers(user, agent):
        raise NotAllowed(_("You may not join this agent's calls; ask your administrator."))
    if device is None:
        raise NotPossible(_("You have no phone on record; ask your administrator to add one."))
    policy.check_following(agent, reason)
    cancel(user, ip=ip)
    now = clock.now()
    asked = Follow(user=user, agent=agent, device=device, reason=reason[:200], source_ip=ip, session_key=session_key)
    asked.created_at, asked.expires_at = now, now + LIMIT
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        raise NotPossible(_("That is being asked for already.")) from None
    audit.followed(asked, "follow", by=user, ip=ip, note=f"{agent}: until {asked.expires_at:%H:%M} UTC")
    return asked


def cancel(user: User, *, ip: str | None = None) -> None:
    """End the user's wish, if there is one; what came of earlier ones she knows by now."""
    Follow.objects.filter(user=user).exclude(told="").update(told="")
    if found := open_of(user):
        _end(found, Follow.End.CANCELLED, by=user, ip=ip)


def open_of(user: User) -> Follow | None:
    """Return what the user waits for, if it is not over."""
    return _open().filter(user=user).first()


def told_to(user: User) -> Follow | None:
    """Return the wish of which the user is to be told why it came to nothing."""
    return Follow.objects.select_related("agent").filter(user=user).exclude(told="").first()


def waiting() -> list[UUID]:
    """Return the follows that are not over."""
    return list(Follow.objects.open().values_list("pk", flat=True))


def advance(pk: UUID) -> None:
    """Call the supervisor's phone if the agent's next call has started, or end what is over. Safe to call by several.

    One who is in another call meanwhile is not called out of it; one whose phone is up between calls goes over.
    """
    found = _open().filter(pk=pk).first()
    if found is None:
        return
    over = _why_over(found)
    if over is not None:
        _end(found, over)
        return
    running = Supervision.objects.running().filter(user=found.user).first()
    call = None if running is not None and not running.is_between else _next_call(found)
    if call is None:
        return
    try:
        _join(found, call, is_up=running is not None)
    except NotPossible as error:
        _end(found, Follow.End.REFUSED, note=error.sentence)
    else:
        _end(found, Follow.End.CALLED)


def _join(found: Follow, call: Conference, *, is_up: bool) -> None:
    if is_up:
        hopping.hop(found.user, call, reason=found.reason, ip=found.source_ip, session_key=found.session_key)
        return
    asked = requests.Request(
        MONITOR,
        found.pk,
        device=found.device,
        ip=found.source_ip,
        session_key=found.session_key,
        reason=found.reason,
    )
    requests.begin(found.user, call, asked)


def _next_call(found: Follow) -> Conference | None:
    """The call that the agent has just come into, where it is certain that it is she."""
    since = max(found.created_at, clock.now() - STARTS)
    joined = Participant.objects.filter(state=Participant.State.JOINED, joined_at__gt=since, leg__agent=found.agent)
    certain = joined.filter(leg__sharers=None).order_by("-joined_at").select_related("conference__queue").first()
    return certain.conference if certain is not None and certain.conference.is_live else None


def _why_over(found: Follow) -> Follow.End | None:
    user = User.objects.get(pk=found.user_id)  # read anew: rights are cached on the object
    if clock.now() >= found.expires_at:
        return Follow.End.EXPIRED
    logged_in = not found.session_key or entitlement.session_is_alive(found.session_key, user)
    may = MONITOR in policy.roles_of(user) and _is_hers(user, found.agent) and found.device is not None
    return None if logged_in and may else Follow.End.WITHDRAWN


def _is_hers(user: User, agent: Agent) -> bool:
    return Agent.objects.filter(pk=agent.pk, team__supervisors__user=user).exists()


def _end(found: Follow, end: Follow.End, *, by: User | None = None, ip: str | None = None, note: str = "") -> None:
    """End it once, whoever does, and put that on record."""
    told = "" if end in (Follow.End.CALLED, Follow.End.CANCELLED) else note or end.label
    with feed.writing():
        is_first = Follow.objects.open().filter(pk=found.pk).update(ended_at=clock.now(), end=end, told=told)
        if is_first:
            feed.bump_agents([found.agent_id])
    if is_first:
        audit.followed(found, "unfollow", by=by, ip=ip, note=f"{found.agent}: {note or end.label}")


def _open() -> QuerySet[Follow]:
    return Follow.objects.open().select_related("user", "agent__team", "device__supervisor")
