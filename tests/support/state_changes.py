"""Watches every change of a supervision's state, in every test: one that the machine's table lacks fails the test."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from conferences.supervision import state_machine

LOGGER = "conferences.supervision.store"


def edges_of(table: str) -> list[tuple[str, str]]:
    """Read the edges out of a table such as the state machine's docstring has."""
    rows = [line.split() for line in table.splitlines() if line.startswith("    ")]
    header = next(number for number, row in enumerate(rows) if row[0].startswith("--"))
    return [(row[0], row[1]) for row in rows[header + 1 :]]


# From the file: sentences of the modules themselves are reworded in some runs (see rewording).
EDGES = edges_of(ast.get_docstring(ast.parse(Path(state_machine.__file__).read_text()), clean=False) or "")


class Watch(logging.Handler):
    """Keeps the changes that are not in the table."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.unknown: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and len(record.args) == 3:
            change = str(record.args[1]), str(record.args[2])
            if change[0] != change[1] and change not in EDGES:
                self.unknown.append(change)


@pytest.fixture(autouse=True)
def every_change_of_state_is_in_the_table() -> Iterator[None]:
    watch, logger = Watch(), logging.getLogger(LOGGER)
    before = logger.level
    logger.addHandler(watch)
    logger.setLevel(logging.DEBUG)
    yield
    logger.removeHandler(watch)
    logger.setLevel(before)
    assert watch.unknown == []
