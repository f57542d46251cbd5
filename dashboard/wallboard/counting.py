"""Counts calls by queue and agents by what they do, in a fixed number of queries, for all screens at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from conferences.models import Agent, Conference, Leg, Participant
from conferences.unassigned.legs import bridged


class Doing(StrEnum):
    """What an agent does, as far as her phone's legs tell. Whether she is at work at all is known to nobody here."""

    IN_CALL = "in_call"
    ON_HOLD = "on_hold"
    RINGING = "ringing"
    ELSEWHERE = "elsewhere"  # answered, and in no conference
    NO_CALL = "no_call"
    UNSURE = "unsure"  # at a phone that several share, or of a leg of which the beginning was not told


@dataclass(slots=True)
class QueueCount:
    """One queue's calls: `since`: from when on the one waits that has waited longest; `abandoned`: today."""

    waiting: int = 0
    since: datetime | None = None
    talking: int = 0
    abandoned: int = 0

    def wait(self, since: datetime) -> None:
        """Count one more caller who waits."""
        self.waiting += 1
        self.since = since if self.since is None else min(self.since, since)


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent, what she does, and since when where that is known."""

    name: str
    doing: Doing
    since: datetime | None = None


@dataclass(slots=True)
class Counted:
    """Queues by key, and each team's agents in order of their names."""

    queues: dict[int, QueueCount] = field(default_factory=lambda: defaultdict(QueueCount))
    agents: dict[int, list[AgentNow]] = field(default_factory=lambda: defaultdict(list))


def count(queues: Collection[int], teams: Collection[int], now: datetime) -> Counted:
    """Count the calls of these queues and the agents of these teams, as of now."""
    found = Counted()
    _count_live(found, queues)
    _count_callers_outside(found, queues)
    _count_abandoned(found, queues, now)
    _find_agents(found, teams)
    return found


def _count_live(found: Counted, queues: Collection[int]) -> None:
    """A call with an agent and somebody else is talked in; one with somebody and no agent waits."""
    stays = Participant.objects.exclude(state=Participant.State.JOINING).select_related("leg").with_left_before()
    live = Conference.objects.live().filter(queue__in=queues).prefetch_related(Prefetch("participants", stays))
    for call in live:
        present = call.present()
        others = [one for one in present if one.leg.kind in (Leg.Kind.CUSTOMER, Leg.Kind.UNKNOWN)]
        if not others:
            continue
        if any(one.leg.kind == Leg.Kind.AGENT for one in present):
            found.queues[call.queue_id or 0].talking += 1
        else:
            came = min((one.waits_since for one in others if one.waits_since), default=call.first_seen_at)
            found.queues[call.queue_id or 0].wait(max([came, *_agents_left(call.participants.all())]))


def _agents_left(stays: Iterable[Participant]) -> list[datetime]:
    return [one.left_at for one in stays if one.left_at is not None and one.leg.kind == Leg.Kind.AGENT]


def _count_callers_outside(found: Counted, queues: Collection[int]) -> None:
    """A caller who is in no conference waits, unless the center's application has connected her with somebody."""
    callers = Leg.objects.up().outside().of_callers().filter(queue__in=queues).prefetch_related("participants")
    connected = {leg.pk for leg in bridged()}
    for leg in callers:
        if leg.pk in connected:
            found.queues[leg.queue_id or 0].talking += 1
        elif since := leg.waits_since:
            found.queues[leg.queue_id or 0].wait(since)


def _count_abandoned(found: Counted, queues: Collection[int], now: datetime) -> None:
    """Today's callers who are gone without any agent having been there, whether or not they came into a conference."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    came = Participant.objects.filter(conference=OuterRef("pk"), joined_at__isnull=False)
    alone = Conference.objects.filter(
        Exists(came.filter(leg__kind=Leg.Kind.CUSTOMER)),
        ~Exists(came.filter(leg__kind=Leg.Kind.AGENT)),
        state=Conference.State.COMPLETED,
        ended_at__gte=midnight,
        queue__in=queues,
    )
    never = Leg.objects.filter(
        ~Exists(Participant.objects.filter(leg=OuterRef("pk"))),
        state=Leg.State.ENDED,
        agent=None,
        ended_at__gte=midnight,
        kind=Leg.Kind.CUSTOMER,
        bridged_at=None,
        queue__in=queues,
    )
    for rows in (alone, never):
        for queue, number in rows.order_by().values_list("queue").annotate(Count("pk")):
            found.queues[queue].abandoned += number


def _find_agents(found: Counted, teams: Collection[int]) -> None:
    shared = Leg.sharers.through.objects.filter(leg=OuterRef("pk"), agent__team__in=teams)
    legs: dict[int, list[Leg]] = defaultdict(list)
    for leg in Leg.objects.up().filter(Q(agent__team__in=teams) | Exists(shared)).with_agents():
        for agent in leg.agents:
            legs[agent.pk].append(leg)
    up = {leg.pk for some in legs.values() for leg in some}
    inside = Participant.objects.filter(leg__in=up, state=Participant.State.JOINED)
    stays = {one.leg_id: one for one in inside.exclude(conference__state=Conference.State.COMPLETED)}
    for agent in Agent.objects.filter(team__in=teams).order_by("name", "pk"):
        found.agents[agent.team_id].append(_now(agent, legs.get(agent.pk, []), stays))


def _now(agent: Agent, legs: Iterable[Leg], stays: dict[int, Participant]) -> AgentNow:
    """What is on her answered leg goes before one that rings."""
    told = [AgentNow(agent.name, *_of_leg(leg, stays.get(leg.pk))) for leg in legs]
    order = [*Doing]
    return min(told, key=lambda one: order.index(one.doing), default=AgentNow(agent.name, Doing.NO_CALL))


def _of_leg(leg: Leg, stay: Participant | None) -> tuple[Doing, datetime | None]:
    if len(leg.agents) > 1 or leg.state == Leg.State.UNKNOWN:
        return Doing.UNSURE, None
    if leg.state == Leg.State.INITIATED:
        return Doing.RINGING, leg.started_at
    if stay is None:
        return Doing.ELSEWHERE, leg.answered_at
    if leg.phone_hold or stay.on_hold:
        return Doing.ON_HOLD, leg.phone_hold_at if leg.phone_hold else stay.on_hold_at
    return Doing.IN_CALL, stay.joined_at
