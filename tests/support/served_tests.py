"""Keeps tests of whole servers apart when several processes share the tests out (pytest -n).

They wait by the clock for processes of their own: on two cores one with a browser goes beside one without, and no more.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        group = next((name for name in ("browser", "served") if item.get_closest_marker(name)), None)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
