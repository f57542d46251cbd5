"""`reconcile`: goes on whatever fails, stops when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from conferences.models import Conference, Leg
from tests.support.story import ANA, CHEN, LUIS, Story
from tests.support.world_diff import counting, legs_up, ours, theirs, unheard

pytestmark = [pytest.mark.served, pytest.mark.scaled]

ROOT = Path(__file__).parents[3]


def once() -> None:
    call_command("reconcile", "--once")


@pytest.fixture
def missed(story: Story, directory: Any) -> list[Any]:
    """Two calls of which a part was told, and then nothing for a minute."""
    worlds = [story.call(ANA)[0], story.call(LUIS)[0]]
    with unheard(story.simulator):
        for world in worlds:
            story.simulator.join(world, story.simulator.dial(CHEN))
        story.wait(61)
    return worlds


def states(worlds: list[Any]) -> list[bool]:
    return [ours(world.id) == theirs(world) for world in worlds]


def test_once_does_all_that_is_due(story, missed):
    with unheard(story.simulator):
        untold = story.simulator.conference_with([CHEN], customer="+14155550177")
        gone = story.simulator.legs_to(CHEN)[0]
        story.simulator.far_end_hangs_up(gone)
        story.wait(10)
    once()
    assert states([*missed, untold]) == [True, True, True]
    story.wait(70)
    once()
    assert gone.call_control_id not in legs_up()


def test_what_is_not_due_is_not_asked_for(story, missed):
    once()
    with counting(story.simulator) as paths:
        once()
    # Nothing has come for a minute; the conferences are listed in each region and in none.
    assert paths == ["/webhook_deliveries", "/call_events", *["/conferences"] * 5]


@pytest.mark.parametrize("kind", ["unavailable", "invalid_json", "drop"])
def test_a_provider_that_is_away_is_asked_again_later(story, missed, caplog, kind):
    story.simulator.faults.add(kind, method="GET", times=None)
    with counting(story.simulator) as paths:
        once()
    assert len({path for path in paths if path.startswith("/conferences/")}) == 1  # nor are the others asked for then
    assert (states(missed), Conference.objects.live().count()) == ([False, False], 2)
    said = [one.getMessage() for one in caplog.records if one.name == "conferences.management.commands.reconcile"]
    assert {one.split(": ")[0] for one in said} == {"The provider could not be read"}
    story.simulator.faults.clear()
    story.wait(61)
    once()
    assert states(missed) == [True, True]


def test_a_conference_that_is_refused_holds_up_no_other(story, missed):
    story.simulator.faults.add("unauthorized", method="GET", path=f"/conferences/{missed[0].id}", times=None)
    once()
    assert states(missed) == [False, True]


def test_an_unreadable_conference_comes_last_next_time(story, missed):
    story.simulator.faults.add("unavailable", method="GET", path=f"/conferences/{missed[0].id}", times=None)
    once()
    once()
    assert states(missed) == [False, True]


def test_a_database_that_is_away_is_waited_for(story, missed, caplog):
    def away(*_: Any) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        once()
    said = [one.getMessage() for one in caplog.records if one.name == "conferences.management.commands.reconcile"]
    assert said == ["The database could not be used; trying again"]
    once()
    assert states(missed) == [True, True]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_goes_on_until_it_is_told_to_stop(transactional_db, simulator, how):
    with unheard(simulator):
        simulator.conference_with([ANA])
    with simulator.serve() as server:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "reconcile"],
            cwd=ROOT,
            env=environment(server.base_url),
            stderr=subprocess.PIPE,
        )
        try:
            wait_until(
                lambda: Conference.objects.exclude(polled_at=None).exists() and Leg.objects.count() == 2, process
            )
            process.send_signal(how)
            _, errors = process.communicate(timeout=10)
        finally:
            process.kill()
            process.communicate()
    assert (process.returncode, b"Traceback" in errors) == (0, False)


def environment(url: str) -> dict[str, str]:
    database = connection.settings_dict
    address = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": address,
        "TELNYX_BASE_URL": url,
        "TELNYX_API_KEY": "KEY0123456789ABCDEF_canary",
        "PYTHONWARNINGS": "ignore",
    }


def wait_until(come: Any, process: Any) -> None:
    """For twenty seconds at most, and no longer than the process lives."""
    until = time.monotonic() + 20
    while not come():
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < until, "it has not read anything back"
        time.sleep(0.05)
