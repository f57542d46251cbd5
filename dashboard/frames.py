"""What viewers are sent: reads what changed and renders it once per audience. The hub runs it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from conferences import feed
from conferences.models import Conference
from dashboard import fragments
from dashboard.audiences import Audience, audience_of, may_see
from dashboard.calls import Call, call_for
from dashboard.viewers import Viewer


@dataclass(slots=True)
class Changes:
    """The conferences that changed up to `number`, loaded once, and what was rendered of them for whom."""

    number: int
    conferences: list[Conference]
    _calls: dict[tuple[Audience, UUID], Call | None] = field(default_factory=dict)
    _rendered: dict[tuple[str, Audience, UUID], str] = field(default_factory=dict)
    _panels: dict[int, str] = field(default_factory=dict)

    def frame(self, viewer: Viewer, *, live: Iterable[UUID] | None = None) -> str | None:
        """Return what this viewer is to be sent, or None when none of it is for them."""
        calls = [call for one in self.conferences if (call := self._call(viewer.audience, one))]
        board = calls if viewer.conference is None else []
        shown = [call for call in board if viewer.filter.matches(call)]
        hidden = [call.pk for call in board if not viewer.filter.matches(call)]
        parts = [
            *(self._part("row", viewer.audience, call) for call in shown),
            *(self._part("detail", viewer.audience, call) for call in calls if call.pk == viewer.conference),
            *(self._part("targets", viewer.audience, call) for call in calls if call.is_live),
            *([self._panel(viewer.user_pk)] if self._concerns(viewer.user_pk) else []),
            str(fragments.removal(hidden)),
        ]
        if not any(parts) and live is None:
            return None
        extra = {} if live is None else {"live": [fragments.row_id(pk) for pk in live]}
        rows = [fragments.row_id(call.pk) for call in shown]
        return encode(self.number, {"content": "".join(parts), "rows": rows, **extra})

    def _concerns(self, user_pk: int) -> bool:
        """Whether one of the changed conferences is or was supervised by this user."""
        return any(one.user_id == user_pk for conference in self.conferences for one in conference.supervisions.all())

    def _call(self, audience: Audience, conference: Conference) -> Call | None:
        key = (audience, conference.pk)
        if key not in self._calls:
            self._calls[key] = call_for(audience, conference) if may_see(audience, conference) else None
        return self._calls[key]

    def _part(self, kind: str, audience: Audience, call: Call) -> str:
        key = (kind, audience, call.pk)
        if key not in self._rendered:
            render = {"row": fragments.row, "detail": fragments.detail, "targets": fragments.targets}[kind]
            target = {"row": "conference", "detail": "detail", "targets": "targets"}[kind]
            self._rendered[key] = str(fragments.partial(f"{target}-{call.pk}", render(call)))
        return self._rendered[key]

    def _panel(self, user_pk: int) -> str:
        if user_pk not in self._panels:
            user = User.objects.get(pk=user_pk)
            self._panels[user_pk] = str(fragments.partial("supervision", fragments.panel(user)))
        return self._panels[user_pk]


def changes_since(number: int) -> Changes:
    """Return all conferences changed after feed `number`. The new number is read first: a change may come twice."""
    latest = feed.latest()
    if latest <= number:
        return Changes(latest, [])
    return Changes(latest, list(Conference.objects.with_people().filter(feed__gt=number)))


def catch_up(viewer: Viewer) -> tuple[int, str]:
    """Return the frame that brings a page rendered at `viewer.since` up to date, and the number it brings it to.

    It names the rows that belong on the page now, so that a page that slept drops what ended meanwhile.
    """
    changes = changes_since(viewer.since)
    seen = [call_for(viewer.audience, one) for one in visible(viewer.audience)]
    live = [call.pk for call in seen if viewer.filter.matches(call)]
    ended = {one.pk for one in changes.conferences if not one.is_live}
    changes.conferences = [one for one in changes.conferences if one.pk not in ended or one.pk == viewer.conference]
    frame = changes.frame(viewer, live=live)
    return changes.number, frame or heartbeat(changes.number)


def visible(audience: Audience) -> list[Conference]:
    """Return the live conferences this audience may see, with their people."""
    live = Conference.objects.live().with_people()
    return [one for one in live if may_see(audience, one)] if audience.teams else []


def heartbeat(number: int) -> str:
    return encode(number, {})


def encode(number: int, values: Mapping[str, object]) -> str:
    return orjson.dumps({**values, "feed": number, "now": timezone.now().isoformat()}).decode()


def still_welcome(viewers: Iterable[Viewer]) -> dict[Viewer, Audience | None]:
    """Return each viewer's audience as of now; None for those whose login or account is gone."""
    viewers = list(viewers)
    users = User.objects.in_bulk({one.user_pk for one in viewers})
    sessions = set(
        Session.objects.filter(
            session_key__in={one.session_key for one in viewers}, expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    audiences = {pk: audience_of(user) for pk, user in users.items() if user.is_active}
    return {one: audiences.get(one.user_pk) if one.session_key in sessions else None for one in viewers}
