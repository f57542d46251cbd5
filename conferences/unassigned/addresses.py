"""Addresses that calls show at the center's end and that the directory lacks: why a call is recognised for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from conferences.addresses import canonical, spellings
from conferences.models import (
    AgentAddress,
    Conference,
    Device,
    ForeignAddress,
    Leg,
    Participant,
    QueueNumber,
    SystemAddress,
)

MOST_LEGS: Final = 5000  # of a day are looked at, the newest
SHOWN_CALLS: Final = 3
FROM, TO = "from", "to"
_KNOWN: Final = (
    (AgentAddress.objects, "address"),
    (Device.objects, "address"),
    (SystemAddress.objects, "address"),
    (QueueNumber.objects, "number"),
    (ForeignAddress.objects, "address"),
)


@dataclass(slots=True)
class Unknown:
    """One such address, in its canonical form, with the legs that showed it. Times are aware, in UTC.

    `leg` and `end` name one of those legs, by primary key, and the end of it: what a form sends back instead of the
    address, which not everybody may read.
    """

    address: str
    leg: int
    end: str
    dialled_by_callers: bool  # a stranger called it, so that it may be a queue's number
    times: int = 0
    live: int = 0
    first: datetime | None = None
    last: datetime | None = None
    conferences: list[Conference] = field(default_factory=list)  # the newest few of them
    in_conferences: int = 0


def seen_since(since: datetime) -> list[Unknown]:
    """Return the unknown addresses of the legs that began since then or are up, the most often seen first."""
    found: dict[str, Unknown] = {}
    legs = list(_candidates(since)[:MOST_LEGS])
    participants = _participants(legs)
    known = _known({one for leg in legs for _, address in ends(leg) for one in spellings(address)})
    for leg in legs:
        for end, address in ends(leg):
            written = spellings(address)
            if written and not known & {*written}:
                one = found.setdefault(written[0], Unknown(written[0], leg.pk, end, _is_a_callers(leg, end)))
                _count(one, leg, participants.get(leg.pk, []))
    return sorted(found.values(), key=lambda one: (-one.live, -one.times, one.address))


def today(now: datetime) -> datetime:
    """Return when the day began, in the center's own time zone."""
    return localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def ends(leg: Leg) -> Iterator[tuple[str, str]]:
    """Yield the ends of a leg at which somebody or something of the center's may be, with what is written there.

    Where a stranger called, that is what was dialled; where the center's application did, whom it called; where a
    phone of the center's own did, that phone. Where nobody knows who called, either.
    """
    if leg.is_dialled_out or leg.direction != "outgoing":
        is_own = leg.is_dialled_out or leg.kind == Leg.Kind.UNKNOWN
        yield from [(FROM, leg.from_sip_uri or leg.from_address)] if is_own else []
    if not leg.is_dialled_out:
        yield TO, leg.to_address


def address_at(leg: Leg, end: str) -> str:
    """Return what is written at that end of a leg; empty for an end that `ends` does not name."""
    return dict(ends(leg)).get(end, "")


def is_asked_about(leg: Leg, since: datetime) -> bool:
    """Return whether what a leg shows is asked about, as `seen_since` does for one that the directory lacks."""
    return _candidates(since).filter(pk=leg.pk).exists()


def _candidates(since: datetime) -> QuerySet[Leg]:
    """The legs that are nobody's known, apart from customers whom the center called from a call with an agent in it:
    these are known well enough.
    """
    recent = Q(started_at__gte=since) | ~Q(state=Leg.State.ENDED)
    strangers = Q(kind=Leg.Kind.UNKNOWN) | Q(kind=Leg.Kind.CUSTOMER, queue=None)
    # A call of a queue's or an agent's, or a number that a dialler tried and nobody answered, asks for nothing.
    placed = Participant.objects.filter(leg=OuterRef("pk")).exclude(conference__in=Conference.objects.unassigned())
    tried = Q(direction="outgoing", answered_at=None, kind=Leg.Kind.CUSTOMER)
    legs = Leg.objects.filter(recent, strangers, agent=None, system=None).exclude(tried)
    calls_of_teams = Q(kind=Leg.Kind.CUSTOMER) & Q(Exists(placed))
    return legs.exclude(calls_of_teams).order_by("-pk")


def _is_a_callers(leg: Leg, end: str) -> bool:
    return end == TO and leg.direction != "outgoing"


def _known(addresses: set[str]) -> set[str]:
    """Those of these canonical forms that the directory has, or that are said not to be ours."""
    known = {canonical(settings.TELNYX_CALLER_ID)}
    for rows, name in _KNOWN:
        known |= {*rows.values_list(name, flat=True)} & addresses
    return known


def _participants(legs: Iterable[Leg]) -> dict[int, list[Conference]]:
    """The conferences in which each of these was, the newest first."""
    rows = Participant.objects.filter(leg__in=legs).select_related("conference").order_by("-pk")
    found: dict[int, list[Conference]] = {}
    for row in rows:
        found.setdefault(row.leg_id, []).append(row.conference)
    return found


def _count(one: Unknown, leg: Leg, conferences: list[Conference]) -> None:
    one.times += 1
    one.live += leg.state != Leg.State.ENDED
    moment = leg.started_at or leg.answered_at
    if moment is not None:
        one.first = min(one.first or moment, moment)
        one.last = max(one.last or moment, moment)
    new = [conference for conference in conferences if conference not in one.conferences]
    one.in_conferences += len(new)
    one.conferences = [*one.conferences, *new][:SHOWN_CALLS]
