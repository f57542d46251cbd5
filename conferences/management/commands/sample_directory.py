"""Load the sample contact center's directory and logins, as the simulator's scenarios know them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from conferences.checks import is_this_machine
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Supervisor, SystemAddress, Team
from conferences.simulator.people import sample_people
from conferences.simulator.people.population import SAMPLE, Population, population_of

PASSWORD = "listen carefully"  # noqa: S105 - of the demo's fictitious people
MODES = ["monitor_conference", "whisper_conference", "barge_conference"]
# What each sample supervisor may do: one all of it everywhere, one only monitor another team, one may not barge.
PERMISSIONS = {
    "elena": [*MODES, "view_customer_number", "view_auditentry"],
    "samuel": MODES[:1],
    "aisha": MODES[:2],
}
ADMINISTRATOR = "admin"


class Command(BaseCommand):
    help = "Load the sample contact center's directory and logins. Safe to run again; nothing is deleted."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--agents", type=int, default=len(SAMPLE.agents), help="how many work, the sample's first among them"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not is_this_machine(settings.TELNYX_BASE_URL):
            raise CommandError(
                "This makes an administrator whose password everybody can read, for trying out with the stand-in "
                "provider alone: TELNYX_BASE_URL does not name one on this machine. Try `make demo`."
            )
        try:
            population = population_of(options["agents"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        teams = {name: Team.objects.get_or_create(name=name)[0] for name in population.teams}
        _queues(population, teams)
        _agents(population, teams)
        for system in sample_people.SYSTEMS:
            SystemAddress.objects.get_or_create(address=system.address, defaults={"name": system.name})
        for supervisor in sample_people.SUPERVISORS:
            self._supervisor(supervisor, teams, everywhere=supervisor.teams == sample_people.TEAMS)
        self._administrator()

    def _supervisor(self, role: sample_people.SupervisorRole, teams: dict[str, Team], *, everywhere: bool) -> None:
        first, last = role.name.split(" ", 1)
        user, is_new = User.objects.get_or_create(
            username=role.username, defaults={"first_name": first, "last_name": last}
        )
        if is_new:
            user.set_password(PASSWORD)
            user.save()
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_board", *PERMISSIONS[role.username]]))
        supervisor, _ = Supervisor.objects.get_or_create(user=user)
        supervisor.teams.set(teams.values() if everywhere else [teams[name] for name in role.teams])
        for device in role.devices:
            Device.objects.get_or_create(
                address=device.address, defaults={"supervisor": supervisor, "name": device.label}
            )

    def _administrator(self) -> None:
        if not User.objects.filter(username=ADMINISTRATOR).exists():
            User.objects.create_superuser(
                ADMINISTRATOR, password=PASSWORD, first_name="Nora", last_name="Administrator"
            )


def _queues(population: Population, teams: dict[str, Team]) -> None:
    for queue in population.queues:
        row, _ = Queue.objects.get_or_create(name=queue.name, defaults={"team": teams[queue.team]})
        for number in queue.numbers:
            QueueNumber.objects.get_or_create(number=number, defaults={"queue": row})


def _agents(population: Population, teams: dict[str, Team]) -> None:
    """Those who are not there yet, at once: ten thousand one by one would take minutes."""
    there = {*Agent.objects.values_list("name", flat=True)}
    new = [one for one in population.agents if one.name not in there]
    Agent.objects.bulk_create([Agent(name=one.name, team=teams[one.team]) for one in new], batch_size=500)
    people = dict(Agent.objects.values_list("name", "pk"))
    known = {*AgentAddress.objects.values_list("address", flat=True)}
    rows = [AgentAddress(address=one.address, agent_id=people[one.name]) for one in population.agents]
    AgentAddress.objects.bulk_create([one for one in rows if one.address not in known], batch_size=500)
