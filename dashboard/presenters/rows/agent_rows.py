"""What is known of agents and their live legs, read in a fixed number of queries, for whoever looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from conferences import clock
from conferences.models import Agent, AgentChange, Conference, Leg, Participant, WrapUp

UP = ~Q(state=Leg.State.ENDED)
Sharing = Leg.sharers.through


@dataclass(slots=True)
class Roster:
    """Some agents with every live leg of theirs and its place in a conference; of one in none, its call session too.

    `left_at`: when the last leg ended that was certainly theirs; `last`: they in the last of those that was answered;
    `today`: since midnight how many calls they were in that they have left, and for how long altogether; `wrapping`:
    since when they wrap a call up, where that is known.
    """

    agents: list[Agent]
    legs: dict[int, list[Leg]] = field(default_factory=dict)
    on: dict[int, list[Agent]] = field(default_factory=dict)  # who may be on a leg, by its key
    participants: dict[int, Participant] = field(default_factory=dict)  # by the leg's key
    sessions: dict[str, list[Leg]] = field(default_factory=dict)
    left_at: dict[int, datetime | None] = field(default_factory=dict)
    last: dict[int, Participant] = field(default_factory=dict)
    today: dict[int, tuple[int, timedelta]] = field(default_factory=dict)
    wrapping: dict[int, datetime] = field(default_factory=dict)


def roster(agents: QuerySet[Agent]) -> Roster:
    """Return these agents in order of team and name."""
    last = Leg.objects.filter(agent=OuterRef("pk"), state=Leg.State.ENDED, ended_at__isnull=False)
    certain = last.exclude(Exists(Sharing.objects.filter(leg=OuterRef("pk")))).order_by("-ended_at")
    named = agents.select_related("team__listening_policy").annotate(
        left_at=Subquery(certain.values("ended_at")[:1]),
        last_began=Subquery(certain.values("started_at")[:1]),
        last_leg=Subquery(certain.exclude(answered_at=None).values("pk")[:1]),
    )
    found = Roster(list(named.order_by("team__name", "name", "pk")))
    found.left_at = {one.pk: getattr(one, "left_at") for one in found.agents}  # noqa: B009 - annotated
    up = _legs_of([one.pk for one in found.agents])
    found.on = _agents_on(up)
    for leg in up:
        for agent in found.on[leg.pk]:
            found.legs.setdefault(agent.pk, []).append(leg)
    _find_calls(found, up)
    _find_past(found)
    _find_wrap_ups(found)
    return found


def _legs_of(agents: Collection[int]) -> list[Leg]:
    shared = Exists(Sharing.objects.filter(leg=OuterRef("pk"), agent__in=agents))
    legs = Leg.objects.filter(UP).filter(Q(agent__in=agents) | shared)
    return list(legs.select_related("agent").order_by("started_at", "pk"))


def _agents_on(legs: list[Leg]) -> dict[int, list[Agent]]:
    """Who may be on each of these legs, as `Leg.agents`, but asked for all of them at once."""
    found: dict[int, list[Agent]] = {leg.pk: [leg.agent] if leg.agent else [] for leg in legs}
    for one in Sharing.objects.filter(leg__in=found).select_related("agent").order_by("agent__name", "agent__pk"):
        if found[one.leg_id] and one.agent_id != found[one.leg_id][0].pk:
            found[one.leg_id].append(one.agent)
    return found


def _find_calls(found: Roster, up: list[Leg]) -> None:
    """The calls they are in; of a leg in none, those of the others of its call session."""
    found.participants = _joined(up)
    sessions = {leg.call_session_id for leg in up if leg.pk not in found.participants} - {""}
    others = list(Leg.objects.filter(UP, call_session_id__in=sessions).select_related("agent", "system", "queue"))
    for leg in others:
        found.sessions.setdefault(leg.call_session_id, []).append(leg)
    found.participants |= _joined(others)


def _joined(legs: list[Leg]) -> dict[int, Participant]:
    participants = Participant.objects.filter(leg__in=[leg.pk for leg in legs], state=Participant.State.JOINED)
    participants = participants.exclude(conference__state=Conference.State.COMPLETED)
    return {participant.leg_id: participant for participant in participants.order_by("pk")}


def _find_past(found: Roster) -> None:
    """What is over: the last call of each, and what today's come to."""
    ended = {getattr(one, "last_leg"): one.pk for one in found.agents}  # noqa: B009 - annotated
    participants = Participant.objects.filter(leg__in=[leg for leg in ended if leg], left_at__isnull=False)
    for participant in participants.select_related("conference__queue").order_by("left_at"):
        found.last[ended[participant.leg_id]] = participant
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    left = Participant.objects.filter(leg__agent__in=[one.pk for one in found.agents], left_at__gte=midnight)
    left = left.exclude(Exists(Sharing.objects.filter(leg=OuterRef("leg"))))
    lasted = ExpressionWrapper(F("left_at") - Greatest(F("joined_at"), midnight), output_field=DurationField())
    sums = left.order_by().values("leg__agent").annotate(calls=Count("conference", distinct=True), lasted=Sum(lasted))
    found.today = {one["leg__agent"]: (one["calls"], one["lasted"] or timedelta(0)) for one in sums}


def _find_wrap_ups(found: Roster) -> None:
    """Who wraps up, unless a call has come since that was told."""
    told = WrapUp.objects.filter(agent__in=[one.pk for one in found.agents], until__gt=clock.now())
    since = dict(told.values_list("agent", "since"))
    for agent in found.agents:
        began: datetime | None = getattr(agent, "last_began")  # noqa: B009 - annotated
        if agent.pk in since and (began is None or began <= since[agent.pk]):
            found.wrapping[agent.pk] = max(since[agent.pk], found.left_at.get(agent.pk) or since[agent.pk])


def changed_since(number: int) -> dict[int, int]:
    """Return the agents on whose rows something new shows since that feed number, each with the number of that."""
    participants = Participant.objects.filter(conference__feed__gt=number)
    sessions = dict(
        participants.exclude(leg__call_session_id="").values_list("leg__call_session_id", "conference__feed")
    )
    ringing = Leg.objects.filter(UP, agent__isnull=False, call_session_id__in=sessions)
    news = [
        *AgentChange.objects.filter(feed__gt=number).values_list("agent", "feed"),
        *participants.filter(leg__agent__isnull=False).values_list("leg__agent", "conference__feed"),
        *participants.filter(leg__sharers__isnull=False).values_list("leg__sharers", "conference__feed"),
        *((agent, sessions[one]) for agent, one in ringing.values_list("agent", "call_session_id")),
    ]
    feeds: dict[int, int] = {}
    for agent, feed in news:
        feeds[agent] = max(feed, feeds.get(agent, 0))
    return feeds
