"""The webhook's door, with a key, at ten in the morning; and a call of which no webhook tells any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.support.events import MORNING, Door
from tests.support.story import ANA, LUIS, Story
from tests.support.world_diff import read, unheard


@pytest.fixture
def door(settings: Any, db: None) -> Iterator[Door]:
    """The door at ten in the morning sharp."""
    door = Door()
    settings.TELNYX_PUBLIC_KEY = door.key.public_key
    with time_machine.travel(MORNING, tick=False):
        yield door


@pytest.fixture
def called(story: Story, directory: Any) -> Any:
    """A call that has been going on for a while: nothing of it is new."""
    world, conference = story.call(ANA, LUIS)
    story.pass_time(10)
    read(conference)
    story.wait(10)
    return world, conference


@pytest.fixture
def happen(story: Story) -> Any:
    """Do something that no webhook tells, and let a while pass."""

    def happen(action: Any, *arguments: Any, **options: Any) -> Any:
        with unheard(story.simulator):
            done = action(*arguments, **options)
            story.wait(10)
        return done

    return happen
