"""Which SQLite keeps the embedded database: the newest there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection

from conferences.liveness.sqlite_safety import SAFE
from dashboard.sqlite import newer

ROOT = Path(__file__).parents[2]


def module(*version: int) -> ModuleType:
    made = ModuleType("sqlite3")
    made.sqlite_version_info = version  # type: ignore[attr-defined]
    return made


OLD, NEW, OWN = module(3, 40, 1), module(3, 53, 4), module(3, 53, 4)


@pytest.mark.parametrize(
    ("own", "packaged", "chosen"), [(OLD, NEW, NEW), (OLD, None, OLD), (NEW, OLD, NEW), (OWN, NEW, OWN)]
)
def test_the_newer_one_is_chosen(own, packaged, chosen):
    assert newer(own, packaged) is chosen


def django_has(script: str) -> list[str]:
    """What a new process says that has read the product's settings."""
    script = f"{script}; from django.db.backends.sqlite3.base import Database; print(Database.__name__)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


@pytest.mark.parametrize("start", ["import dashboard.settings", "import tests.settings"])
def test_reading_the_settings_is_enough_for_django(start):
    pytest.importorskip("pysqlite3")
    assert django_has(start) == ["pysqlite3.dbapi2"]


def test_where_django_has_one_it_stays():
    start = "import django.db.backends.sqlite3.base; import dashboard.settings"
    assert django_has(start) == ["sqlite3.dbapi2"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the database is not SQLite")
def test_the_database_of_the_tests_is_safe(db):
    pytest.importorskip("pysqlite3")
    with connection.cursor() as cursor:
        version = cursor.execute("SELECT sqlite_version()").fetchone()[0]
    assert tuple(map(int, version.split("."))) >= SAFE
