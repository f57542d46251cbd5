"""Installations with which things go wrong; all of these tests wait by the clock for servers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from tests.support.installation import Installation, installed


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.served)


@pytest.fixture
def installation(transactional_db: None, marta: User) -> Iterator[Installation]:
    with installed(marta) as one:
        yield one
