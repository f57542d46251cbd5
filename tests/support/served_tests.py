"""Keeps tests of whole servers one at a time when several processes share the tests out (pytest -n).

They wait by the clock for processes of their own: two at once on two cores would only wait for each other.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("served"):
            item.add_marker(pytest.mark.xdist_group("served"))
