"""What viewers are sent: reads what changed and renders it once per audience. The hub runs it in a thread."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.contrib.auth.models import User

from conferences.ingest import feed
from conferences.ingest.ringing_legs import with_ringing
from conferences.models import Conference, Supervision
from conferences.models.conferences import ConferenceQuerySet
from dashboard.alerts.due import Due, due, due_outside
from dashboard.language.reading import read_in
from dashboard.live.heartbeats import encode, row_ages
from dashboard.live.lag import Stamps, last_heard
from dashboard.live.viewer import AGENTS, UNASSIGNED, Viewer
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience, may_see
from dashboard.presenters.call import Call
from dashboard.presenters.hearing import offers
from dashboard.presenters.rows import changed_agents, showing
from dashboard.presenters.rows.call_cache import Loading, call_cache
from dashboard.presenters.rows.caller import row_id as caller_id
from dashboard.presenters.rows.caller_rows import CallerNews, CallerRows, callers
from dashboard.presenters.rows.changed_agents import AgentRows
from dashboard.presenters.unassigned import count_unassigned


@dataclass(slots=True)
class Changes:
    """Conferences as of feed `number`, loaded once, and what was rendered of them for whom.

    `users` are those whose own supervision may show something new.
    """

    number: int
    conferences: list[Conference]
    users: Collection[int] = ()
    agents: AgentRows = field(default_factory=lambda: AgentRows(0))
    callers: CallerRows = field(default_factory=lambda: CallerRows(0))
    _loading: Loading = field(default_factory=Loading)
    _calls: dict[tuple[Audience, UUID], Call | None] = field(default_factory=dict)
    _rendered: dict[tuple[str, Audience, UUID], str] = field(default_factory=dict)
    _panels: dict[tuple[int, str, str], str] = field(default_factory=dict)
    _frames: dict[Hashable, str | None] = field(default_factory=dict)
    _counts: dict[str, str] = field(default_factory=dict)
    _outside: dict[Audience, str] = field(default_factory=dict)
    _kept: dict[Audience, tuple[list[Call], list[UUID]]] = field(default_factory=dict)

    def frame(self, viewer: Viewer, *, catching_up: bool = False) -> str | None:
        """Return what this viewer is to be sent, or None when none of it is for them.

        Who is catching up also learns which rows belong on the page now: one that slept drops what ended meanwhile.
        """
        panel = viewer.user_pk if viewer.user_pk in self.users else None
        shown = (viewer.audience, viewer.filter, viewer.view, viewer.conference, viewer.alerts)
        key = (*shown, viewer.since, panel, catching_up)
        if key not in self._frames:
            with read_in(viewer.audience.language, viewer.audience.zone):
                self._frames[key] = self._frame(viewer, catching_up=catching_up)
        return self._frames[key]

    def _frame(self, viewer: Viewer, *, catching_up: bool) -> str | None:
        changed = [call for one in self.conferences if (call := self._call(viewer.audience, one))]
        seen = self._live(viewer.audience)[0] if catching_up else changed
        own = [call for call in changed if catching_up and call.pk == viewer.conference]
        calls = [call for call in (*seen, *own) if call.feed > viewer.since]
        if viewer.view == AGENTS:
            return self._agents_frame(viewer, calls, catching_up=catching_up)
        board = calls if viewer.conference is None else []
        shown = [call for call in board if viewer.filter.matches(call)]
        parts, broken, waiting = (
            self._parts(viewer, calls, board),
            self._broken(viewer, catching_up),
            self._callers(viewer),
        )
        parts += [*waiting.parts, *(str(fragments.partial(one, showing.broken(one))) for one in broken)]
        outside = self._due_outside(viewer, catching_up=catching_up)
        if not any(parts) and not waiting and not outside and not catching_up:
            return None
        gone = [fragments.row_id(call.pk) for call in board if not viewer.filter.matches(call)]
        told = {
            "gone": [*gone, *self._assigned(viewer), *waiting.gone],
            "content": "".join(parts),
            "rows": [*(fragments.row_id(call.pk) for call in shown), *broken, *waiting.rows],
            "calls": [str(call.pk) for call in calls],
            "became": waiting.became,
        }
        told |= {"live": [*self._live_rows(viewer, seen), *broken]} if catching_up else {}
        return encode(self.number, told | ({"due": due(seen) | outside} if viewer.alerts else {}))

    def _due_outside(self, viewer: Viewer, *, catching_up: bool) -> Due:
        """What is due of callers in no conference, whichever page it is."""
        if not viewer.alerts:
            return {}
        changed = self.callers.changed(viewer.audience, viewer.since)
        return due_outside(callers(viewer.audience)) if catching_up else due_outside(*changed)

    def _callers(self, viewer: Viewer) -> CallerNews:
        if viewer.conference is not None or viewer.view:
            return CallerNews()
        return self.callers.news(viewer.audience, viewer.filter, viewer.since)

    def _live_rows(self, viewer: Viewer, seen: list[Call]) -> list[str]:
        """Every row that belongs on the page now."""
        waiting = [] if viewer.conference is not None or viewer.view else callers(viewer.audience)
        rows = [caller_id(one.pk) for one in waiting if viewer.filter.matches(one)]
        return rows + [fragments.row_id(call.pk) for call in seen if call.is_live and viewer.filter.matches(call)]

    def _agents_frame(self, viewer: Viewer, calls: list[Call], *, catching_up: bool) -> str | None:
        """A form may be open on a call, which is followed as on the board, and told of when it is over."""
        rows = self.agents.since(viewer.audience, viewer.since)
        parts = [*rows.values(), *self._own_parts(viewer, calls)]
        over = [str(call.pk) for call in calls if not call.is_live]
        outside = self._due_outside(viewer, catching_up=catching_up)
        if not any(parts) and not over and not outside and not catching_up:
            return None
        told: dict[str, object] = {"content": "".join(parts), "rows": [*rows], "over": over}
        told["calls"] = [str(call.pk) for call in calls]
        if viewer.alerts:
            told["due"] = due(self._live(viewer.audience)[0] if catching_up else calls) | outside
        if catching_up:
            told["live"] = changed_agents.listed(viewer.audience.teams)
        return encode(self.number, told)

    def _assigned(self, viewer: Viewer) -> list[str]:
        """The rows of calls that this page may have, as they were of no team, and that have become another team's."""
        if not viewer.audience.unassigned or viewer.conference is not None:
            return []
        news = [one for one in self.conferences if one.feed > viewer.since]
        return [fragments.row_id(one.pk) for one in news if not may_see(viewer.audience, one)]

    def _broken(self, viewer: Viewer, catching_up: bool) -> list[str]:
        """The rows of calls that should be on this page and cannot be shown."""
        if viewer.conference is not None or viewer.view == AGENTS:
            return []
        if catching_up:
            return [fragments.row_id(pk) for pk in self._live(viewer.audience)[1]]
        who, news = viewer.audience, [one for one in self.conferences if one.feed > viewer.since and one.is_live]
        return [fragments.row_id(one.pk) for one in news if may_see(who, one) and not self._call(who, one)]

    def stamps(self) -> Stamps | None:
        """When the latest of these changes happened, reached us and was stored."""
        newest = max(self.conferences, key=lambda one: one.feed, default=None)
        if newest is None or newest.provider_time is None or newest.persisted_at is None:
            return None
        return Stamps(newest.provider_time, newest.last_event_at, newest.persisted_at)

    def _parts(self, viewer: Viewer, calls: list[Call], board: list[Call]) -> list[str]:
        # One that no longer fits the view is told of as well: its row may have to stay for a while, and stays true.
        return [
            *(self._part("row", viewer.audience, call) for call in board),
            *(self._part("detail", viewer.audience, call) for call in calls if call.pk == viewer.conference),
            *self._own_parts(viewer, calls),
        ]

    def _own_parts(self, viewer: Viewer, calls: list[Call]) -> list[str]:
        """What is the same on every page: the boxes of an open form, and the user's own supervision."""
        return [
            *(self._part("targets", viewer.audience, call) for call in calls if call.is_live),
            *([self._panel(viewer)] if viewer.user_pk in self.users else []),
            *(self._unassigned(viewer) if viewer.audience.unassigned and self.number > viewer.since else []),
        ]

    def _unassigned(self, viewer: Viewer) -> list[str]:
        """The header's count of calls of no team; and on their page the legs that are in no call at all."""
        language = viewer.audience.language
        if language not in self._counts:
            count = fragments.unassigned_count(count_unassigned())
            self._counts[language] = str(fragments.partial("unassigned-count", count))
        if viewer.view != UNASSIGNED:
            return [self._counts[language]]
        if viewer.audience not in self._outside:
            self._outside[viewer.audience] = str(fragments.partial("outside", fragments.outside(viewer.audience)))
        return [self._counts[language], self._outside[viewer.audience]]

    def _call(self, audience: Audience, conference: Conference) -> Call | None:
        key = (audience, conference.pk)
        if key not in self._calls:
            self._calls[key] = (
                call_cache.call(audience, conference, self._loading.alike) if may_see(audience, conference) else None
            )
        return self._calls[key]

    def _live(self, audience: Audience) -> tuple[list[Call], list[UUID]]:
        """Every live call of theirs, and those that cannot be shown: loaded is only what nobody was shown yet."""
        if audience not in self._kept:
            self._kept[audience] = call_cache.calls(audience, visible(audience), self._loading)
        return self._kept[audience]

    def _part(self, kind: str, audience: Audience, call: Call) -> str:
        key = (kind, audience, call.pk)
        if key not in self._rendered:
            if kind == "row":
                target, html = fragments.row_id(call.pk), call_cache.row(audience, call)
            else:
                render, target = {"detail": fragments.detail, "targets": fragments.targets}[kind], f"{kind}-{call.pk}"
                html = showing.shown(target, lambda: render(call))
            self._rendered[key] = str(fragments.partial(target, html))
        return self._rendered[key]

    def _panel(self, viewer: Viewer) -> str:
        key = (viewer.user_pk, viewer.audience.language, viewer.audience.zone)
        if key not in self._panels:
            user = User.objects.get(pk=viewer.user_pk)
            self._panels[key] = str(fragments.partial("supervision", fragments.panel(user)))
        return self._panels[key]


