"""The directory: whether somebody can supervise, and whether calls can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from django.conf import settings

from conferences.addresses import default_region, readable, spellings
from conferences.doctor.findings import Finding, error, ok, warning
from conferences.models import Agent, AgentAddress, Conference, Device, Queue, Supervisor
from conferences.policy import roles_of

NAMED = 3


def examine() -> Iterator[Finding]:
    """Yield what keeps supervisors from supervising, and callers, agents and queues from being recognised."""
    yield _supervisors()
    agents, queues = Agent.objects.filter(addresses=None), Queue.objects.filter(numbers=None)
    yield _none("Agents", Agent.objects.exists()) or _lacking(
        "Agents", "have no address, so their calls show as unknown", map(str, agents)
    )
    yield _none("Queues", Queue.objects.exists()) or _lacking(
        "Queues", "have no number, so their calls show without a queue", map(str, queues)
    )
    if count := Conference.objects.live().unassigned().count():
        yield _unassigned(count)
    yield _region()
    yield _alike()


def _none(subject: str, is_there: bool) -> Finding | None:
    if is_there:
        return None
    fix = "Enter them in the admin; until then no call belongs to a team."
    return warning(subject, f"There are no {subject.lower()} in the directory.", fix, "loading")


def _unassigned(count: int) -> Finding:
    what = "1 live call belongs" if count == 1 else f"{count} live calls belong"
    fix = "On the board, under unassigned, see whose numbers they show, and enter those in the directory."
    return warning("Unassigned", f"{what} to no team, so no supervisor sees them.", fix, "unknown")


def _region() -> Finding:
    region = default_region()
    why = "DEFAULT_REGION" if settings.DEFAULT_REGION else "the country of TELNYX_CALLER_ID, as DEFAULT_REGION is empty"
    return ok("Region", f"Numbers without country code are read as in {region} ({why}).")


def _alike() -> Finding:
    """Addresses of different owners under which one and the same leg may be looked up."""
    subject = "Addresses"
    found = [
        f"{readable(one)} ({owner}) and {readable(other)} ({whose})"
        for (one, owner), (other, whose) in combinations(_addresses(), 2)
        if owner != whose and one != other and (one in spellings(other) or other in spellings(one))
    ]
    if found:
        fix = "Write each with its host (sip:1001@pbx.example.com), and each number with + and country code."
        return warning(subject, f"{len(found)} cannot be told apart: {_names(found)}.", fix, "agents")
    return ok(subject, "All can be told apart.")


def _addresses() -> list[tuple[str, str]]:
    return [
        *((one.address, f"agent {one.agent}") for one in AgentAddress.objects.select_related("agent")),
        *((one.address, f"supervisor {one.supervisor}") for one in Device.objects.select_related("supervisor__user")),
    ]


def _supervisors() -> Finding:
    subject = "Supervisors"
    everyone = list(Supervisor.objects.select_related("user").prefetch_related("teams", "queues", "devices"))
    lacks = {str(one): lack for one in everyone if (lack := _lack(one))}
    if len(lacks) == len(everyone):
        message = "Nobody can supervise a call."
        fix = "In the admin, give a user a supervisor's entry with a team and a device, and a mode's permission."
        return error(subject, f"{message} {_list(lacks)}" if lacks else message, fix, "supervisors")
    if lacks:
        return warning(
            subject, f"{_list(lacks)} They cannot supervise.", "Complete their entries in the admin.", "supervisors"
        )
    return ok(subject, f"{len(everyone)} can supervise.")


def _lack(supervisor: Supervisor) -> str:
    if not supervisor.user.is_active:
        return "is switched off"
    if not supervisor.teams.all() and not supervisor.queues.all():
        return "has no team"
    if not supervisor.user.has_perm("conferences.view_board"):
        return "may not see the board"
    if not supervisor.devices.all():
        return "has no device"
    return "" if roles_of(supervisor.user) else "has no mode's permission"


def _list(lacks: dict[str, str]) -> str:
    return f"{_names(f'{name} {lack}' for name, lack in lacks.items())}."


def _lacking(subject: str, lack: str, found: Iterable[str]) -> Finding:
    if names := list(found):
        fix = f"Add them in the admin, under {subject}."
        return warning(subject, f"{len(names)} {lack}: {_names(names)}.", fix, f"{subject.lower()} lacking")
    return ok(subject, "All can be recognised.")


def _names(names: Iterable[str]) -> str:
    """A few of them; whoever mends those sees the rest."""
    first, *rest = [*names][: NAMED + 1]
    shown = ", ".join([first, *rest][:NAMED])
    return f"{shown} and others" if len(rest) >= NAMED else shown
