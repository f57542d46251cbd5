"""The directory, as the doctor finds it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from conferences.doctor.findings import Level
from conferences.doctor.people import examine
from conferences.models import Agent, AgentAddress, Queue, QueueNumber, Supervisor

OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR


def found():
    return {one.subject: one for one in examine()}


def test_a_complete_directory_has_nothing_to_mend(marta, ben):
    subjects = ["Supervisors", "Agents", "Queues", "Region", "Addresses"]
    assert [(one.subject, one.level) for one in examine()] == [(subject, OK) for subject in subjects]
    assert found()["Supervisors"].message == "2 can supervise."


def test_without_any_supervisor_nobody_can_supervise(directory):
    finding = found()["Supervisors"]
    assert (finding.level, finding.message) == (ERROR, "Nobody can supervise a call.")


def no_team(user):
    user.supervisor.teams.clear()


def no_device(user):
    user.supervisor.devices.all().delete()


def no_permission(user):
    user.user_permissions.clear()


def no_mode(user):
    user.user_permissions.set(Permission.objects.filter(codename="view_board"))


def switched_off(user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    ("take_away", "message"),
    [
        (no_team, "has no team"),
        (no_device, "has no device"),
        (no_permission, "may not see the board"),
        (no_mode, "has no mode's permission"),
        (switched_off, "is switched off"),
    ],
)
def test_a_supervisor_who_lacks_something_is_named_with_it(marta, ben, take_away, message):
    take_away(ben)
    finding = found()["Supervisors"]
    assert (finding.level, finding.message) == (WARNING, f"Ben Okafor {message}. They cannot supervise.")


def test_when_every_supervisor_lacks_something_it_is_an_error(marta):
    no_device(marta)
    finding = found()["Supervisors"]
    assert (finding.level, finding.message) == (ERROR, "Nobody can supervise a call. Marta Gil has no device.")
    assert Supervisor.objects.count() == 1


def test_agents_without_addresses_are_named(marta):
    AgentAddress.objects.filter(agent__name="Ana Ruiz").delete()
    finding = found()["Agents"]
    told = "1 have no address, so their calls show as unknown: Ana Ruiz."
    assert (finding.level, finding.message) == (WARNING, told)


def test_queues_without_numbers_are_named(marta):
    QueueNumber.objects.all().delete()
    assert found()["Queues"].message == "2 have no number, so their calls show without a queue: Helpdesk, New business."


@pytest.mark.parametrize(("count", "message"), [(3, "A0, A1, A2."), (4, "A0, A1, A2 and others.")])
def test_of_many_only_a_few_are_named(directory, count, message):
    team = Queue.objects.first().team
    for number in range(count):
        Agent.objects.create(name=f"A{number}", team=team)
    assert found()["Agents"].message.endswith(f": {message}")
