"""The rows of callers in no conference: all that a page begins with, and those that changed, for each audience once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.template.loader import render_to_string

from conferences import clock
from conferences.ingest.ringing_legs import called_for_callers
from conferences.models import Conference, Leg, Participant
from conferences.models.legs import LegQuerySet
from conferences.models.listening.scope import Scope
from conferences.unassigned.legs import bridged
from dashboard.presenters import fragments
from dashboard.presenters.audience import Audience
from dashboard.presenters.board.board_filter import BoardFilter
from dashboard.presenters.rows import showing
from dashboard.presenters.rows.caller import Caller, caller_for, may_see_caller, row_id

ROW = "dashboard/board/_caller_row.html"


@dataclass(slots=True)
class CallerNews:
    """What a page is told of callers: which rows it is to have, and what became of the others' rows.

    `became`: the row of the call that each is in by now, by the row she had; `gone`: rows of those who are in none.
    """

    parts: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    became: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.parts or self.gone or self.became)


class CallerRows:
    """The callers who changed after feed `number`, loaded once, rendered once for each audience.

    `live`: of those only who are on the line still.
    """

    def __init__(self, number: int, *, live: bool = False) -> None:
        self._number, self._live = number, live
        self._legs: list[Leg] | None = None
        self._callers: dict[Audience, list[Caller]] = {}
        self._rendered: dict[tuple[Audience, int], str] = {}

    def news(self, audience: Audience, chosen: BoardFilter, since: int) -> CallerNews:
        """Return what a page of this audience, with that filter, told of everything up to `since`, is to be told."""
        told = CallerNews()
        for leg in self._seen(audience):
            if (leg.feed or 0) > since and (call := call_of(leg)) is not None:
                told.became[row_id(leg.pk)] = fragments.row_id(call.pk)
            elif (leg.feed or 0) > since and not _is_shown(leg):
                told.gone.append(row_id(leg.pk))
        for one in self._callers_of(audience):
            if one.feed > since:
                told.parts.append(self._part(audience, one))
                (told.rows if chosen.matches(one) else told.gone).append(row_id(one.pk))
        return told

    def changed(self, audience: Audience, since: int) -> tuple[list[Caller], list[str]]:
        """Return the callers who changed after feed `since`, and the rows of those who are none any more."""
        news = [leg for leg in self._seen(audience) if (leg.feed or 0) > since]
        known = [one for one in self._callers_of(audience) if one.feed > since]
        return known, [row_id(leg.pk) for leg in news if not _is_shown(leg)]

    def _seen(self, audience: Audience) -> list[Leg]:
        if self._legs is None:
            # Most changes are of no caller: to ask for the whole of none would cost thrice as much.
            is_any = Leg.objects.filter(feed__gt=self._number).exists()
            legs = Leg.objects.of_callers().filter(feed__gt=self._number)
            self._legs = _loaded(legs.up() if self._live else legs) if is_any else []
        return [leg for leg in self._legs if may_see_caller(audience, leg)]

    def _callers_of(self, audience: Audience) -> list[Caller]:
        if audience not in self._callers:
            legs = [leg for leg in self._seen(audience) if _is_shown(leg)]
            self._callers[audience] = _callers(audience, legs)
        return self._callers[audience]

    def _part(self, audience: Audience, caller: Caller) -> str:
        key = (audience, caller.pk)
        if key not in self._rendered:
            self._rendered[key] = str(fragments.partial(row_id(caller.pk), caller_row(caller)))
        return self._rendered[key]


def callers(audience: Audience) -> list[Caller]:
    """Return every live caller in no conference whom this audience may see."""
    legs = [leg for leg in _loaded(Leg.objects.up().outside().of_callers()) if may_see_caller(audience, leg)]
    return _callers(audience, legs)


def caller_on(audience: Audience, pk: int) -> Caller | None:
    """Return the live caller in no conference whose leg has this key, if this audience may see her."""
    legs = _loaded(Leg.objects.up().outside().of_callers().filter(pk=pk))
    return next(iter(_callers(audience, [leg for leg in legs if may_see_caller(audience, leg)])), None)


def caller_row(caller: Caller) -> str:
    """Return the caller's row; where that fails, one that says so."""
    return showing.shown(row_id(caller.pk), lambda: render_to_string(ROW, {"caller": caller}))


def ages(scope: Scope) -> dict[str, str]:
    """Return the rows of the callers in a scope, each with when something was last told of it."""
    legs = (
        Leg.objects.up().outside().of_callers().order_by()
    )  # in the order of their keys, all there ever were are read
    rows = legs.values_list("pk", "queue", "queue__team", "started_at", "answered_at")
    seen = [row for row in rows if row[2] in scope.teams or row[1] in scope.queues]
    return {row_id(pk): (answered or began or clock.now()).isoformat() for pk, _, _, began, answered in seen}


def call_of(leg: Leg) -> Conference | None:
    """Return the live conference in which this leg is, loaded with its participants."""
    participants = [one for one in leg.participants.all() if one.state != Participant.State.LEFT]
    return next((one.conference for one in participants if one.conference.is_live), None)


def _is_shown(leg: Leg) -> bool:
    """Whether it has a row of its own: it is in no call, and what has ended never was in one."""
    return call_of(leg) is None and (leg.state != Leg.State.ENDED or not leg.participants.all())


def _loaded(legs: LegQuerySet) -> list[Leg]:
    participants = Prefetch("participants", Participant.objects.select_related("conference"))
    return list(legs.select_related("queue__team").prefetch_related(participants).order_by("started_at", "pk"))


def _callers(audience: Audience, legs: Collection[Leg]) -> list[Caller]:
    ringing = called_for_callers(legs)
    joined = _bridged(legs)
    return [caller_for(audience, leg, ringing.get(leg.pk, []), is_bridged=leg.pk in joined) for leg in legs]


def _bridged(legs: Iterable[Leg]) -> set[int]:
    return {leg.pk for leg in bridged()} if any(leg.bridged_at for leg in legs) else set()
