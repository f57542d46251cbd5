"""Whose leg it is: decided by who originated it, then by the directory's answer to the address at that end.

What a stranger shows proves nothing: a number, a SIP user and an attestation can all be had by anybody. See
docs/whose-leg.md for every case.
"""

from __future__ import annotations

import enum

from django.conf import settings

from conferences.addresses import canonical, spellings
from conferences.ingest.directory import Directory
from conferences.models import Leg


class Origin(enum.Enum):
    """Who placed the call that a leg is."""

    DIALLED = "dialled"  # an application of the center's, Earshot among them: the person is whom it called
    ENDPOINT = "endpoint"  # a phone or browser of the center's own: the person is the one who called
    STRANGER = "stranger"  # anybody
    UNKNOWN = "unknown"  # call.initiated never came, and no other event tells


def origin_of(leg: Leg, directory: Directory | None = None) -> Origin:
    """Return who placed the call, from what the provider alone can tell: direction, state and connection.

    A leg that an endpoint originates is outgoing and parked; one that an application dials is outgoing and bridging
    (public captures; Telnyx docs: Park outbound calls). An incoming one is a stranger's unless its connection is in
    the directory as one that only the center's own people can use.
    """
    if leg.is_dialled_out:
        return Origin.ENDPOINT
    if leg.direction == "outgoing":
        return Origin.DIALLED
    if (directory or Directory([leg])).is_own_connection(leg.connection_id):
        return Origin.ENDPOINT
    return Origin.STRANGER if leg.direction == "incoming" else Origin.UNKNOWN


def recognise(leg: Leg, directory: Directory | None = None) -> None:
    """Set the leg's kind, agent and queue (unsaved). What cannot be proved stays unknown: it is nobody's target."""
    directory = directory or Directory([leg])
    origin = origin_of(leg, directory)
    leg.queue = directory.queue(spellings(leg.to_address)) if _may_be_incoming(leg, origin) else None
    leg.agent = leg.system = None
    if directory.is_ours(leg):
        leg.kind = Leg.Kind.SUPERVISOR
        return
    person = persons_addresses(leg, directory)
    if agents := directory.agents(person, leg.started_at):
        leg.kind, leg.agent = Leg.Kind.AGENT, agents[0]
    elif (system := directory.system(person)) is not None:
        leg.kind, leg.system = Leg.Kind.SYSTEM, system
    elif directory.is_device(person):
        leg.kind = Leg.Kind.SUPERVISOR
    elif origin is Origin.UNKNOWN:
        leg.kind = Leg.Kind.CUSTOMER if leg.queue is not None else Leg.Kind.UNKNOWN
    elif origin is Origin.ENDPOINT:
        leg.kind = Leg.Kind.UNKNOWN  # one of the center's own, at an address that the directory lacks
    else:
        leg.kind = Leg.Kind.CUSTOMER if leg.far_address or leg.queue is not None else Leg.Kind.UNKNOWN


def persons_addresses(leg: Leg, directory: Directory | None = None) -> tuple[str, ...]:
    """Return the canonical forms, surest first, of an address that is proved to be that of the person on the leg.

    None where it is only what somebody shows.
    """
    directory = directory or Directory([leg])
    origin = origin_of(leg, directory)
    if origin is Origin.DIALLED:
        return spellings(leg.to_address)
    if origin is Origin.ENDPOINT:
        return (*spellings(leg.from_sip_uri), *spellings(leg.from_address))
    if origin is Origin.UNKNOWN:
        return _called_by_us(leg, directory)
    return ()


def _called_by_us(leg: Leg, directory: Directory) -> tuple[str, ...]:
    """The called end of a leg whose direction nobody told, where a number of the center's own called it.

    A stranger who shows one would also have to keep call.initiated from us. Whoever else is looked up at the provider.
    """
    shown = canonical(leg.from_address)
    own = shown and (shown == canonical(settings.TELNYX_CALLER_ID) or directory.queue([shown]) is not None)
    return spellings(leg.to_address) if own else ()


def _may_be_incoming(leg: Leg, origin: Origin) -> bool:
    return leg.direction == "incoming" or origin is Origin.UNKNOWN


def note_sharers(leg: Leg, directory: Directory | None = None) -> None:
    """Keep who else may be on a leg, once it is recognised and saved: agents who share its phone, none signed in."""
    directory = directory or Directory([leg])
    agents = directory.agents(persons_addresses(leg, directory), leg.started_at) if leg.kind == Leg.Kind.AGENT else []
    others = {one.pk for one in agents[1:]}
    if {one.pk for one in leg.sharers.all()} != others:
        leg.sharers.set(others)


def is_ours(leg: Leg) -> bool:
    """Return whether Earshot dialled it or joined it for a supervisor."""
    return Directory([leg]).is_ours(leg)
