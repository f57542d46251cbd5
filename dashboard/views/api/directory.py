"""The directory to the center's own systems: today's credential of an agent, and what is live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from conferences import clock
from conferences.addresses import InvalidAddress, masked, normalise, spellings
from conferences.errors import NotPossible
from conferences.ingest.systems import wrap_ups
from conferences.ingest.systems.sign_ins import register
from conferences.models import Conference, Leg, Participant
from dashboard.views.api.openapi import OPENAPI
from dashboard.views.api.tokens import Asked, agent_of, for_systems, lasting_of

LONGEST: Final = timedelta(days=7)


@for_systems('{"agent": "Ana Ruiz", "address": "gencredABC123", "expires_at": "2026-11-30T18:00:00Z"}')
def credentials(_: HttpRequest, asked: Asked) -> Asked:
    """Take today's credential of an agent: until it expires, whose legs begin there is that agent."""
    address = asked.get("address")
    if not isinstance(address, str) or not address:
        raise NotPossible("Send the address as a text.", field="address")
    row = register(agent_of(asked.get("agent")), address, _expiry(asked.get("expires_at")))
    return {"agent": row.agent.name, "address": row.address, "expires_at": row.expires_at}


@for_systems('{"agent": "Ana Ruiz", "seconds": 30}')
def wrap_up(_: HttpRequest, asked: Asked) -> Asked:
    """Take that an agent wraps a call up, for so many seconds at most; with `"end": true` that she is done."""
    agent = agent_of(asked.get("agent"))
    if asked.get("end") is True:
        wrap_ups.end(agent)
        return {"agent": agent.name, "since": None, "until": None}
    found = wrap_ups.begin(agent, lasting_of(asked.get("seconds"), wrap_ups.LONGEST))
    return {"agent": agent.name, "since": found.since, "until": found.until}


@for_systems()
def live(_: HttpRequest, asked: Asked) -> Asked:
    """Tell the calls that are live, all of them or those with this `number` or `agent`; customers' numbers are masked.

    Whoever knows a number learns whether it is in a call. That somebody listens is told to nobody here.
    """
    strange = [one for one in asked if one not in ("number", "agent")]
    if strange:
        raise NotPossible("Only number and agent may be asked for.", field=strange[0][:40])
    is_asked = _wanted(asked)
    found = [_told(one) for one in Conference.objects.live().with_people() if is_asked(one)]
    return {"at": clock.now(), "calls": found}


@for_systems()
def description(_: HttpRequest, __: Asked) -> Asked:
    """Describe these addresses as OpenAPI does."""
    return OPENAPI


def _expiry(text: object) -> datetime:
    said = f"Send expires_at with its offset, such as 2026-11-30T18:00:00Z, at most {LONGEST.days} days ahead."
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    try:
        is_near = moment is not None and moment.tzinfo is not None and moment - clock.now() <= LONGEST
    except OverflowError:
        is_near = False
    if moment is None or not is_near:
        raise NotPossible(said, field="expires_at")
    return moment


def _wanted(asked: Asked) -> Callable[[Conference], bool]:
    """What tells the calls asked for from others; what cannot be asked for is refused, with calls or without."""
    if (number := asked.get("number")) is not None:
        try:
            wanted = normalise(number)
        except InvalidAddress as error:
            raise NotPossible(str(error), field="number") from None
        return lambda call: any(wanted in spellings(one.leg.far_address) for one in call.present())
    if (agent := asked.get("agent")) is not None:
        hers = agent_of(int(agent) if agent.isascii() and agent.isdigit() and len(agent) < 19 else agent).pk
        return lambda call: any(hers == one.pk for place in call.present() for one in place.leg.agents)
    return lambda _: True


def _told(conference: Conference) -> dict[str, Any]:
    participants = conference.present()
    queue = conference.queue
    return {
        "id": str(conference.pk),
        "conference_id": conference.conference_id,
        "state": conference.state,
        "since": conference.created_at,
        "queue": queue.name if queue else None,
        "team": queue.team.name if queue else None,
        "agents": [_agent(participant) for participant in participants if participant.leg.kind == Leg.Kind.AGENT],
        "customers": [
            masked(participant.leg.far_address)
            for participant in participants
            if participant.leg.kind == Leg.Kind.CUSTOMER
        ],
    }


def _agent(participant: Participant) -> dict[str, Any]:
    return {
        "ids": [one.pk for one in participant.leg.agents],
        "name": " or ".join(one.name for one in participant.leg.agents),
        "call_control_id": participant.leg.call_control_id,
        "since": participant.joined_at,
        "on_hold": participant.on_hold,
    }
