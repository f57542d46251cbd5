"""The webhook's door, with a key, at ten in the morning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.telling import MORNING, Door


@pytest.fixture
def door(settings: Any, db: None) -> Iterator[Door]:
    """The door at ten in the morning sharp."""
    door = Door()
    settings.TELNYX_PUBLIC_KEY = door.key.public_key
    with time_machine.travel(MORNING, tick=False):
        yield door
