"""Whether what keeps facts and passes nudges on can be used: what the doctor and the health page ask alike."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from channels.exceptions import ChannelFull
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# What a channel layer raises when it cannot be reached; Redis is an extra, its client names errors of its own.
LAYER_IS_AWAY: Final[tuple[type[Exception], ...]] = (OSError, ChannelFull)
with suppress(ImportError):
    from redis.exceptions import RedisError

    LAYER_IS_AWAY += (RedisError,)  # type: ignore[misc]


def unapplied_migrations() -> int:
    """Return how many migrations have not been run. Raises DatabaseError when that cannot be read."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def database_bytes() -> dict[str, int]:
    """Return the size of the database in bytes and, for SQLite, of its write-ahead log. Raises DatabaseError."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        places = {"database": Path(name), "wal": Path(f"{name}-wal")}
        return {file: place.stat().st_size if place.is_file() else 0 for file, place in places.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return {"database": int(cursor.fetchone()[0])}
