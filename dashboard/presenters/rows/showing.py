"""One call or agent whose showing meets a mistake of ours does not keep the others from being shown, and says so."""

from __future__ import annotations

from collections.abc import Callable

from django.template.loader import render_to_string

from conferences.liveness import boundaries
from conferences.models import Conference
from dashboard.presenters.audience import Audience
from dashboard.presenters.call import Call
from dashboard.presenters.seen import Alike, call_for


def call_or_none(audience: Audience, conference: Conference, alike: Alike | None = None) -> Call | None:
    """Return the conference as this audience sees it; None where a mistake of ours keeps it from being seen."""
    found: list[Call] = []
    boundaries.SHOWING.run(lambda: found.append(call_for(audience, conference, alike)))
    return found[0] if found else None


def shown(target: str, render: Callable[[], str]) -> str:
    """Return what `render` returns, a fragment with that root id; where it fails, one that says so."""
    found: list[str] = []
    boundaries.SHOWING.run(lambda: found.append(render()))
    return found[0] if found else broken(target)


def broken(target: str) -> str:
    """Return what stands in the place of a row that cannot be shown; root id `target`."""
    return render_to_string("dashboard/shared/_broken_row.html", {"target": target})
