"""The directory as a file in the shape that is read: loaded again, it changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from conferences.addresses import InvalidAddress, normalise, readable
from conferences.admin.loading.steps import Kind
from conferences.admin.loading.table import join, write
from conferences.models import Agent, Queue, Supervisor, Team


def export(kinds: Iterable[Kind] = Kind) -> str:
    """Return the directory as the text of a CSV file: teams, queues, agents and supervisors, or some of these."""
    return write(row for kind in kinds for row in _ROWS[kind]())


def _teams() -> Iterator[list[str]]:
    return ([Kind.TEAM, one.name, "", "", "", ""] for one in Team.objects.all())


def _queues() -> Iterator[list[str]]:
    for one in Queue.objects.select_related("team").prefetch_related("numbers"):
        yield [Kind.QUEUE, one.name, join([one.team.name]), join(map(_number, one.numbers.all())), "", ""]


def _agents() -> Iterator[list[str]]:
    for one in Agent.objects.select_related("team").prefetch_related("addresses").order_by("name", "pk"):
        yield [Kind.AGENT, one.name, join([one.team.name]), _for_good(one), "", ""]


def _supervisors() -> Iterator[list[str]]:
    rows = Supervisor.objects.select_related("user").prefetch_related("teams", "devices", "user__groups")
    for one in rows:
        teams = join(team.name for team in one.teams.all())
        devices = join(_device(device) for device in one.devices.all())
        groups = join(group.name for group in one.user.groups.all())
        yield [Kind.SUPERVISOR, one.user.get_full_name(), teams, devices, one.user.username, groups]


_ROWS = {Kind.TEAM: _teams, Kind.QUEUE: _queues, Kind.AGENT: _agents, Kind.SUPERVISOR: _supervisors}


def _for_good(agent: Agent) -> str:
    """Without what a system has registered for a while."""
    return join(_address(row) for row in agent.addresses.all() if row.expires_at is None)


def _number(row: Any) -> str:
    return readable(row.number)


def _address(row: Any) -> str:
    """As it was written, for a SIP user's capitals; a number in the spelling that every country reads alike."""
    if row.address.startswith("+"):
        return readable(row.address)
    return row.written if _reads_as(row.written, row.address) else str(row.address)


def _device(row: Any) -> str:
    return f"{row.name} = {_address(row)}"


def _reads_as(text: str, address: str) -> bool:
    try:
        return normalise(text) == address
    except InvalidAddress:
        return False
