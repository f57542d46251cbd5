"""Calls as each audience sees them and their rows as rendered, kept until the feed says that something shown changed.

A row is made of 130 template nodes and a call of four queries' rows, and of five hundred live calls a few change in a
second: pages and pushes make again only what did change. What a page knows by the feed this knows by the feed, so
neither is older than the other. Times are no part of what is kept: they are written anew whenever a row is used.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from conferences.ingest.ringing_legs import with_ringing
from conferences.models import (
    Agent,
    Conference,
    Leg,
    ListeningPolicy,
    Participant,
    ProtectedNumber,
    Queue,
    SensitiveSection,
    SystemAddress,
    Team,
)
from conferences.models.conferences import ConferenceQuerySet
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience
from dashboard.presenters.call import Call
from dashboard.presenters.rows import showing
from dashboard.presenters.rows.moving import Pieces, in_pieces, on_one_line, written
from dashboard.presenters.seen import Alike

MOST: Final = 8192  # calls, each as one audience sees it: some 10 KB with its row
SHOWN: Final = (
    Agent, Conference, Leg, ListeningPolicy, Participant, ProtectedNumber, Queue, SensitiveSection, SystemAddress,
    Team, User,
)  # fmt: skip
HEAD: Final = ("pk", "feed", "persisted_at", "last_event_at", "verified_at")

Change = tuple[int, datetime | None]


@dataclass(slots=True)
class _Kept:
    """A call since its last change; its row, once it was rendered, and in pieces once it was used again."""

    change: Change
    call: Call
    row: str = ""
    pieces: Pieces | None = None


class Loading:
    """Conferences that several audiences may see, each loaded once; and what these are shown alike of them."""

    def __init__(self) -> None:
        self.alike = Alike()
        self._loaded: dict[UUID, Conference] = {}

    def load(self, conferences: ConferenceQuerySet, pks: list[UUID], *, all_of_them: bool) -> list[Conference]:
        """Return these of the conferences, as far as they are there; `all_of_them`: there are no others."""
        if new := [pk for pk in pks if pk not in self._loaded]:
            some = conferences if all_of_them and not self._loaded else conferences.filter(pk__in=new)
            self._loaded |= {one.pk: one for one in with_ringing(list(some.with_people()))}
        return [self._loaded[pk] for pk in pks if pk in self._loaded]


class CallCache:
    """Of each call what was last shown of it, by audience. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Audience, UUID], _Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def calls(
        self, audience: Audience, conferences: ConferenceQuerySet, loading: Loading | None = None
    ) -> tuple[list[Call], list[UUID]]:
        """Return these conferences as the audience sees them, and our ids of those that cannot be shown.

        `conferences`: those it may see. Only those are loaded of which something has changed.
        """
        heads = list(conferences.values_list(*HEAD))
        found: dict[UUID, Call | None] = {}
        for pk, feed, changed, told, checked in heads:
            if kept := self._get(audience, pk, (feed, changed)):
                found[pk] = replace(kept.call, last_event_at=max(told, checked or told))
        missing = [head[0] for head in heads if head[0] not in found]
        loading = loading or Loading()
        for one in loading.load(conferences, missing, all_of_them=not found):
            found[one.pk] = self.call(audience, one, loading.alike)
        seen = [found[head[0]] for head in heads if head[0] in found]
        return [one for one in seen if one], [pk for pk, one in found.items() if one is None]

    def call(self, audience: Audience, conference: Conference, alike: Alike | None = None) -> Call | None:
        """Return the conference as the audience sees it, and keep that; None where a mistake keeps it from being seen.

        Load it with `with_people` and `with_ringing`. The row of a conference is read before its people: what is kept
        of one change may already show the next, never the other way round.
        """
        call = showing.call_or_none(audience, conference, alike)
        # Whose names and states those of supervisors are changes elsewhere too, and of all rows these are to be exact.
        if call is not None and not call.supervisors:
            self._put((audience, call.pk), _Kept((conference.feed, conference.persisted_at), call))
        return call

    def clear(self) -> None:
        """Forget everything: something was changed that the feed does not tell of."""
        with self._lock:
            self._kept.clear()

    def row(self, audience: Audience, call: Call) -> str:
        """Return the call's row as `fragments.row` renders it, on fewer lines; where that fails, one that says so."""
        return showing.shown(fragments.row_id(call.pk), lambda: self._row(audience, call))

    def _row(self, audience: Audience, call: Call) -> str:
        kept = self._kept.get((audience, call.pk))
        if kept is None or not _is_same(kept.call, call):
            return on_one_line(fragments.row(call))
        if not kept.row:
            kept.row = on_one_line(fragments.row(call))
            return kept.row
        if kept.pieces is None:
            kept.pieces = in_pieces(kept.row)
        return written(kept.pieces, call.last_event_at)

    def _get(self, audience: Audience, pk: UUID, change: Change) -> _Kept | None:
        with self._lock:
            kept = self._kept.get((audience, pk))
            if kept is None or kept.change != change:
                return None
            self._kept.move_to_end((audience, pk))
            return kept

    def _put(self, key: tuple[Audience, UUID], kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def _is_same(kept: Call, call: Call) -> bool:
    """Whether they show the same but for the time: made from one another, all the rest is the very same objects."""
    return kept.feed == call.feed and kept.people is call.people and kept.parties is call.parties


call_cache = CallCache()


# The feed tells of every fact, and of what administrators change (conferences.admin.live). Of what a command or a shell
# writes row by row it need not tell: a whole row, where facts write the fields that differ.
@receiver([post_save, post_delete])
def _forget(sender: type[Model], update_fields: Collection[str] | None = None, **_: object) -> None:
    if sender in SHOWN and update_fields is None:
        call_cache.clear()
        transaction.on_commit(call_cache.clear)
