"""The directory as it stands, in memory: a file of any length is compared with it in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import Group, User

from conferences.addresses import spellings
from conferences.admin.loading.steps import Kind, Step
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Supervisor, Team, full_name

# With whose addresses a line's may not be the same; a supervisor's or a queue's own are told apart by their owner.
_NOT_SHARED: Final = {
    Kind.QUEUE: (Kind.AGENT, Kind.SUPERVISOR, Kind.QUEUE),
    Kind.AGENT: (Kind.QUEUE,),
    Kind.SUPERVISOR: (Kind.SUPERVISOR, Kind.QUEUE),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an address once all lines are applied."""

    kind: Kind
    owner: Hashable
    label: str
    address: str


class Holders:
    """All addresses by what they may be looked up under."""

    def __init__(self) -> None:
        self._at: dict[str, list[Holder]] = defaultdict(list)
        self._user: dict[str, list[Holder]] = defaultdict(list)

    def add(self, holder: Holder) -> None:
        """Note that this owner has this address."""
        self._at[holder.address].append(holder)
        if holder.address.startswith("sip:") and "@" in holder.address:
            self._user[holder.address.partition("@")[0]].append(holder)

    def against(self, kind: Kind, owner: Hashable, address: str) -> Iterator[Holder]:
        """Yield whoever else has that phone and may not share it: a SIP user without a host is that user at every."""
        written = spellings(address) if address.startswith("sip:") else (address,)
        found = [holder for one in written for holder in self._at.get(one, ())]
        found += self._user.get(address, ()) if "@" not in address else ()
        return (one for one in found if one.kind in _NOT_SHARED[kind] and one.owner != owner)


def _agents() -> dict[str, list[Agent]]:
    return _by("name", Agent.objects.select_related("team").order_by("pk"))


def _users() -> dict[str, User]:
    """Users by name; those who supervise with what belongs to that."""
    rows = User.objects.select_related("supervisor").prefetch_related("groups", "supervisor__teams")
    return {one.username: one for one in rows}


def _by(name: str, rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.supervisor.user_id if name == "user_pk" else getattr(row, name)].append(row)
    return found


@dataclass(slots=True)
class Known:
    """Every row of the directory by what a line names it."""

    teams: dict[str, Team] = field(default_factory=lambda: {one.name: one for one in Team.objects.all()})
    groups: dict[str, Group] = field(default_factory=lambda: {one.name: one for one in Group.objects.all()})
    queues: dict[str, Queue] = field(
        default_factory=lambda: {one.name: one for one in Queue.objects.select_related("team")}
    )
    agents: dict[str, list[Agent]] = field(default_factory=_agents)
    users: dict[str, User] = field(default_factory=_users)
    numbers: dict[int, list[Any]] = field(default_factory=lambda: _by("queue_id", QueueNumber.objects.all()))
    addresses: dict[int, list[Any]] = field(
        default_factory=lambda: _by("agent_id", AgentAddress.objects.filter(expires_at=None))
    )
    devices: dict[int, list[Any]] = field(
        default_factory=lambda: _by("user_pk", Device.everything.select_related("supervisor"))
    )

    def phones_of(self, kind: Kind, row: Any) -> list[Any]:
        """Return the addresses that a queue, an agent or a user has; none for a new one and for a team."""
        at = {Kind.QUEUE: self.numbers, Kind.AGENT: self.addresses, Kind.SUPERVISOR: self.devices}.get(kind, {})
        return at.get(row.pk, []) if row is not None else []

    def holders(self, steps: Iterable[Step]) -> Holders:
        """Return who has which address once these lines are applied."""
        found = Holders()
        said = {step.owner: step for step in steps if step.phones is not None}
        for holder in self._now():
            if holder.owner not in said:
                found.add(holder)
        for owner, step in said.items():
            for phone in step.phones or ():
                found.add(
                    Holder(
                        step.kind or Kind.TEAM,
                        owner,
                        f"{step.name or step.username} (line {step.number})",
                        phone.address,
                    )
                )
        return found

    def _now(self) -> Iterator[Holder]:
        for queue in self.queues.values():
            for number in self.numbers.get(queue.pk, ()):
                yield Holder(Kind.QUEUE, (Kind.QUEUE, queue.pk), str(queue), number.number)
        for agent in (one for same in self.agents.values() for one in same):
            for row in self.addresses.get(agent.pk, ()):
                yield Holder(Kind.AGENT, (Kind.AGENT, agent.pk), str(agent), row.address)
        for user in self.users.values():
            for row in self.devices.get(user.pk, ()):
                yield Holder(Kind.SUPERVISOR, (Kind.SUPERVISOR, user.pk), full_name(user), row.address)


def supervisor_of(user: User | None) -> Supervisor | None:
    """Return a user's entry as a supervisor, None for who has none."""
    return getattr(user, "supervisor", None) if user is not None else None
