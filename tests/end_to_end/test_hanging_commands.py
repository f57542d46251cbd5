"""While commands hang at the provider, the voice of one who leaves or goes quieter is gone within two seconds.

In the served product, over real HTTP, and measured at the provider's door: when it hears of the command, and when
nobody hears her any more.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from conferences.models import Agent, AgentAddress, Conference, Device, Supervision
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from tests.support.ports import free_port
from tests.support.prepared_server import serving_prepared
from tests.support.serving import simulator_for
from tests.support.story import ALL_MODES, Directory, browser, make_supervisor

pytestmark = pytest.mark.served

OTHERS = 5
GONE_WITHIN = 2.0
READY_WITHIN = 25.0
HANG = {"method": "POST", "times": None, "seconds": 20.0, "works": False}


@dataclass
class Person:
    """A supervisor with a call of its own to supervise."""

    user: User
    session: str
    device: Device
    world: World

    @property
    def conference(self) -> Conference:
        return Conference.objects.get(conference_id=self.world.id)

    @property
    def mine(self) -> Supervision:
        return Supervision.objects.filter(user=self.user).latest("created_at")


class Floor:
    """A served center: six supervisors, each with a call, and a provider that may let commands hang."""

    def __init__(self, simulator: Simulator, port: int, directory: Directory) -> None:
        self.simulator, self.port = simulator, port
        self.people = [self._person(number, directory) for number in range(OTHERS + 1)]
        self.her, self.others = self.people[0], self.people[1:]

    def _person(self, number: int, directory: Directory) -> Person:
        user = make_supervisor(f"sup{number}", f"Sup {number}", [directory.support], ALL_MODES)
        agent = Agent.objects.create(name=f"Agent {number}", team=directory.support)
        address = f"sip:agent{number}@agents.example"
        AgentAddress.objects.create(agent=agent, address=address)
        phone = f"sip:sup{number}@supervisors.example"
        device = Device.objects.create(supervisor=user.supervisor, name="Phone", address=phone)
        self.simulator.phones.set(phone, "answers", after=0.2)
        world = self.simulator.conference_with([address], customer=f"+1415555017{number}", queue_number="+14155550101")
        return Person(user, browser(user).cookies[settings.SESSION_COOKIE_NAME].value, device, world)

    def post(self, person: Person, path: str, **form: str) -> None:
        url, token = f"http://127.0.0.1:{self.port}", uuid.uuid4().hex
        cookies = {settings.SESSION_COOKIE_NAME: person.session, settings.CSRF_COOKIE_NAME: token}
        headers = {"X-CSRFToken": token, "Origin": url}
        with suppress(httpx.TransportError):  # the server is stopped while commands still hang
            httpx.post(url + path, data=form, cookies=cookies, headers=headers, timeout=60)

    def supervise(self, person: Person, role: str = "barge") -> None:
        form = {"role": role, "my_leg": f"device:{person.device.pk}", "token": str(uuid.uuid4())}
        self.post(person, f"/conferences/{person.conference.pk}/supervise/", **form)

    def begin(self, person: Person, action: str, **form: str) -> None:
        """Post an action for the person's supervision, and wait for no answer."""
        path = f"/supervisions/{person.mine.pk}/{action}/"
        threading.Thread(target=self.post, args=(person, path), kwargs=form, daemon=True).start()

    def hang(self, person: Person) -> None:
        """Let commands for this person's conference hang, undone."""
        self.simulator.faults.add("hang", path=f"/conferences/{person.world.id}/actions/", **HANG)

    def is_heard(self, person: Person) -> bool:
        with self.simulator.state.lock:
            legs = {leg.call_control_id for leg in self.simulator.legs_to(person.device.address)}
            return any(legs & set(speakers) for speakers in self.simulator.heard_by(person.world).values())


def eventually(claim: Callable[[], bool], seconds: float = READY_WITHIN) -> float:
    """How long it took to come true."""
    began = time.monotonic()
    while not claim():
        assert time.monotonic() < began + seconds, f"it did not come true within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


