"""The people of the tests, the simulator as provider, and the ways in which a test tells a story."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections
from django.test import Client

from conferences import clock as our_clock
from conferences import provider
from conferences.ingest.webhooks.writer import Writer
from conferences.liveness import boundaries
from conferences.models import Agent, AgentAddress, Device, Queue, QueueNumber, Team
from conferences.simulator import Simulator
from tests.support.story import (
    ALL_MODES,
    ANA,
    API_KEY,
    CHEN,
    DESK,
    LUIS,
    MOBILE,
    PASSWORD,
    SALES_NUMBER,
    SUPPORT_NUMBER,
    Directory,
    Story,
    make_supervisor,
    poster,
)

pytest_plugins = [
    "tests.support.audit_trail",
    "tests.support.garbage",
    "tests.support.secret_leaks",
    "tests.support.fault_scenario",
    "tests.support.state_changes",
]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database; at the end nobody holds it any longer."""
    yield
    # Asynchronous tests share one thread for what is synchronous, and PostgreSQL drops no database that is in use.
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture
def directory(db: None) -> Directory:
    """Two teams: Support with Ana and Luis and a queue, Sales with Chen and a queue."""
    support, sales = Team.objects.create(name="Support"), Team.objects.create(name="Sales")
    queue = Queue.objects.create(name="Helpdesk", team=support)
    QueueNumber.objects.create(queue=queue, number=SUPPORT_NUMBER)
    other = Queue.objects.create(name="New business", team=sales)
    QueueNumber.objects.create(queue=other, number=SALES_NUMBER)
    agents = []
    for name, team, address in (("Ana Ruiz", support, ANA), ("Luis Ortega", support, LUIS), ("Chen Wei", sales, CHEN)):
        agents.append(Agent.objects.create(name=name, team=team))
        AgentAddress.objects.create(agent=agents[-1], address=address)
    return Directory(support, sales, queue, *agents)


@pytest.fixture
def marta(directory: Directory) -> User:
    """A supervisor of Support who may do everything, with a desk phone and a mobile."""
    user = make_supervisor("marta", "Marta Gil", [directory.support], [*ALL_MODES, "view_customer_number"])
    Device.objects.create(supervisor=user.supervisor, name="Desk phone", address=DESK)
    Device.objects.create(supervisor=user.supervisor, name="Mobile", address=MOBILE)
    return user


@pytest.fixture
def ben(directory: Directory) -> User:
    """A supervisor of Sales, another team, who may only monitor and sees numbers masked."""
    user = make_supervisor("ben", "Ben Okafor", [directory.sales], ["monitor_conference"])
    Device.objects.create(supervisor=user.supervisor, name="Headset", address="sip:ben@supervisors.example")
    return user


@pytest.fixture
def cleo(db: None) -> User:
    """An administrator, who supervises nothing."""
    return User.objects.create_superuser("cleo", password=PASSWORD, first_name="Cleo", last_name="Admin")


@pytest.fixture
def writers() -> Iterator[Callable[..., Writer]]:
    """Makes writers of webhooks, whose threads and connections end with the test."""
    made: list[Writer] = []

    def make(*how: Any) -> Writer:
        made.append(Writer(*how))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """What is counted of logins and codes, for as long as a process lives."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def nothing_known_of_clocks() -> Iterator[None]:
    yield
    our_clock.forget()


@pytest.fixture(autouse=True)
def all_was_stored() -> Iterator[None]:
    yield
    boundaries.STORING.went_well()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def simulator(settings: Any, clock: Any) -> Iterator[Simulator]:
    """The provider, in process: our client talks to its API, its webhooks reach our door when a story says so."""
    simulator = Simulator(
        post=poster(Client(enforce_csrf_checks=True)),
        api_key=API_KEY,
        connection_id=settings.TELNYX_CONNECTION_ID,
        start=datetime.now(UTC),
    )
    settings.TELNYX_PUBLIC_KEY = simulator.public_key
    settings.TELNYX_API_KEY = API_KEY
    provider.transport = simulator.client_transport
    yield simulator
    provider.transport = None


@pytest.fixture
def story(simulator: Simulator, clock: Any, db: None) -> Story:
    return Story(simulator, clock)
