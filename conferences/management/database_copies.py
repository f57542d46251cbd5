"""Copies of the whole database: made while everything goes on, and put back in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from conferences.audit.proof import triggers

ENDINGS: Final = {"sqlite": ".sqlite3", "postgresql": ".dump"}
# A server that still runs holds locks; waiting for it for ever would look like a long restore.
PATIENCE: Final = "SET lock_timeout = '15s';\n"


class CannotCopy(Exception):
    """A copy was not made or not put back, for the reason given; nothing has been changed."""


def ending() -> str:
    """Return how the names of this database's copies end."""
    return ENDINGS[connection.vendor]


def make(path: Path) -> None:
    """Write a copy of the database as it is at one moment, readable by us alone. Raises CannotCopy."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        _copy_sqlite(part) if connection.vendor == "sqlite" else _dump(part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def put_back(path: Path) -> None:
    """Replace everything in the database by a copy, or nothing. Raises CannotCopy."""
    if not path.is_file():
        raise CannotCopy(f"There is no file {path}.")
    if path.suffix != ending():
        raise CannotCopy(f"A copy of this database ends in {ending()}: is DATABASE_URL the right one?")
    _restore_sqlite(path) if connection.vendor == "sqlite" else _restore_dump(path)


def prune(place: Path, keep: int) -> list[Path]:
    """Remove all copies in a directory but the latest; return those that are gone."""
    old = sorted(place.glob(f"earshot-*{ending()}"))[:-keep]
    for one in old:
        one.unlink()
    return old


def _sqlite_file() -> str:
    return str(connection.settings_dict["NAME"])


def _copy_sqlite(part: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{_sqlite_file()}?mode=rw", uri=True, timeout=20)) as source:
            source.execute("VACUUM INTO ?", (str(part),))
        _check_sqlite(part)
    except sqlite3.Error as error:
        raise CannotCopy(f"SQLite: {error}") from error


def _restore_sqlite(path: Path) -> None:
    connection.close()
    try:
        _check_sqlite(path)
        with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(_sqlite_file(), timeout=20)) as database:
            copy.backup(database)
    except sqlite3.Error as error:
        raise CannotCopy(f"SQLite: {error}") from error


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        whole = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone()
    if verdict != "ok" or whole is None:
        raise CannotCopy(f"{path} is no whole database: {verdict}.")


def _dump(part: Path) -> None:
    _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}"])
    _run_plain("pg_restore", ["--list", str(part)])


def _restore_dump(path: Path) -> None:
    """Drop our tables and restore the copy's, in one transaction: tables younger than the copy must not stay."""
    script = _run_plain("pg_restore", ["--no-owner", "--no-privileges", "--file=-", str(path)])
    with connection.cursor() as cursor:
        tables = [connection.ops.quote_name(name) for name in connection.introspection.table_names(cursor)]
    connection.close()
    drop = f"DROP TABLE {', '.join(tables)} CASCADE;\n" if tables else ""
    drop += f"DROP FUNCTION IF EXISTS {triggers.FUNCTION};\n"
    options = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    _run("psql", options, PATIENCE.encode() + drop.encode() + script)


def _run(program: str, options: list[str], sent: bytes = b"") -> bytes:
    """Run one of PostgreSQL's programs on our database; the password is in its environment, where nobody reads it."""
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return _run_plain(program, [*options, *arguments[1:]], sent, environment or {})


def _run_plain(program: str, options: list[str], sent: bytes = b"", environment: dict[str, Any] | None = None) -> bytes:
    found = shutil.which(program)
    if found is None:
        raise CannotCopy(f"{program} is not installed: it comes with PostgreSQL's client (postgresql-client).")
    whole = os.environ | (environment or {})
    done = subprocess.run([found, *options], input=sent, env=whole, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotCopy(f"{program}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
