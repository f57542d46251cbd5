"""Carries a change of the directory to the calls that are live, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from conferences.addresses import spellings
from conferences.attention import Limits
from conferences.ingest import feed
from conferences.ingest.projection import recognise_again
from conferences.models import (
    Agent,
    AgentAddress,
    Conference,
    Connection,
    Device,
    Leg,
    ListeningPolicy,
    Participant,
    ProtectedNumber,
    QueueNumber,
    SystemAddress,
)

_Rows = set[tuple[object, ...]]
_LIMITS = [f"queue__{one.name}_{level}" for one in fields(Limits) for level in ("warn", "alarm")]


@contextmanager
def reaching_live_calls() -> Iterator[None]:
    """Have screens show what the directory says after the block: legs recognised again, new names, new teams.

    Only conferences of which something shown did change get a feed number. Such blocks run one after another, so no
    two of them can give one address to two owners.
    """
    with feed.writing():
        addresses, shown, agents, policies = _addresses(), _shown(), _agents(), _policies()
        callers = _callers()
        yield
        if policies != _policies():
            feed.bump_all(Conference.objects.live())
        feed.bump_agents({row[0] for row in _agents() - agents})
        feed.bump_callers(row[0] for row in callers ^ _callers())
        for conference in Conference.objects.filter(pk__in={row[0] for row in shown ^ _shown()}):
            feed.bump(conference)
        changed = {row[0] for row in addresses ^ _addresses()}
        if changed:
            recognise_again([leg for leg in Leg.objects.up().order_by() if changed & _spelled(leg)])


def _addresses() -> _Rows:
    """Every address of the directory with the kind and the key of its owner."""
    return {
        *((address, "agent", owner) for address, owner in AgentAddress.objects.values_list("address", "agent")),
        *((address, "signed in", one) for address, one in AgentAddress.objects.values_list("address", "signed_in_at")),
        *((address, "device", owner) for address, owner in Device.objects.values_list("address", "supervisor")),
        *((address, "system", name) for address, name in SystemAddress.objects.values_list("address", "name")),
        *((one, "connection", one) for one in Connection.objects.values_list("connection_id", flat=True)),
        *((number, "queue", owner) for number, owner in QueueNumber.objects.values_list("number", "queue")),
    }


def _shown() -> _Rows:
    """Every live conference with what a screen tells of its queue and of its agents."""
    live = Conference.objects.live()
    agents = Participant.objects.filter(conference__in=live, leg__agent__isnull=False)
    return {
        *live.values_list("pk", "queue", "queue__name", "queue__team", "queue__team__name", *_LIMITS),
        *agents.values_list("conference", "leg__agent__name", "leg__agent__team", "leg__agent__team__name"),
    }


def _callers() -> set[tuple[int, ...]]:
    """Every caller who is in no conference, with what a screen tells of the queue."""
    waiting = Leg.objects.up().outside().of_callers().order_by()
    return {*waiting.values_list("pk", "queue", "queue__name", "queue__team", "queue__team__name", *_LIMITS)}


def _policies() -> _Rows:
    """Every listening policy, and who is protected: what may be done in which live call follows them."""
    protected = Agent.objects.filter(is_protected=True).values_list("pk")
    numbers = ProtectedNumber.objects.values_list("number")
    return {*ListeningPolicy.objects.values_list(), *protected, *numbers}


def _agents() -> set[tuple[int, str, int, str]]:
    """Every agent with what the agents' page tells beside the legs."""
    return {*Agent.objects.values_list("pk", "name", "team", "team__name")}


def _spelled(leg: Leg) -> set[object]:
    written = (leg.from_address, leg.to_address, leg.from_sip_uri)
    return {leg.connection_id, *(one for address in written for one in spellings(address))}
