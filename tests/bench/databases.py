"""Fresh databases for each section: the sample directory and nothing else, made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.core.management import call_command
from django.db import connection

SAMPLE = "sample"


def make_anew(home: Path) -> None:
    """Replace the database under measurement by a copy of the sample. Nobody may be connected to it."""
    _let_go()
    if connection.vendor == "sqlite":
        _copy_file(Path(connection.settings_dict["NAME"]), home / SAMPLE)
    else:
        _copy_postgresql(connection.settings_dict["NAME"])


def _copy_file(database: Path, sample: Path) -> None:
    for left in database.parent.glob(f"{database.name}*"):
        left.unlink()
    if not sample.exists():
        _fill()
        shutil.copyfile(database, sample)  # closing has moved what the log held into the file
    shutil.copyfile(sample, database)


def _copy_postgresql(name: str) -> None:
    """One that is named as a template is copied by the server itself."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        there = {row[0] for row in cursor.fetchall()}
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{SAMPLE}"' if SAMPLE in there else ""))
    if SAMPLE in there:
        return
    _fill()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{SAMPLE}" TEMPLATE "{name}"')


def _fill() -> None:
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("sample_directory")
    _let_go()


def _let_go() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
