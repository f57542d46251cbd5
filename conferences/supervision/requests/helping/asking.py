"""An agent asks for help: by the center's system, by keys on her phone, or by a SIP header of her leg."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from conferences import signals
from conferences.errors import NotPossible
from conferences.models import Agent, Conference, HelpRequest, Leg, Participant
from conferences.supervision.requests.helping import rows

Way = HelpRequest.Way


def ask(
    agent: Agent, *, leg: Leg | None = None, way: str = Way.API, reason: str = "", ip: str | None = None
) -> HelpRequest:
    """Ask for help for this agent in the call she is in; what is open already stands, and is returned.

    `leg`: hers, where it is known by which she asked. Raises NotPossible, with the sentence to show, for one who is in
    no live call.
    """
    participant = _participant(agent, leg)
    if participant is None:
        raise NotPossible(_("{agent} is in no live call now.").format(agent=agent), field="agent")
    wish = HelpRequest(
        conference=participant.conference, leg=participant.leg, agent=agent, way=way, reason=reason[:200]
    )
    asked = rows.create(wish)
    if asked is wish:
        said = f"{agent} asks for help, by {asked.get_way_display()}. {asked.reason}".strip()
        rows.record(asked, "help", said, ip=ip)
        signals.work_arrived.send(sender=None)
    return asked


def withdraw(agent: Agent, *, ip: str | None = None) -> int:
    """Take back what this agent has asked for; return how many requests that ended. Who listens goes on listening."""
    mine = HelpRequest.objects.open().loaded().select_related("conference").filter(agent=agent)
    return sum(rows.end(one, HelpRequest.End.WITHDRAWN, ip=ip) for one in mine)


def asked_by_phone(code: str) -> list[Leg]:
    """Return agents' legs in live calls on which help was asked for since it was last seen to: by header or by `code`.

    `code`: the * and # to press one after another; empty: none counts.
    """
    asking = _in_live_calls().filter(leg__kind=Leg.Kind.AGENT, leg__agent__isnull=False)
    asking = asking.exclude(leg__signs="", leg__help_header_at=None)
    if not asking.exists():  # as nearly always
        return []
    legs = [one.leg for one in asking.select_related("leg__agent")]
    return [leg for leg in legs if (at := _asked_at(leg, code)) and not _is_seen_to(leg, at)]


def ask_by_phone(leg: Leg, code: str) -> None:
    """Ask for help for whoever is on this leg, which may have left meanwhile."""
    if leg.agent is not None and _participant(leg.agent, leg) is not None:
        ask(leg.agent, leg=leg, way=Way.KEYS if _by_keys(leg, code) else Way.HEADER)


def _in_live_calls() -> QuerySet[Participant]:
    return Participant.objects.filter(state=Participant.State.JOINED, conference__in=Conference.objects.live())


def _participant(agent: Agent, leg: Leg | None) -> Participant | None:
    """The latest stay of this agent's in a live call, or that of this leg."""
    hers = Q(leg=leg) if leg is not None else Q(leg__agent=agent) | Q(leg__sharers=agent)
    return _in_live_calls().filter(hers).select_related("leg", "conference").order_by("-joined_at", "-pk").first()


def _by_keys(leg: Leg, code: str) -> datetime | None:
    return leg.signs_at if code and leg.signs.endswith(code) else None


def _asked_at(leg: Leg, code: str) -> datetime | None:
    return max((at for at in (_by_keys(leg, code), leg.help_header_at) if at is not None), default=None)


def _is_seen_to(leg: Leg, at: datetime) -> bool:
    """Whether a request is open, or the one that this asking belongs to is over."""
    since = Q(ended_at=None) | Q(ended_at__gte=at) | Q(asked_at__gte=at)
    return HelpRequest.objects.filter(since, leg=leg).exists()
