"""Loads the stays of some days off the audit, in three queries however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from conferences import clock
from conferences.audit.listening import stay
from conferences.models import AuditEntry, Participant, Supervision

MOST: Final = 2000  # stays in one report, the newest of its days
_ACTIONS: Final = ("dial", "join", "update", "confirm", "leave", "hangup", "out")


@dataclass(frozen=True, slots=True)
class Listened:
    """One stay that got into its call. `modes`: seconds in each; `told`: whether agents are told; None: not kept."""

    pk: UUID
    user: int
    who: str
    call: UUID
    agents: Mapping[int, str]
    began_at: datetime
    seconds: int
    modes: Mapping[str, int]
    why: str
    told: bool | None
    ended: str

    @property
    def is_silent(self) -> bool:
        """Whether nobody in the call could hear the supervisor all the time."""
        return {*self.modes} <= {Supervision.Role.MONITOR.value}


@dataclass(frozen=True, slots=True)
class Found:
    """Stays, the first first. `is_cut`: there were more than a report takes, and these are the latest."""

    stays: list[Listened]
    is_cut: bool = False


def of_agent(stays: QuerySet[Supervision], agent: int) -> QuerySet[Supervision]:
    """Keep the stays in calls in which this agent was or, at a shared phone, may have been."""
    taken = Participant.objects.filter(Q(leg__agent=agent) | Q(leg__sharers=agent))
    return stays.filter(conference__in=taken.values("conference"))


def load(stays: QuerySet[Supervision], since: datetime, until: datetime) -> Found:
    """Return those of the stays that were asked for within these times and got in; of more than `MOST` the latest."""
    rows = stays.filter(created_at__gte=since, created_at__lt=until).order_by("-created_at")
    found = list(rows.values("pk", "user_id", "conference_id", "reason")[: MOST + 1])
    is_cut, found = len(found) > MOST, found[:MOST]
    told = AuditEntry.objects.filter(supervision__in=[one["pk"] for one in found], action__in=_ACTIONS)
    by_stay: dict[UUID | None, list[AuditEntry]] = {}
    for entry in told.select_related("detail").order_by("at", "pk"):
        by_stay.setdefault(entry.supervision_id, []).append(entry)
    read = (_read(one, by_stay[one["pk"]]) for one in reversed(found) if one["pk"] in by_stay)
    return Found([one for one in read if one.modes], is_cut)


def calls_of(agents: Iterable[int], since: datetime, until: datetime) -> dict[int, int]:
    """Return in how many calls each of these agents was that began within these times."""
    taken = Participant.objects.filter(
        leg__agent__in=[*agents], conference__first_seen_at__gte=since, conference__first_seen_at__lt=until
    )
    counted = taken.order_by().values_list("leg__agent").annotate(calls=Count("conference", distinct=True))
    return {agent: calls for agent, calls in counted if agent is not None}


def _read(row: Mapping[str, Any], entries: list[AuditEntry]) -> Listened:
    found = stay(entries, now=clock.now())
    modes: dict[str, int] = {}
    for span in found.spans:
        modes[span.role] = modes.get(span.role, 0) + span.seconds
    people = [each for one in entries for each in one.people if each.get("agent")]
    return Listened(
        pk=row["pk"],
        user=row["user_id"],
        who=found.who.actor_name,
        call=row["conference_id"],
        agents={int(each["agent"]): str(each["name"]) for each in people},
        began_at=found.began_at,
        seconds=found.seconds,
        modes=modes,
        why=row["reason"],
        told=_told(entries),
        ended=found.end_reason,
    )


def _told(entries: Iterable[AuditEntry]) -> bool | None:
    """What the last join has on record of it."""
    said = [one.changes["agents_told"][1] for one in entries if "agents_told" in one.changes]
    return bool(said[-1]) if said else None
