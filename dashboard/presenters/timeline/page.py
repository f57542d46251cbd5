"""A call's timeline as one audience sees it: its lanes, what happened, and who heard whom at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from conferences import clock, roster
from conferences.history.lanes import Lane, Span, lanes, unread
from conferences.history.loading import load
from conferences.history.outside import never_in
from conferences.history.record import Record, Then
from conferences.history.repairs import repairs
from conferences.history.sentences import sentences
from conferences.liveness import provider_silence
from conferences.models import Conference, Gap, Leg
from dashboard.presenters.audience import Audience
from dashboard.presenters.hearing.diagram import Picture, picture
from dashboard.presenters.timeline.drawing import LaneDrawing, Mark, pieces, places
from dashboard.presenters.timeline.happenings import Happening, during, happenings, nearest
from dashboard.presenters.timeline.moment import A_SECOND, ChosenMoment, Stretch, chosen_moment

# A customer may have rung for so long before there was a conference; older than that is another call.
BEFORE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Step:
    """The way from a moment to the change before it, or after it."""

    way: str
    label: str
    at: str
    second: int


@dataclass(frozen=True, slots=True)
class MomentView:
    """Who heard whom at one moment: in sentences, as a picture and a table. `at`: as an address asks for it."""

    pk: UUID
    moment: datetime
    at: str
    second: int
    x: float
    said: str
    sentences: tuple[str, ...]
    picture: Picture
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole call, and the moment of it that is looked at. `is_now`: that is now, of a call that goes on."""

    call: Stretch
    lanes: tuple[LaneDrawing, ...]
    happenings: tuple[Happening, ...]  # all, or those nearest to the moment
    count: int  # of all of them
    moment: MomentView
    is_now: bool


def timeline(audience: Audience, conference: Conference, query: Mapping[str, str]) -> Timeline:
    """Return a call's timeline at the moment that `query` asks for. Load the conference with `with_people`.

    `follow` in it: whoever looks on while a call goes on is not sent elsewhere when it ends.
    """
    record = load(conference)
    call = _stretch(record)
    found = lanes(record)
    put_right = list(repairs(record))
    name = partial(record.name, numbers=audience.numbers)
    happened = during(happenings(record, found, put_right, name), call)
    gaps = pieces(_gaps(call), call)
    drawn = [
        replace(_drawn(one, name(one.call_control_id), happened, call), unread=pieces(unread(record, one), call))
        for one in found
    ]
    for leg, lane in never_in(record):
        called = roster.name_on(leg, record.supervisions.get(leg.call_control_id), numbers=audience.numbers)
        drawn.append(replace(_drawn(lane, called, happened, call), was_in=False))
    drawn = [replace(one, gaps=gaps) for one in drawn]
    chosen = chosen_moment(query, call, call.ends_at if query.get("follow") else _telling(found, call))
    is_now = call.is_live and not chosen.is_given
    then = _now(record, chosen, audience) if is_now else record.at(chosen.moment, numbers=audience.numbers)
    shown = nearest(happened, chosen.moment)
    return Timeline(call, tuple(drawn), shown, len(happened), _moment(record, call, chosen, then), is_now)


def moment(audience: Audience, conference: Conference, query: Mapping[str, str]) -> MomentView:
    """Return who heard whom at the moment that `query` asks for. Load the conference with `with_people`."""
    record = load(conference)
    call = _stretch(record)
    chosen = chosen_moment(query, call, call.ends_at)
    return _moment(record, call, chosen, record.at(chosen.moment, numbers=audience.numbers))


def _now(record: Record, chosen: ChosenMoment, audience: Audience) -> Then:
    """The call as every page shows it now: what was read last holds, though nothing later has confirmed it yet."""
    people = roster.parties(record.conference, numbers=audience.numbers)
    return Then(chosen.moment, people, roster.runs_in(record.conference.state))


def _moment(record: Record, call: Stretch, chosen: ChosenMoment, then: Then) -> MomentView:
    changes = [one for one in record.changes if call.begins_at <= one <= call.ends_at]
    earlier = [one for one in changes if one < _second(chosen.moment)]
    later = [one for one in changes if one > chosen.moment]
    return MomentView(
        pk=record.conference.pk,
        moment=chosen.moment,
        at=as_asked(chosen.moment),
        second=call.second_of(chosen.moment),
        x=places(call)(chosen.moment),
        said=chosen.said,
        sentences=sentences(then),
        picture=picture(then.parties, then.running),
        steps=(
            *(Step("before", gettext("Change before"), as_asked(one), call.second_of(one)) for one in earlier[-1:]),
            *(Step("after", gettext("Next change"), as_asked(one), call.second_of(one)) for one in later[:1]),
        ),
    )


def as_asked(moment: datetime) -> str:
    """Return how an address asks for a moment, to the second, where the center is."""
    return _second(timezone.localtime(moment)).isoformat()


def _gaps(call: Stretch) -> Iterable[Span]:
    """When events may be lost, and of a live call also since when the provider has told nothing."""
    for one in Gap.objects.within(call.begins_at, call.ends_at).order_by("begins_at"):
        yield Span("lost", one.begins_at, one.ends_at)
    quiet = provider_silence.silence(call.ends_at) if call.is_live else None
    if quiet is not None and quiet > provider_silence.QUIET:
        yield Span("lost", call.ends_at - quiet, None)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _stretch(record: Record) -> Stretch:
    conference = record.conference
    begun = conference.created_at or conference.first_seen_at
    rung = [leg.started_at for leg in record.legs.values() if leg.kind == Leg.Kind.CUSTOMER and leg.started_at]
    begins_at = min([begun, *(one for one in rung if one > begun - BEFORE)])
    ends_at = conference.ended_at or (clock.now() if conference.is_live else conference.last_event_at)
    return Stretch(_second(begins_at), max(ends_at, begins_at), conference.is_live)


def _telling(found: tuple[Lane, ...], call: Stretch) -> datetime:
    """The moment to begin with: now, of a live call; else when a supervisor came in, or the second of the people."""
    if call.is_live:
        return call.ends_at
    came = sorted(lane.modes[0].begins_at for lane in found if lane.modes)
    met = sorted(span.begins_at for lane in found for span in lane.spans[:9] if span.what in ("in", "muted"))
    first = max(call.begins_at, min(call.ends_at, (came or met[1:2] or [call.begins_at])[0]))
    return first + min(A_SECOND, (call.ends_at - first) / 2)


def _drawn(lane: Lane, name: str, happened: tuple[Happening, ...], call: Stretch) -> LaneDrawing:
    place = places(call)
    marks = [
        one for one in happened if one.key == lane.call_control_id and one.kind in ("command", "confirmed", "repair")
    ]
    return LaneDrawing(
        name=name,
        kind=lane.kind,
        key=lane.call_control_id,
        pieces=pieces(lane.spans, call),
        whispers=pieces(lane.whispers, call),
        modes=pieces(lane.modes, call),
        unread=(),
        marks=tuple(Mark(one.kind, place(one.at)) for one in marks),
    )
