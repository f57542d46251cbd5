"""Whose leg it is: decided by who originated it, then by the directory's answer to the address at that end.

What a stranger shows proves nothing: a number, a SIP user and an attestation can all be had by anybody. See
docs/whose-leg.md for every case.
"""

from __future__ import annotations

import enum

from django.conf import settings

from conferences.addresses import canonical, spellings
from conferences.models import (
    Agent,
    AgentAddress,
    Connection,
    Device,
    Leg,
    Queue,
    QueueNumber,
    Supervision,
    SystemAddress,
)


class Origin(enum.Enum):
    """Who placed the call that a leg is."""

    DIALLED = "dialled"  # an application of the center's, Earshot among them: the person is whom it called
    ENDPOINT = "endpoint"  # a phone or browser of the center's own: the person is the one who called
    STRANGER = "stranger"  # anybody
    UNKNOWN = "unknown"  # call.initiated never came, and no other event tells


def origin_of(leg: Leg) -> Origin:
    """Return who placed the call, from what the provider alone can tell: direction, state and connection.

    A leg that an endpoint originates is outgoing and parked; one that an application dials is outgoing and bridging
    (public captures; Telnyx docs: Park outbound calls). An incoming one is a stranger's unless its connection is in
    the directory as one that only the center's own people can use.
    """
    if leg.is_dialled_out:
        return Origin.ENDPOINT
    if leg.direction == "outgoing":
        return Origin.DIALLED
    if leg.connection_id and Connection.objects.filter(connection_id=leg.connection_id).exists():
        return Origin.ENDPOINT
    return Origin.STRANGER if leg.direction == "incoming" else Origin.UNKNOWN


def recognise(leg: Leg) -> None:
    """Set the leg's kind, agent and queue (unsaved). What cannot be proved stays unknown: it is nobody's target."""
    origin = origin_of(leg)
    leg.queue = _queue(leg) if _may_be_incoming(leg, origin) else None
    leg.agent = leg.system = None
    if is_ours(leg):
        leg.kind = Leg.Kind.SUPERVISOR
        return
    person = persons_addresses(leg)
    if agents := _agents(person):
        leg.kind, leg.agent = Leg.Kind.AGENT, agents[0]
    elif (system := SystemAddress.objects.filter(address__in=person).first()) is not None:
        leg.kind, leg.system = Leg.Kind.SYSTEM, system
    elif person and Device.objects.filter(address__in=person).exists():
        leg.kind = Leg.Kind.SUPERVISOR
    elif origin is Origin.UNKNOWN:
        leg.kind = Leg.Kind.CUSTOMER if leg.queue is not None else Leg.Kind.UNKNOWN
    elif origin is Origin.ENDPOINT:
        leg.kind = Leg.Kind.UNKNOWN  # one of the center's own, at an address that the directory lacks
    else:
        leg.kind = Leg.Kind.CUSTOMER if leg.far_address or leg.queue is not None else Leg.Kind.UNKNOWN


def persons_addresses(leg: Leg) -> tuple[str, ...]:
    """Return the canonical forms, surest first, of an address that is proved to be that of the person on the leg.

    None where it is only what somebody shows.
    """
    origin = origin_of(leg)
    if origin is Origin.DIALLED:
        return spellings(leg.to_address)
    if origin is Origin.ENDPOINT:
        return (*spellings(leg.from_sip_uri), *spellings(leg.from_address))
    if origin is Origin.UNKNOWN:
        return _called_by_us(leg)
    return ()


def _called_by_us(leg: Leg) -> tuple[str, ...]:
    """The called end of a leg whose direction nobody told, where a number of the center's own called it.

    A stranger who shows one would also have to keep call.initiated from us. Whoever else is looked up at the provider.
    """
    shown = canonical(leg.from_address)
    own = shown and (shown == canonical(settings.TELNYX_CALLER_ID) or QueueNumber.objects.filter(number=shown).exists())
    return spellings(leg.to_address) if own else ()


def _may_be_incoming(leg: Leg, origin: Origin) -> bool:
    return leg.direction == "incoming" or origin is Origin.UNKNOWN


def _queue(leg: Leg) -> Queue | None:
    number = QueueNumber.objects.select_related("queue").filter(number__in=spellings(leg.to_address)).first()
    return number.queue if number else None


def note_sharers(leg: Leg) -> None:
    """Keep who else may be on a leg, once it is recognised and saved: agents who share its phone, none signed in."""
    agents = _agents(persons_addresses(leg)) if leg.kind == Leg.Kind.AGENT else []
    others = {one.pk for one in agents[1:]}
    if {*leg.sharers.values_list("pk", flat=True)} != others:
        leg.sharers.set(others)


def _agents(addresses: tuple[str, ...]) -> list[Agent]:
    """The agents at the surest of these addresses: the whole one before the user without a host, which another may
    have. Of several who share a phone it is whoever signed in last, or all of them.
    """
    rows = AgentAddress.objects.select_related("agent").filter(address__in=addresses).order_by("agent__name", "pk")
    at = {address: [one for one in rows if one.address == address] for address in addresses}
    found = next((at[one] for one in addresses if at[one]), [])
    signed_in = sorted((one for one in found if one.signed_in_at), key=lambda one: str(one.signed_in_at))
    return [signed_in[-1].agent] if signed_in else [one.agent for one in found]


def is_ours(leg: Leg) -> bool:
    """Return whether Earshot dialled it or joined it for a supervisor."""
    return bool(leg.call_control_id) and Supervision.objects.filter(call_control_id=leg.call_control_id).exists()
