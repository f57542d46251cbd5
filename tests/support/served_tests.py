"""Is to keep tests of whole servers one at a time when several processes share the tests out (pytest -n).

It does not yet: pytest-xdist does not see the group, and two of them run beside each other.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("served"):
            item.add_marker(pytest.mark.xdist_group("served"))
