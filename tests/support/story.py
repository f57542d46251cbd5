"""The ways in which a test tells a story: people, a browser, and a provider whose world can be asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from conferences import background
from conferences.models import Agent, Conference, Queue, Supervision, Supervisor, Team
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from conferences.simulator.world import Leg

ANA, LUIS, CHEN = "sip:ana.ruiz@agents.example", "sip:luis.ortega@agents.example", "+14155550121"
SUPPORT_NUMBER, SALES_NUMBER = "+14155550101", "+14155550102"
CUSTOMER = "+14155550171"
DESK, MOBILE = "sip:marta@supervisors.example", "+34600000091"
PASSWORD = "a long enough password"
API_KEY = "KEY0123456789ABCDEF_canary"


ALL_MODES = ["view_board", "monitor_conference", "whisper_conference", "barge_conference"]


@dataclass
class Directory:
    support: Team
    sales: Team
    queue: Queue
    ana: Agent
    luis: Agent
    chen: Agent


def make_supervisor(username: str, name: str, teams: list[Team], permissions: list[str]) -> User:
    first, last = name.split()
    user = User.objects.create_user(username, password=PASSWORD, first_name=first, last_name=last)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_board", *permissions]))
    supervisor = Supervisor.objects.create(user=user)
    supervisor.teams.set(teams)
    return user


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


class Story:
    """The provider, our tasks, and the clock that both live by."""

    def __init__(self, simulator: Simulator, traveller: Any) -> None:
        self.simulator = simulator
        self._traveller = traveller

    def now(self) -> datetime:
        return timezone.now()

    def deliver(self) -> None:
        """Deliver webhooks and do tasks until nothing is left to do."""
        look = background.due
        for _ in range(20):
            if self.simulator.pump():
                # Where nothing is due of what facts bring, to look at once again would find the same.
                look = background.due if background.run_due(background.brought) else background.by_the_clock
                continue
            background.run_due(look)
            if not self.simulator.pump():
                return
            look = background.due
        raise AssertionError("the story does not come to rest")

    def wait(self, seconds: float) -> None:
        """Let time pass for everybody; what it brings is still on its way."""
        self._traveller.shift(timedelta(seconds=seconds))
        self.simulator.advance(seconds)

    def let_our_clock_be_off(self, seconds: float) -> None:
        """Set this server's clock ahead, or behind; the provider's, and when it signs, stays as it is."""
        signs = self.simulator.state.now
        self.simulator.deliverer.signing_time = lambda: signs().timestamp()
        self._traveller.shift(timedelta(seconds=seconds))

    def pass_time(self, seconds: float = 1) -> None:
        """Let time pass for everybody, and what it brings arrive."""
        self.wait(seconds)
        self.deliver()

    def call(self, *agents: str, customer: str = CUSTOMER, queue: str = SUPPORT_NUMBER) -> tuple[World, Conference]:
        """A customer's call that these agents have taken, in the provider's world and in ours."""
        world = self.simulator.conference_with(agents or (ANA,), customer=customer, queue_number=queue)
        self.pass_time()
        return world, Conference.objects.get(conference_id=world.id)

    def supervise(
        self, user: User, conference: Conference, *, role: str = "monitor", to: tuple[str, ...] = ()
    ) -> Supervision:
        """Post the form as the user would, and let the phone be answered."""
        form = {
            "role": role,
            "targets": [self.leg(one).call_control_id for one in to],
            "my_leg": f"device:{user.supervisor.devices.first().pk}",
            "token": str(uuid.uuid4()),
        }
        response = browser(user).post(f"/conferences/{conference.pk}/supervise/", form)
        assert response.status_code == 302, response.content.decode()
        for _ in range(6):
            self.pass_time()
        return Supervision.objects.get(token=form["token"])

    def leg(self, address: str) -> Leg:
        """The newest leg at an address, in the provider's world."""
        legs = [one for one in self.simulator.state.legs.values() if address in (one.to, one.from_, one.endpoint)]
        return legs[-1]

    def hear(self, world: World, speaker: Leg) -> set[str]:
        """The call_control_ids of those who hear this leg, by the provider's own reckoning."""
        heard_by = self.simulator.heard_by(world)
        return {listener for listener, speakers in heard_by.items() if speaker.call_control_id in speakers}

    def commands(self, action: str) -> list[Any]:
        """The commands of one kind that reached the provider."""
        return [one for one in self.simulator.commands if one.path.endswith(action)]


def poster(client: Client) -> Callable[[str, bytes, dict[str, str]], int]:
    """Deliver webhooks to our door, enforcing what a browser's form would need, so that the exemption is tested too."""

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        path = "/" + url.split("/", 3)[3]
        return client.post(path, data=body, content_type="application/json", headers=headers).status_code

    return post