def changes_since(number: int) -> Changes:
    """Return all conferences changed after feed `number`. The new number is read first: a change may come twice."""
    latest = feed.latest()
    if latest <= number:
        return Changes(latest, [])
    conferences = with_ringing(list(Conference.objects.with_people().filter(feed__gt=number)))
    users = {one.user_id for conference in conferences for one in conference.supervisions.all()}
    users |= offers.asked_since(number)
    return Changes(latest, conferences, users, AgentRows(number), CallerRows(number))


def catch_up(viewers: Collection[Viewer]) -> tuple[int, dict[Viewer, str]]:
    """Return the frames that bring pages rendered at `viewer.since` up to date, and the number they bring them to.

    However long it slept, only live calls are read, as far as nobody was shown them, and an ended one on its own page.
    """
    number, since = feed.latest(), min(one.since for one in viewers)
    pages = Conference.objects.filter(state=Conference.State.COMPLETED, pk__in={one.conference for one in viewers})
    conferences = list(pages.filter(feed__gt=since).with_people())
    mine = Supervision.objects.filter(user__in={one.user_pk for one in viewers}, conference__feed__gt=since)
    users = {*mine.values_list("user_id", flat=True)} | offers.asked_since(since)
    changes = Changes(number, conferences, users, AgentRows(since), CallerRows(since, live=True))
    return number, {one: changes.frame(one, catching_up=True) or "" for one in viewers}


def visible(audience: Audience) -> ConferenceQuerySet:
    """Return the live conferences this audience may see."""
    return Conference.objects.live().in_scope(audience.scope)


def polled(viewer: Viewer) -> str:
    """Return what a page that no socket reaches asks for: what changed since its number, and what a heartbeat tells."""
    changes = changes_since(viewer.since)
    told = orjson.loads(changes.frame(viewer) or encode(changes.number, {}))
    if viewer.view == AGENTS:
        told |= {"roster": changed_agents.listed(viewer.audience.teams)}
    return orjson.dumps(told | {"ages": row_ages(viewer.audience.scope)} | last_heard()).decode()
