"""What pages are told every few seconds, when nothing changed too: how late they are, and how old what they show is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import orjson

from conferences import clock, reconciliation
from conferences.models import Conference
from conferences.models.listening.scope import Scope, all_of
from dashboard.presenters.rows import caller_rows
from dashboard.version import VERSION


def heartbeat(number: int, lag: Mapping[str, object], ages: Mapping[str, str], heard: Mapping[str, object]) -> str:
    """What a page is told every few seconds, when nothing changed too: how late it is, how old each row's knowledge.

    `heard`: see `lag.last_heard`; and for a page of agents, which rows belong on it.
    """
    return encode(number, {"ages": ages, **heard} | ({"lag": lag} if lag else {}))


def mark_watched(scopes: Collection[Scope]) -> dict[Scope, dict[str, str]]:
    """Note that the live calls in these scopes are on a screen; return as of when each is known, by our id."""
    reconciliation.mark_watched(all_of(scopes), clock.now())
    return {scope: row_ages(scope) for scope in scopes}


def row_ages(scope: Scope) -> dict[str, str]:
    """Return what is on a board of this scope, with as of when it is known: calls by our id, callers by their row."""
    seen = Conference.objects.live().in_scope(scope)
    known = seen.values_list("pk", "last_event_at", "verified_at")
    calls = {str(pk): max(told, checked or told).isoformat() for pk, told, checked in known}
    return calls | caller_rows.ages(scope)


def encode(number: int, values: Mapping[str, object]) -> str:
    return orjson.dumps({**values, "feed": number, "now": clock.now().isoformat(), "version": VERSION}).decode()
