"""Who may open a socket, and what its page shows: the login behind it and the words of its address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import parse_cookie

from conferences.logins import wall
from conferences.policy.entitlement import alive_logins
from dashboard.language import reading
from dashboard.language.reading import read_by_page
from dashboard.live.coalescing import Coalescer
from dashboard.live.threads import in_thread
from dashboard.live.viewer import AGENTS, UNASSIGNED, Viewer
from dashboard.login.unfinished import needed
from dashboard.presenters.audience import Audience, audience_of, audiences_of
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.wallboard.cookies import SOCKETS
from dashboard.wallboard.pushing import Watcher

Admitted = tuple[User, Audience]


async def authenticate(scope: Mapping[str, Any], query: Mapping[str, str]) -> Viewer | None:
    """Return a viewer for a logged-in user's page; None for anybody else.

    After an outage everybody's pages return at once: their logins are looked up together.
    """
    if not (key := session_of(scope)):
        return None
    found = await _lookups.ask(key)
    if found is None:
        return None
    user, audience = found
    return _viewer(user, audience, key, query)


def session_of(scope: Mapping[str, Any]) -> str:
    """Return the key of the session that a handshake claims; empty where it claims none."""
    return _cookie(scope["headers"], settings.SESSION_COOKIE_NAME)


def _cookie(headers: Collection[tuple[bytes, bytes]], name: str) -> str:
    cookies = next((value.decode("latin-1") for header, value in headers if header == b"cookie"), "")
    return str(parse_cookie(cookies).get(name, ""))


async def _look_up(session_keys: list[str]) -> dict[str, Admitted | None]:
    return await in_thread(partial(_admitted, session_keys))


def _admitted(session_keys: Collection[str]) -> dict[str, Admitted | None]:
    """A login that is not complete has no page; it is over with its session, as is one whose time is."""
    alive = alive_logins(session_keys)
    complete = {key: login.user for key, login in alive.items() if not needed(login.user, login.session)}
    audiences = audiences_of({user.pk: user for user in complete.values()}.values())
    found = {key: (user, audiences[user.pk]) for key, user in complete.items()}
    return {key: found.get(key) for key in session_keys}


_lookups = Coalescer(_look_up)


def viewer_of(user: User, session_key: str, query: Mapping[str, str]) -> Viewer:
    """Return the viewer that a page's address describes."""
    return _viewer(user, audience_of(user), session_key, query)


def _viewer(user: User, audience: Audience, session_key: str, query: Mapping[str, str]) -> Viewer:
    since = query.get("since", "")
    return Viewer(
        user_pk=user.pk,
        session_key=session_key,
        audience=_as_read(audience, query),
        filter=BoardFilter.read(query),
        conference=_uuid(query.get("conference", "")),
        since=int(since) if since.isascii() and since.isdigit() and len(since) < 19 else 0,
        view=view if (view := query.get("view", "")) in (AGENTS, UNASSIGNED) else "",
        alerts="alerts" in query,
    )


def _as_read(audience: Audience, query: Mapping[str, str]) -> Audience:
    """The page was written in a language and for a time zone."""
    with read_by_page(query):
        return replace(audience, language=reading.language(), zone=reading.zone())


async def screen_of(scope: Mapping[str, Any]) -> Watcher | None:
    """Return who watches at a screen on a wall; None for one whose token is not good there."""
    slug, token = scope["url_route"]["kwargs"]["slug"], _cookie(scope["headers"], SOCKETS)
    screen = await in_thread(partial(wall.admit, slug, token))
    return Watcher(screen.pk, screen.digest) if screen is not None else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # a page about no conference of ours is told about none
