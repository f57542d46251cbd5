"""Has Django keep its SQLite file with the newest SQLite there is: Python's own, or the one that a package brings.

Debian's is older than the mending of a mistake that can damage a file (`conferences/liveness/sqlite_safety.py`).
"""

from __future__ import annotations

import sqlite3
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

PACKAGE: Final = "pysqlite3"  # the same interface, with an SQLite of its own
_DJANGOS: Final = "django.db.backends.sqlite3.base"


def use_newest() -> ModuleType:
    """Let `import sqlite3` mean the newer of the two from now on, and return it.

    Called by the settings, which are read before Django opens any database. One process never has both: two SQLites
    that open one file would let go of each other's locks.
    """
    packaged = import_module(PACKAGE) if find_spec(PACKAGE) else None
    chosen = newer(sqlite3, packaged)
    if chosen is not sqlite3 and _DJANGOS not in sys.modules:
        sys.modules["sqlite3"] = chosen
        sys.modules["sqlite3.dbapi2"] = chosen.dbapi2
    return sys.modules["sqlite3"]


def newer(own: ModuleType, packaged: ModuleType | None) -> ModuleType:
    """Return the one of these with the newer SQLite; Python's own where they are alike."""
    if packaged is not None and packaged.sqlite_version_info > own.sqlite_version_info:
        return packaged
    return own
