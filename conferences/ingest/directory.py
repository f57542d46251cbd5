"""What the directory says about the addresses of legs, for many legs in as few queries as for one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property

from conferences import clock
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


class Directory:
    """What the directory and our own supervisions say about some legs: each table once, when it is needed."""

    def __init__(self, legs: Iterable[Leg]) -> None:
        self._legs = list(legs)

    @cached_property
    def _addresses(self) -> set[str]:
        texts = {text for leg in self._legs for text in (leg.to_address, leg.from_address, leg.from_sip_uri)}
        return {one for text in texts for one in spellings(text)}

    @cached_property
    def _own_connections(self) -> set[str]:
        ids = {leg.connection_id for leg in self._legs} - {""}
        found = Connection.objects.filter(connection_id__in=ids).values_list("connection_id", flat=True)
        return {*found} if ids else set()

    @cached_property
    def _numbers(self) -> list[QueueNumber]:
        called = {*self._addresses, *(canonical(leg.from_address) for leg in self._legs)}
        return list(QueueNumber.objects.select_related("queue").filter(number__in=called))

    @cached_property
    def _agents_addresses(self) -> list[AgentAddress]:
        rows = AgentAddress.objects.select_related("agent").filter(address__in=self._addresses)
        return list(rows.order_by("agent__name", "pk"))

    @cached_property
    def _systems(self) -> list[SystemAddress]:
        return list(SystemAddress.objects.filter(address__in=self._addresses))

    @cached_property
    def _devices(self) -> set[str]:
        return {*Device.objects.filter(address__in=self._addresses).values_list("address", flat=True)}

    @cached_property
    def _ours(self) -> set[str]:
        ids = {leg.call_control_id for leg in self._legs} - {""}
        return {*Supervision.objects.filter(call_control_id__in=ids).values_list("call_control_id", flat=True)}

    def is_own_connection(self, connection_id: str) -> bool:
        return bool(connection_id) and connection_id in self._own_connections

    def queue(self, addresses: Collection[str]) -> Queue | None:
        return next((one.queue for one in self._numbers if one.number in addresses), None)

    def system(self, addresses: Collection[str]) -> SystemAddress | None:
        return next((one for one in self._systems if one.address in addresses), None)

    def is_device(self, addresses: Collection[str]) -> bool:
        return not self._devices.isdisjoint(addresses)

    def is_ours(self, leg: Leg) -> bool:
        return leg.call_control_id in self._ours

    def agents(self, addresses: Sequence[str], at: datetime | None) -> list[Agent]:
        """Return the agents at the surest of these addresses: the whole one before the user without a host, which
        another may have. Of several who share a phone it is whoever signed in last, or all of them.

        `at`: when the leg began, for an address that is an agent's for a while; None where that is not known.
        """
        moment = at or clock.now()
        rows = [one for one in self._agents_addresses if one.expires_at is None or moment < one.expires_at]
        each = ([one for one in rows if one.address == address] for address in addresses)
        found = next((rows for rows in each if rows), [])
        signed_in = sorted((one for one in found if one.signed_in_at), key=lambda one: str(one.signed_in_at))
        return [signed_in[-1].agent] if signed_in else [one.agent for one in found]
