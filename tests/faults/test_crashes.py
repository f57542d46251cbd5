"""kill -9 of the server while webhooks come in: nothing acknowledged is lost, nothing counts twice, pages catch up."""

from __future__ import annotations

import os
import random
import time

import pytest

from conferences.models import Fact
from tests.support.installation import (
    Installation,
    differences,
    eventually,
    is_whole,
    legs_shown,
    live_legs,
)
from tests.support.rush import Rush
from tests.support.story import ANA, CUSTOMER, SUPPORT_NUMBER

# Each is a kill -9 at another instant under load; `make test-faults` tries two hundred.
CRASHES = int(os.environ.get("CRASHES", "10"))
PAGES_ARE_RIGHT_WITHIN = 5.0


def stored() -> int:
    return Fact.objects.filter(source=Fact.Source.WEBHOOK).count()


def dies(installation: Installation, at: str) -> None:
    """A call comes in, and the server dies of it at that point."""
    server = installation.start("tests.support.dying_server", DIES_AT=at)
    page = installation.page()
    page.listen()
    installation.simulator.conference_with([ANA], customer=CUSTOMER, queue_number=SUPPORT_NUMBER)
    assert server.wait(timeout=20) == -9
    page.close()


def is_survived(installation: Installation) -> bool:
    return is_whole(installation) and differences() == []


def test_died_before_commit_it_has_acknowledged_nothing(installation: Installation):
    dies(installation, "before commit")
    assert (stored(), installation.acknowledged()) == (0, set())
    installation.start()
    eventually(lambda: is_survived(installation))


def test_died_before_answering_it_stores_nothing_twice(installation: Installation):
    dies(installation, "after commit")
    assert stored() > 0
    assert installation.acknowledged() == set()
    installation.start()
    eventually(lambda: is_survived(installation))


def test_died_after_answering_it_has_kept_everything(installation: Installation):
    dies(installation, "after answer")
    eventually(lambda: installation.acknowledged() != set())
    kept = set(Fact.objects.values_list("event_id", flat=True))
    assert installation.acknowledged() <= kept
    assert differences() == []  # stored is projected: there is nothing between the two to be caught up with
    installation.start()
    eventually(lambda: is_survived(installation))


def test_died_before_pushing_its_pages_catch_up(installation: Installation):
    installation.start()
    page = installation.page()
    page.listen()
    installation.kill()
    dies(installation, "before push")
    assert page.rows == {}
    installation.start()
    eventually(lambda: is_survived(installation))
    until = time.monotonic() + PAGES_ARE_RIGHT_WITHIN
    while legs_shown(page.rows) != live_legs(installation) and time.monotonic() < until:
        page.listen(0.2)
    assert legs_shown(page.rows) == live_legs(installation)
    page.close()


@pytest.mark.parametrize("seed", [20261122])
def test_killed_at_any_instant_it_loses_nothing(installation: Installation, seed):
    chance = random.Random(seed)  # noqa: S311 - the same instants every time
    rush, page = Rush(installation, chance), installation.page()
    for number in range(CRASHES):
        installation.start()
        page.listen(0.3)
        rush.go_on(chance.uniform(0.2, 2.0))
        installation.kill()
        kept = set(Fact.objects.values_list("event_id", flat=True))
        assert installation.acknowledged() <= kept, f"crash {number} lost what was acknowledged"
        installation.start()
        eventually(lambda: is_whole(installation), 60)
        assert differences() == [], f"crash {number}"
        until = time.monotonic() + PAGES_ARE_RIGHT_WITHIN
        while not is_right(page, installation) and time.monotonic() < until:
            page.listen(0.2)
        assert legs_shown(page.rows) == legs_shown(installation.board()) == live_legs(installation), f"crash {number}"
        installation.kill()
    page.close()


def is_right(page, installation: Installation) -> bool:
    return legs_shown(page.rows) == live_legs(installation)
