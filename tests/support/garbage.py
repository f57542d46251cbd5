"""What each process of the tests spares itself."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: it need not be looked through again and again for garbage."""
    gc.collect()
    gc.freeze()
