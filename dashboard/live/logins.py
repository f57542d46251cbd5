"""Whose pages may stay open: who is still logged in, and who was turned out since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import timezone

from conferences.logins import sessions
from conferences.models import Supervision
from conferences.policy.entitlement import alive_logins
from dashboard.language.reading import read_in
from dashboard.live import heartbeats
from dashboard.live.viewer import Viewer
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience, audiences_of

WARNED_BEFORE: Final = timedelta(minutes=5)


def revalidate_sessions(viewers: Iterable[Viewer]) -> dict[Viewer, Audience | None]:
    """Return each viewer's audience as of now; None for those whose login or account is gone.

    A login made before the password was changed is gone, too: whoever changes it wants a watcher out.
    """
    viewers = list(viewers)
    alive = alive_logins({one.session_key for one in viewers})
    users = {login.user.pk: login.user for login in alive.values()}
    audiences = audiences_of(users.values())
    hers = {(key, login.user.pk) for key, login in alive.items()}
    return {
        one: _read_likewise(audiences[one.user_pk], one) if (one.session_key, one.user_pk) in hers else None
        for one in viewers
    }


def _read_likewise(audience: Audience, viewer: Viewer) -> Audience:
    """A page keeps the language and time zone that it was written in."""
    return replace(audience, language=viewer.audience.language, zone=viewer.audience.zone)


def turned_out(viewers: Iterable[Viewer]) -> list[Viewer]:
    """Return the viewers whose listening was ended, since their page was opened, because a right was withdrawn."""
    viewers = list(viewers)
    if not viewers:
        return []
    # When she began to be taken out; where nothing was sent, when it was over.
    when = Coalesce("leave_sent_at", "ended_at")
    ends = Supervision.objects.filter(problem__in=("withdrawn", "withdrawn_out")).annotate(turned_at=when)
    lately = ends.filter(turned_at__gt=min(one.opened_at for one in viewers)).order_by("turned_at")
    last = dict(lately.values_list("user", "turned_at"))
    return [one for one in viewers if one.user_pk in last and last[one.user_pk] > one.opened_at]


def warnings(viewers: Iterable[Viewer]) -> dict[Viewer, str]:
    """Return a frame for each page whose login ends soon, or no longer does; each page is told once."""
    viewers = list(viewers)
    limits = sessions.limits(one.session_key for one in viewers)
    told = {}
    for one in viewers:
        limit = limits.get(one.session_key)
        soon = limit if limit is not None and limit.at - timezone.now() < WARNED_BEFORE else None
        ends = soon.at if soon is not None else None
        if ends != one.login_ends:
            one.login_ends = ends
            with read_in(one.audience.language, one.audience.zone):
                html = render_to_string("dashboard/layout/_login_end.html", {"limit": soon})
            told[one] = heartbeats.encode(one.since, {"content": str(fragments.partial("login-end", html))})
    return told
