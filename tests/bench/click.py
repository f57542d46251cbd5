"""From a supervisor's press to the first command of it at the provider's door: her phone is dialled."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from conferences.models import Device, Supervisor
from tests.bench.center import row_ids
from tests.bench.figures import latency
from tests.bench.load import Door
from tests.bench.plan import Plan
from tests.bench.report import Line
from tests.bench.server import Served

SECTION = "Click to command (POST of the form to the dial's arrival at the provider)"
CLICKS = 20
BETWEEN = 0.1  # seconds: one press after the other
FOLLOWS = 10.0  # seconds within which the command has come, or never will
TOKEN = "b" * 32


def measure(plan: Plan, served: Served) -> Iterator[Line]:
    """Yield the line of this section: each press is another supervisor's, of another call."""
    worlds = served.center.live_calls(CLICKS)
    sessions = served.center.logins(CLICKS)
    devices = [_device(number, session) for number, session in enumerate(sessions)]
    rows = row_ids()
    calls = [rows[world.id].removeprefix("conference-") for world in worlds]
    asked = list(zip(sessions, devices, calls, strict=True))
    rounds = [latency(asyncio.run(_press(served, asked[first :: plan.rounds]))) for first in range(plan.rounds)]
    yield Line(SECTION, f"{len(asked) // plan.rounds} presses, monitor", rounds)


def _device(number: int, session: str) -> Device:
    user = User.objects.get(pk=Session.objects.get(session_key=session).get_decoded()["_auth_user_id"])
    supervisor = Supervisor.objects.get(user=user)
    return Device.objects.create(supervisor=supervisor, name="Desk", address=f"sip:bench{number}@supervisors.example")


async def _press(served: Served, asked: list[tuple[str, Device, str]]) -> list[float]:
    door, took = Door(served.port), []
    for session, device, call in asked:
        took.append(await _command_after(served, door, session, (device, call)))
        await asyncio.sleep(BETWEEN)
    await door.close()
    return took


async def _command_after(served: Served, door: Door, session: str, asked: tuple[Device, str]) -> float:
    """How many seconds after the press was sent the provider had the command."""
    device, call = asked
    fields = {"role": "monitor", "token": uuid.uuid4(), "my_leg": f"device:{device.pk}", "csrfmiddlewaretoken": TOKEN}
    cookies = SimpleCookie({"sessionid": session, "csrftoken": TOKEN}).output(header="", sep=";").strip()
    headers = {
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "Origin": f"http://127.0.0.1:{served.port}",
    }
    before, sent = len(served.center.simulator.commands), time.time()
    answer = asyncio.create_task(door.post(f"/conferences/{call}/supervise/", urlencode(fields).encode(), headers))
    until = time.monotonic() + FOLLOWS
    while len(served.center.simulator.commands) == before and time.monotonic() < until:
        await asyncio.sleep(0.002)
    status = await answer
    assert status == 200, f"the press was answered {status}"
    return served.center.simulator.commands[before].at.timestamp() - sent