def is_confirmed(person: Person, role: str) -> bool:
    mine = Supervision.objects.filter(user=person.user).order_by("-created_at").first()
    return mine is not None and (mine.confirmed_role, mine.confirmation) == (role, "agrees")


@pytest.fixture
def floor(transactional_db: None, directory: Directory) -> Iterator[Floor]:
    port = free_port()
    simulator = simulator_for(port)
    with serving_prepared(simulator, port):
        floor = Floor(simulator, port, directory)
        eventually(lambda: Conference.objects.filter(participants__leg__agent__isnull=False).count() >= OTHERS + 1)
        yield floor


def everybody_barges(floor: Floor, people: list[Person]) -> None:
    for person in people:
        floor.supervise(person)
    eventually(lambda: all(is_confirmed(person, "barge") for person in people))


def they_hang(floor: Floor) -> None:
    """Each of the others wants to be quieter, and no command for them is answered or carried out."""
    for person in floor.others:
        floor.hang(person)
        floor.begin(person, "change", role="monitor")
    eventually(lambda: Supervision.objects.filter(command="update").count() == OTHERS)


def voice_gone(floor: Floor, action: str, **form: str) -> float:
    """The seconds from her press of a button until nobody hears her any more."""
    assert floor.is_heard(floor.her)
    floor.begin(floor.her, action, **form)
    return eventually(lambda: not floor.is_heard(floor.her))


@pytest.mark.parametrize(("action", "form"), [("leave", {}), ("change", {"role": "monitor"})], ids=["out", "quieter"])
def test_others_hanging_commands_keep_nobody_audible(floor: Floor, action: str, form: dict[str, str]):
    everybody_barges(floor, floor.people)
    they_hang(floor)
    took = voice_gone(floor, action, **form)
    assert took < GONE_WITHIN


def test_a_healthy_join_is_confirmed_while_others_commands_hang(floor: Floor):
    everybody_barges(floor, floor.others)
    floor.supervise(floor.her)
    alone = eventually(lambda: is_confirmed(floor.her, "barge"))
    floor.begin(floor.her, "leave")
    eventually(lambda: not Supervision.objects.running().filter(user=floor.her.user).exists())
    they_hang(floor)
    floor.supervise(floor.her)
    took = eventually(lambda: is_confirmed(floor.her, "barge"))
    assert took < alone + GONE_WITHIN


OWN = [
    pytest.param("/actions/update", "POST", "leave", {}, id="change, then out"),
    pytest.param("/actions/update", "POST", "change", {"role": "monitor"}, id="change, then quieter"),
    pytest.param("/actions/leave", "POST", "leave", {}, id="leave, then out"),
    pytest.param("/participants", "GET", "leave", {}, id="question, then out"),
    pytest.param("/participants", "GET", "change", {"role": "monitor"}, id="question, then quieter"),
]


@pytest.mark.parametrize(("path", "method", "action", "form"), OWN)
def test_her_own_hanging_command_delays_nothing(
    floor: Floor, path: str, method: str, action: str, form: dict[str, str]
):
    """What hangs is the first of them; what she asks for then is sent at once."""
    everybody_barges(floor, [floor.her])
    hang = HANG | {"method": method, "times": 1 if action == "change" and method == "POST" else None}
    floor.simulator.faults.add("hang", path=f"/conferences/{floor.her.world.id}{path}", **hang)
    if path != "/actions/leave":
        agent = floor.simulator.legs_to("sip:agent0@agents.example")[-1]
        floor.begin(floor.her, "change", role="whisper", targets=agent.call_control_id)
        eventually(lambda: is_under_way(floor, path, method))
    took = voice_gone(floor, action, **form)
    assert took < GONE_WITHIN + (1.0 if path == "/actions/leave" else 0.0)


def is_under_way(floor: Floor, path: str, method: str) -> bool:
    if method == "POST":
        return floor.her.mine.command == "update"
    return floor.her.mine.accepted_role == "whisper" and floor.her.mine.busy_until is not None
