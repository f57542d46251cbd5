"""Who may open a socket, and what its page shows: the login behind it and the words of its address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from conferences.policy.entitlement import session_is_alive
from dashboard.language.reading import read_by_page
from dashboard.live.threads import in_thread
from dashboard.live.viewer import AGENTS, UNASSIGNED, Viewer
from dashboard.login.unfinished import needed
from dashboard.presenters.audience import audience_of
from dashboard.presenters.board.board_filter import BoardFilter


async def authenticate(scope: Mapping[str, Any], query: Mapping[str, str]) -> Viewer | None:
    """Return a viewer for a logged-in user's page; None for anybody else. Call behind Channels' AuthMiddlewareStack."""
    user, session = scope["user"], scope["session"]
    if not user.is_authenticated or not user.is_active:
        return None
    return await in_thread(partial(_viewer_of_login, user, session, query))


def _viewer_of_login(user: User, session: Any, query: Mapping[str, str]) -> Viewer | None:
    """A login that is not complete has no page; it is over with its session, as is one whose time is."""
    key = session.session_key or ""
    return None if needed(user, session) or not session_is_alive(key, user) else viewer_of(user, key, query)


def viewer_of(user: User, session_key: str, query: Mapping[str, str]) -> Viewer:
    """Return the viewer that a page's address describes."""
    since = query.get("since", "")
    with read_by_page(query):
        audience = audience_of(user)
    return Viewer(
        user_pk=user.pk,
        session_key=session_key,
        audience=audience,
        filter=BoardFilter.read(query),
        conference=_uuid(query.get("conference", "")),
        since=int(since) if since.isascii() and since.isdigit() and len(since) < 19 else 0,
        view=view if (view := query.get("view", "")) in (AGENTS, UNASSIGNED) else "",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # a page about no conference of ours is told about none
