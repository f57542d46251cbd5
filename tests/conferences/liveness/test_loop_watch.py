"""An event loop that is held up is noticed, with the place that holds it up."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from conferences import metrics
from conferences.liveness.loop_watch import LoopWatch, Watched
from dashboard.server.logs.lines import Lines


def blocked() -> float:
    return float(metrics.LOOP_BLOCKED._value.get())


def hold_everything_up() -> None:
    time.sleep(2)


async def test_a_blocked_loop_is_logged_with_its_stack(caplog):
    watch, before = LoopWatch(), blocked()
    watch.begin()
    await asyncio.sleep(0.3)
    hold_everything_up()
    await asyncio.sleep(0.1)
    (stands,) = (one for one in caplog.records if "stands still" in str(one.msg))
    line = Lines("text").format(stands)
    assert ("in hold_everything_up" in line, "time.sleep(2)" in line, stands.levelno) == (True, True, logging.ERROR)
    assert blocked() - before == 1
    assert 1.5 < watch.worst() < 2.5
    assert [one for one in caplog.records if "the event loop goes on" in str(one.msg)]


async def test_a_loop_that_comes_round_is_left_alone(caplog):
    watch, before = LoopWatch(), blocked()
    watch.begin()
    watch.begin()
    await asyncio.sleep(0.6)
    assert (blocked() - before, caplog.records) == (0, [])
    assert watch.worst() < 1.0


@pytest.mark.parametrize("loops", [1, 2])
def test_what_is_served_has_its_loop_watched(loops, monkeypatch):
    watch = LoopWatch()
    monkeypatch.setattr("conferences.liveness.loop_watch.watch", watch)
    seen = []

    async def application(*_: object) -> None:
        await asyncio.sleep(0.3)
        seen.append(watch._loop is asyncio.get_running_loop() and bool(watch._late))

    for _ in range(loops):
        asyncio.run(Watched(application)({"type": "http"}, None, None))  # type: ignore[arg-type]
    assert seen == [True] * loops
