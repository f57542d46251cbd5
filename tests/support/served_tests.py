"""Is to keep tests of whole servers one at a time when several processes share the tests out (pytest -n).

It does so with a pytest-xdist that knows pytest 9.2, which keeps a test's id where version 3.8 does not write the
group: until then they run beside each other.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("served"):
            item.add_marker(pytest.mark.xdist_group("served"))
