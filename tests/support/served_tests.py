"""Keeps tests of whole servers one at a time when several processes share the tests out (pytest -n).

They wait by the clock for processes of their own, and on two cores two of them take twice as long.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("served"):
            item.add_marker(pytest.mark.xdist_group("served"))
