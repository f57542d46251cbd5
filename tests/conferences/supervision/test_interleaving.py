"""Commands for one leg go to the provider one after the other, whoever asks for them and however many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx
import pytest
from django.db import connection

from conferences import background, provider
from conferences.models import Supervision
from tests.support.recording_transport import Line
from tests.support.story import ANA, LUIS, Story, browser
from tests.support.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.scaled]

PATIENCE = 10.0
WISHES = (("barge",), ("whisper", LUIS), ("monitor",), ("whisper", ANA), ("whisper", ANA, LUIS))


class Slow(httpx.BaseTransport):
    """Passes on to the provider; a command arrives there a little later or, while the door is `shut`, not at all."""

    def __init__(self, through: httpx.BaseTransport) -> None:
        self._through = through
        self.began, self.door = threading.Event(), threading.Event()
        self.door.set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.began.set()
            time.sleep(0.02)
            assert self.door.wait(PATIENCE)
        return self._through.handle_request(request)


@pytest.fixture
def slow(story: Story) -> Slow:
    return Slow(story.simulator.client_transport)


@pytest.fixture
def line(slow: Slow) -> Iterator[Line]:
    line, before = Line(slow, time.perf_counter), provider.transport
    provider.transport = line
    yield line
    provider.transport = before


def wish(story: Story, mine: Supervision, role: str, *to: str) -> Callable[[], object]:
    """Post another mode, as one of the supervisor's open pages would."""
    form = {"role": role, "targets": [story.leg(one).call_control_id for one in to]}
    return lambda: browser(mine.user).post(f"/supervisions/{mine.pk}/change/", form)


def follow_one_another(line: Line) -> bool:
    """Whether each command began only after the one before had its answer."""
    sends = sorted(line.sends, key=lambda send: send.began)
    return all(earlier.ended <= later.began for earlier, later in pairwise(sends))


def test_wish_during_a_command_is_sent_by_its_sender(story: Story, marta, slow, line):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    line.sends.clear()
    slow.began.clear()
    slow.door.clear()
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(lambda: (wish(story, mine, "barge")(), connection.close()))
        assert slow.began.wait(PATIENCE)
        wish(story, mine, "whisper", LUIS)()
        meanwhile = list(line.sends)
        slow.door.set()
        busy.result(PATIENCE)
    sent = [one.body["supervisor_role"] for one in story.commands("/actions/update")]
    assert meanwhile == []
    assert sent == ["barge", "whisper"]
    assert follow_one_another(line) is True


def test_wishes_of_many_pages_and_tasks_never_interleave(story: Story, marta, line):
    world, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    actions = [action for each in WISHES * 3 for action in (wish(story, mine, *each), background.run_due)]
    at_once(actions, threads=4)
    mine.refresh_from_db()
    (stay,) = (one for one in world.participants if one.leg.call_control_id == mine.call_control_id)
    in_force = (mine.accepted_role, sorted(mine.accepted_targets))
    assert follow_one_another(line)
    assert (
        in_force == (mine.requested_role, sorted(mine.requested_targets)) == (str(stay.role), sorted(stay.whisper_to))
    )


def test_leaving_during_changes_of_mode_comes_after_them(story: Story, marta, line):
    _, conference = story.call(ANA, LUIS)
    mine = story.supervise(marta, conference)
    leave = f"/supervisions/{mine.pk}/leave/"
    at_once([*(wish(story, mine, *each) for each in WISHES), lambda: browser(marta).post(leave)], threads=6)
    story.pass_time()
    mine.refresh_from_db()
    actions = [one.action for one in story.simulator.commands]
    assert mine.state == "ended"
    assert follow_one_another(line) is True
    assert actions[-2:] == ["leave", "hangup"]
