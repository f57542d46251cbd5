"""How several processes share the tests out (pytest -n): whole servers and browsers are mostly waited for.

So there are more processes than cores, and tests that wait are spread among those that reckon.
"""

from __future__ import annotations

import gc
import os
from typing import Final, TypeVar

import pytest

PROCESSES_PER_CORE: Final = 2

One = TypeVar("One")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `-n auto` stands for."""
    return PROCESSES_PER_CORE * len(os.sched_getaffinity(0))


@pytest.hookimpl(trylast=True)  # after the markers are given, and what they leave out is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = [one for one in items if _waits(one)]
    reckoning = [one for one in items if not _waits(one)]
    items[:] = spread(waiting, reckoning)


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: it need not be looked through again for garbage."""
    gc.collect()
    gc.freeze()


def spread(few: list[One], many: list[One]) -> list[One]:
    """Return all of both in their order, the few evenly among the many."""
    places = [((number + 0.5) / len(few), one) for number, one in enumerate(few)]
    places += [((number + 0.5) / len(many), one) for number, one in enumerate(many)]
    return [one for _, one in sorted(places, key=lambda place: place[0])]


def _waits(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("browser", "served"))
