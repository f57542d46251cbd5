"""The months in which PostgreSQL keeps facts, each a partition of its own: made ahead of time, let go as a whole.

A fact that comes in a month without one, by a clock that is far off, is kept in the partition for the rest: none is
refused. That an event counts once is for whoever stores it to see to, who looks for it in all of them while he holds
the feed; within a partition an index of its own refuses a double too. SQLite has one table and no months.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import OperationalError, connections, transaction
from django.utils import timezone

from conferences.models import Fact

log = logging.getLogger(__name__)

TABLE: Final = Fact._meta.db_table  # noqa: SLF001 - Django's name for it
REST: Final = f"{TABLE}_rest"
AHEAD: Final = 3  # months after this one
LOOK_EVERY: Final = 3600.0  # seconds
MOST_MOVED: Final = 10_000  # rows that are moved while others wait
# Whoever waits for such a lock has all others wait behind him: a webhook for no longer than this.
PATIENCE: Final = "200ms"
TRIES: Final = 5
_LOCK_NOT_AVAILABLE: Final = "55P03"
_NAME: Final = re.compile(rf"{TABLE}_(until_)?(\d{{4}})_(\d\d)")
_ONE_MAKER: Final = 0x66616374  # of PostgreSQL's advisory locks

_looked = float("-inf")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of UTC, and whether all months before it are in the same partition: the table as it once was."""

    year: int
    month: int
    with_all_before: bool = False

    @property
    def begin(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.next.begin

    @property
    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def table(self) -> str:
        return f"{TABLE}_{'until_' if self.with_all_before else ''}{self.year}_{self.month:02}"

    @property
    def bounds(self) -> str:
        begin = "MINVALUE" if self.with_all_before else f"'{self.begin.isoformat()}'"
        return f"FOR VALUES FROM ({begin}) TO ('{self.end.isoformat()}')"

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}{' and before' if self.with_all_before else ''}"


def month_of(at: datetime) -> Month:
    """Return the month of UTC that a time is in."""
    at = at.astimezone(UTC)
    return Month(at.year, at.month)


def months(using: str = "default") -> list[Month]:
    """Return the months that have a partition, in order; none where facts are in one table."""
    found = [_NAME.fullmatch(one) for one in _partitions(using)]
    there = [Month(int(one[2]), int(one[3]), bool(one[1])) for one in found if one]
    return sorted(there, key=lambda one: one.begin)


def missing(now: datetime | None = None, ahead: int = AHEAD, using: str = "default") -> list[Month]:
    """Return which of this month and so many after it have no partition; none where facts are in one table."""
    if REST not in _partitions(using):
        return []
    there = months(using)
    before = max((one.end for one in there if one.with_all_before), default=None)
    wanted = [month_of(now or timezone.now())]
    for _ in range(ahead):
        wanted.append(wanted[-1].next)
    return [one for one in wanted if one not in there and (before is None or one.begin >= before)]


def is_due() -> bool:
    """Return whether months are to be made now; looks into the database every hour only."""
    global _looked  # noqa: PLW0603 - of this process
    if connections["default"].vendor != "postgresql" or time.monotonic() - _looked < LOOK_EVERY:
        return False
    _looked = time.monotonic()
    return bool(missing())


def make(now: datetime | None = None, using: str = "default") -> list[Month]:
    """Make the partitions of this month and those after it that are missing, and return them.

    One that others are in the way of, or of which too many facts are among the rest already, is left for another time.
    """
    return [month for month in missing(now, using=using) if _made(month, using)]


def _made(month: Month, using: str) -> bool:
    for _ in range(TRIES):
        try:
            with transaction.atomic(using), connections[using].cursor() as cursor:
                return _make(month, cursor, using)
        except OperationalError as error:
            if not is_in_use(error):
                raise
            log.info("%s is not made yet: the table is in use.", month.table)
    return False


def _make(month: Month, cursor: Any, using: str) -> bool:
    be_patient(cursor)
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_MAKER])
    if month.table in _partitions(using):
        return False
    made_of = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    cursor.execute(f"CREATE TABLE {month.table} (LIKE {TABLE} {made_of}, PRIMARY KEY (id), UNIQUE (event_id))")
    cursor.execute(f"LOCK TABLE {REST} IN ACCESS EXCLUSIVE MODE")
    within, times = "received_at >= %s AND received_at < %s", [month.begin, month.end]
    cursor.execute(f"SELECT count(*) FROM (SELECT FROM {REST} WHERE {within} LIMIT {MOST_MOVED + 1}) AS found", times)  # noqa: S608
    if cursor.fetchone()[0] > MOST_MOVED:
        cursor.execute(f"DROP TABLE {month.table}")
        log.warning("%s is not made: its facts are in %s, and too many to move.", month.table, REST)
        return False
    cursor.execute(
        f"WITH found AS (DELETE FROM {REST} WHERE {within} RETURNING *) INSERT INTO {month.table} SELECT * FROM found",  # noqa: S608
        times,
    )
    cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {month.table} {month.bounds}")
    return True


def let_go(month: Month, newest: int, kept: Sequence[int]) -> bool:
    """Drop a month's partition with all its facts but those kept, by primary key, which are among the rest then.

    Call while holding the feed, in whose transaction it is. Returns whether it is gone: not if there are facts younger
    than `newest`. Raises OperationalError if it is in use (`is_in_use`), or if the database does.
    """
    if newest_of(month) != newest:
        return False
    with connections["default"].cursor() as cursor:
        be_patient(cursor)
        cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {month.table}")
        if kept:
            cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM {month.table} WHERE id = ANY(%s)", [list(kept)])  # noqa: S608
        cursor.execute(f"DROP TABLE {month.table}")
    return True


def told_in(month: Month) -> Iterator[tuple[str, str, list[int]]]:
    """Yield of which call and which leg a month's facts tell, each pair once, with the facts' primary keys.

    The database keeps the list meanwhile, of which there may be millions.
    """
    with connections["default"].chunked_cursor() as cursor:
        columns = "conference_id, call_control_id"
        cursor.execute(f"SELECT {columns}, array_agg(id) FROM {month.table} GROUP BY {columns}")  # noqa: S608
        while some := cursor.fetchmany(1000):
            yield from some


def newest_of(month: Month) -> int:
    """Return the highest primary key in a month's partition, 0 in an empty one."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {month.table}")  # noqa: S608
        return cursor.fetchone()[0] or 0


def be_patient(cursor: Any) -> None:
    """Let no lock be waited for longer than PATIENCE until the transaction ends."""
    cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")


def is_in_use(error: OperationalError) -> bool:
    """Return whether a lock was not to be had in time."""
    return getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE


def _partitions(using: str) -> list[str]:
    if connections[using].vendor != "postgresql":
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = to_regclass(%s)", [TABLE]
        )
        return [row[0] for row in cursor.fetchall()]
