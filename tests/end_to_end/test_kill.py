"""kill -9 of the server in mid-action: afterwards one leg or none, a whole audit, and a row that tells the truth."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from conferences.models import AuditEntry, Conference, Supervision
from conferences.simulator import Simulator
from conferences.simulator.world import Conference as World
from tests.support.ports import free_port
from tests.support.prepared_server import fork_server
from tests.support.serving import simulator_for
from tests.support.story import ANA, CUSTOMER, DESK, SUPPORT_NUMBER, browser

pytestmark = pytest.mark.served

RIGHT_WITHIN = 15.0
# Instants per action; KILLS=20 tries as many as one has patience for.
KILLS = int(os.environ.get("KILLS", "2"))
# Each with about the seconds in which it happens; "answered" is from the phone's being picked up to its joining.
ACTIONS = {"dial": 0.2, "answered": 0.1, "join": 0.9, "update": 0.2, "leave": 0.2}


class Center:
    """A server that can be killed and started again, its provider, and a logged-in supervisor."""

    def __init__(self, simulator: Simulator, base_url: str, user: User) -> None:
        self.simulator, self.user, self._base_url = simulator, user, base_url
        self.port = int(simulator.app.webhook_url.split(":")[2].split("/")[0])
        self._session = browser(user).cookies[settings.SESSION_COOKIE_NAME].value
        self.start()

    def start(self) -> None:
        self._server = fork_server(self.port, self.simulator, self._base_url)

    def kill(self) -> None:
        self._server.end()

    def post(self, path: str, **form: str) -> None:
        """Post as a browser would; the server may die under it."""
        url = f"http://127.0.0.1:{self.port}"
        token = uuid.uuid4().hex
        cookies = {settings.SESSION_COOKIE_NAME: self._session, settings.CSRF_COOKIE_NAME: token}
        try:
            httpx.post(
                url + path, data=form, cookies=cookies, headers={"X-CSRFToken": token, "Origin": url}, timeout=30
            )
        except httpx.TransportError:
            return

    def supervise(self, conference: Conference) -> None:
        device = self.user.supervisor.devices.first()
        form = {"role": "monitor", "my_leg": f"device:{device.pk}", "token": str(uuid.uuid4())}
        self.post(f"/conferences/{conference.pk}/supervise/", **form)


@pytest.fixture
def center(transactional_db: None, marta: User) -> Iterator[Center]:
    port = free_port()
    simulator = simulator_for(port)
    simulator.phones.set(DESK, "answers", after=0.5)
    with simulator.serve() as provider:
        center = Center(simulator, provider.base_url, marta)
        yield center
        center.kill()


def eventually(claim: Callable[[], bool], seconds: float = RIGHT_WITHIN) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"it did not come true within {seconds} s"
        time.sleep(0.1)


def begun(center: Center, action: str, conference: Conference) -> Callable[[], None]:
    """What the supervisor does while the server dies; for later actions the earlier ones are done first."""
    if action in ("dial", "join"):
        return lambda: center.supervise(conference)
    if action == "answered":
        return picking_up(center, conference)
    center.supervise(conference)
    eventually(lambda: Supervision.objects.filter(state="joined", accepted_role="monitor").exists())
    mine = Supervision.objects.latest("created_at")
    form = {"role": "barge"} if action == "update" else {}
    return lambda: center.post(f"/supervisions/{mine.pk}/{'change' if action == 'update' else 'leave'}/", **form)


def picking_up(center: Center, conference: Conference) -> Callable[[], None]:
    """The phone rings until this is called; then its being answered is on its way to the server."""
    center.simulator.phones.set(DESK, "rings_out")
    center.supervise(conference)
    eventually(lambda: Supervision.objects.filter(state="ringing").exists())
    return lambda: center.simulator.far_end_answers(center.simulator.legs_to(DESK)[-1])


def is_right(center: Center, world: World) -> bool:
    """Whether the row says what is: joined in the mode in force on one leg, or over with none."""
    up = [leg for leg in center.simulator.legs_to(DESK) if leg.state != "ended"]
    inside = [one for one in world.participants if one.leg.to == DESK and one.status == "joined"]
    mine = Supervision.objects.order_by("-created_at").first()
    if mine is None or mine.ended_at is not None:
        return not up
    told = (mine.state, mine.command, mine.accepted_role)
    return len(up) == len(inside) == 1 and told == ("joined", "", str(inside[0].role))


def is_complete() -> bool:
    """Whether every action has its outcome."""
    return not AuditEntry.objects.filter(phase="intent", outcomes=None).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_killed_server_leaves_one_leg_at_most(center: Center, action):
    world = center.simulator.conference_with([ANA], customer=CUSTOMER, queue_number=SUPPORT_NUMBER)
    eventually(lambda: Conference.objects.filter(participants__leg__agent__name="Ana Ruiz").exists())
    chance = random.Random(action)  # noqa: S311 - the same instants every time
    for _ in range(KILLS):
        deed_under_way = threading.Thread(target=begun(center, action, Conference.objects.get()))
        deed_under_way.start()
        time.sleep(chance.uniform(0, ACTIONS[action]))
        center.kill()
        deed_under_way.join()
        center.start()
        eventually(lambda: is_right(center, world) and is_complete())
        running = Supervision.objects.running().first()
        if running is not None:
            center.post(f"/supervisions/{running.pk}/leave/")
        eventually(lambda: not Supervision.objects.running().exists())
    assert world.status == "in_progress"
    assert [leg.state for leg in center.simulator.legs_to(DESK) if leg.state != "ended"] == []
