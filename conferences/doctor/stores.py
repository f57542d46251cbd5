"""Where things are kept and passed on: database, channel layer, static files."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from asgiref.sync import async_to_sync
from channels.exceptions import InvalidChannelLayerError
from channels.layers import BaseChannelLayer, InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseTrouble
from django.db import connection

from conferences.doctor.findings import Finding, error, ok, warning
from conferences.liveness import fact_months, sqlite_safety
from conferences.liveness.stores import LAYER_IS_AWAY, unapplied_migrations

ROUND_TRIP_SECONDS: Final = 3.0
_FULL: Final = 2  # sqlite.org: PRAGMA synchronous; 3 is EXTRA
_UNUSABLE: Final = (*LAYER_IS_AWAY, ImportError, InvalidChannelLayerError)


def database() -> Iterator[Finding]:
    """Yield whether the database can be reached, is migrated, and keeps what it has acknowledged."""
    try:
        connection.ensure_connection()
        yield _migrations()
        yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()
        yield from _months()
    except (DatabaseTrouble, ImproperlyConfigured) as trouble:
        message = f"It cannot be reached ({type(trouble).__name__})."
        yield error("Database", message, "Check DATABASE_URL, and that the database runs and lets this server in.")


def _migrations() -> Finding:
    if missing := unapplied_migrations():
        return error("Migrations", f"{missing} have not been run.", "Run manage.py migrate.")
    return ok("Migrations", "All have been run.")


def _sqlite() -> Iterator[Finding]:
    name = f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        damage = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        message = f"{name} finds its file damaged: {damage}."
        yield error("Database", message, "Stop the server and put the last backup back (docs/deploy.md).")
    elif journal != "wal" or synchronous < _FULL:
        message = f"{name} runs with journal_mode={journal} and synchronous={synchronous}: a webhook may be lost."
        yield error("Database", message, "Leave OPTIONS in settings.DATABASES as they are: WAL and FULL.")
    elif sqlite_safety.is_old():
        message = f"{name} can, if rarely, damage a file that several connections write; 3.51.3 cannot."
        yield warning("Database", message, "Use PostgreSQL (DATABASE_URL) for real calls; for trying out it is fine.")
    elif kind := sqlite_safety.network_file_system(str(connection.settings_dict["NAME"])):
        message = f"{name} on a network file system ({kind}), where its locks do not hold: it will be damaged."
        yield error("Database", message, "Put it on a disk of this machine, or use PostgreSQL (DATABASE_URL).")
    else:
        yield ok("Database", f"{name}, WAL, synchronous.")


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        synchronous = cursor.fetchone()[0]
        cursor.execute("SHOW server_version")
        name = f"PostgreSQL {cursor.fetchone()[0].split(' ')[0]}"
    if synchronous == "off":
        message = f"{name} commits without waiting for the disk: an acknowledged webhook may be lost."
        yield error("Database", message, "Set synchronous_commit to on.")
    else:
        yield ok("Database", f"{name}.")


def _months() -> Iterator[Finding]:
    if missing := fact_months.missing(ahead=1):
        message = f"Events of {missing[-1]} have no partition of their own: none is refused, but they go row by row."
        yield warning("Months", message, "Run manage.py migrate, and see whether a server runs with RUN_BACKGROUND=1.")


def channel_layer() -> Finding:
    """Send a message through the channel layer and take it out again."""
    subject, fix = "Channel layer", "Check REDIS_URL, that Redis runs, and that the scale extra is installed."
    try:
        layer = get_channel_layer()
        is_well = layer is not None and async_to_sync(_round_trip)(layer)
    except _UNUSABLE as trouble:
        return error(subject, f"It cannot be used ({type(trouble).__name__}); boards would lag.", fix)
    if not is_well:
        return error(subject, "A message went in and another, or none, came out.", fix)
    if isinstance(layer, InMemoryChannelLayer):
        return ok(subject, "In memory: right for one server process; for several, set REDIS_URL.")
    return ok(subject, "A message went in and came out.")


async def _round_trip(layer: BaseChannelLayer) -> bool:
    channel = await layer.new_channel("doctor")
    sent = {"type": "doctor.asks", "text": channel}
    await layer.send(channel, sent)
    received = await asyncio.wait_for(layer.receive(channel), ROUND_TRIP_SECONDS)
    return bool(received == sent)


def static_files() -> Finding:
    """Compare what is collected with what there is to collect."""
    subject = "Static files"
    if settings.DEBUG:
        return ok(subject, "DEBUG: served from where they are.")
    root = Path(settings.STATIC_ROOT)
    files = [(path, storage.size(path)) for finder in get_finders() for path, storage in finder.list([])]
    wrong = [path for path, size in files if not _is_collected(root / path, size)]
    if wrong:
        message = f"{len(wrong)} of {len(files)} are not collected or out of date, such as {wrong[0]}."
        return error(subject, message, "Run manage.py collectstatic.")
    return ok(subject, f"All {len(files)} are collected.")


def _is_collected(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
