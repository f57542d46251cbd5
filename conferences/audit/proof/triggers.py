"""Has the database itself refuse that anything of the audit is changed, deleted or put in between, whoever asks."""

from __future__ import annotations

from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from conferences.audit.proof.digests import DETAIL_FIELDS

ENTRY: Final = "conferences_auditentry"
DETAIL: Final = "conferences_auditdetail"
CHECKPOINT: Final = "conferences_auditcheckpoint"
CUT: Final = "conferences_auditcut"
FUNCTION: Final = "earshot_audit_is_append_only"
_TABLES: Final = {"entry": ENTRY, "detail": DETAIL, "checkpoint": CHECKPOINT, "cut": CUT}
_SAID: Final = "The audit is append-only."
_JSON: Final = {"targets": "[]", "people": "[]", "changes": "{}"}

# The release before still writes entries without a number; they get one later, once.
_CHAINED: Final = "OLD.seq IS NOT NULL"
# On PostgreSQL the function decides what may go: a trigger's own condition may ask no other table there.
_OLD_GOES: Final = (
    f"IF TG_TABLE_NAME = '{ENTRY}' THEN old_seq := OLD.seq; "  # noqa: S608 - names of ours alone
    f"ELSIF TG_TABLE_NAME = '{DETAIL}' THEN SELECT seq INTO old_seq FROM {ENTRY} WHERE id = OLD.entry_id; END IF; "
    f"IF old_seq <= (SELECT MAX(size) FROM {CUT}) AND (SELECT at FROM {ENTRY} WHERE seq = old_seq) "
    "< now() - interval '395 days' THEN RETURN OLD; END IF;"
)
_END: Final = f"(SELECT COALESCE(MAX(seq), 0) + 1 FROM {ENTRY})"  # noqa: S608 - names of ours alone


def _is_no_erasure(vendor: str) -> str:
    """Erasing empties every detail of a row, and says in which entry that is told of."""
    text = "::text" if vendor == "postgresql" else ""
    empty = [f"NEW.{name}{text if name in _JSON else ''} = '{_JSON.get(name, '')}'" for name in DETAIL_FIELDS]
    told = ("NEW.entry_id = OLD.entry_id", "NEW.erased_by IS NOT NULL", "OLD.erased_by IS NULL", "NEW.salt = ''")
    return f"NOT ({' AND '.join([*told, *empty])})"


def _is_kept(seq: str, at: str) -> str:
    """Whether an entry is to stay: what a cut has within it may go after thirteen months, by the database's clock."""
    cut = f"{seq} <= (SELECT COALESCE(MAX(size), 0) FROM {CUT})"  # noqa: S608 - names of ours alone
    return f"NOT COALESCE({cut} AND {at} < datetime('now', '-395 days'), 0)"


def _refusals(vendor: str) -> dict[str, tuple[str, str, str]]:
    """For each trigger: before what, on which table, and when (in SQL; empty: always, or the function decides)."""
    of_entry = "FROM conferences_auditentry WHERE id = OLD.entry_id"
    entry_kept, detail_kept = (
        _is_kept("OLD.seq", "OLD.at"),
        _is_kept(f"(SELECT seq {of_entry})", f"(SELECT at {of_entry})"),
    )
    decided = vendor == "postgresql"  # by the function
    return {
        "earshot_audit_entry_update": ("UPDATE", ENTRY, _CHAINED),
        "earshot_audit_entry_delete": ("DELETE", ENTRY, "" if decided else entry_kept),
        "earshot_audit_detail_update": ("UPDATE", DETAIL, _is_no_erasure(vendor)),
        "earshot_audit_detail_delete": ("DELETE", DETAIL, "" if decided else detail_kept),
        "earshot_audit_checkpoint_update": ("UPDATE", CHECKPOINT, ""),
        "earshot_audit_checkpoint_delete": ("DELETE", CHECKPOINT, ""),
        "earshot_audit_cut_update": ("UPDATE", CUT, ""),
        "earshot_audit_cut_delete": ("DELETE", CUT, ""),
    }


def install(using: str = "default") -> None:
    """Make sure that the triggers are there; safe at any time. SQLite drops them when a migration alters a table."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if _has_chain(connection, cursor):
            for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
                cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take the triggers away: for a migration that must, and for the tests' database between two of them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _all(connection.vendor) - set(missing(using)):
            on = "" if connection.vendor == "sqlite" else f" ON {_table_of(name, connection.vendor)}"
            cursor.execute(f"DROP TRIGGER {name}{on}")


def missing(using: str = "default") -> list[str]:
    """Return the names of the triggers that the database should have and has not."""
    connection = connections[using]
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = {row[0] for row in cursor.fetchall()}
    return sorted(_all(connection.vendor) - found)


def _all(vendor: str) -> set[str]:
    more = {f"earshot_audit_{one}_truncate" for one in _TABLES}
    return {*_refusals(vendor), "earshot_audit_entry_insert", *(more if vendor == "postgresql" else ())}


def _table_of(name: str, vendor: str) -> str:
    return _TABLES[name.split("_")[2]]


def _has_chain(connection: BaseDatabaseWrapper, cursor: Any) -> bool:
    """Not while the database is as an older release had it."""
    if not {*_TABLES.values()} <= {*connection.introspection.table_names(cursor)}:
        return False
    columns = connection.introspection.get_table_description(cursor, ENTRY)
    return "seq" in {one.name for one in columns}


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    # INSERT OR REPLACE deletes without asking the trigger of DELETE.
    known = f"EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id)"  # noqa: S608 - names of ours alone
    between = f"(NEW.seq IS NOT NULL AND NEW.seq <> {_END}) OR {known}"
    made = [
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {what} ON {table} {f'WHEN {when} ' if when else ''}{refuse}"
        for name, (what, table, when) in _refusals("sqlite").items()
    ]
    insert = f"CREATE TRIGGER IF NOT EXISTS earshot_audit_entry_insert BEFORE INSERT ON {ENTRY} WHEN {between} {refuse}"
    return [*made, insert]


def _postgresql() -> list[str]:
    refuse = f"EXECUTE FUNCTION {FUNCTION}()"
    function = (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE old_seq bigint; BEGIN "
        f"IF TG_OP = 'DELETE' THEN {_OLD_GOES} END IF; "
        f"IF TG_OP = 'INSERT' THEN IF NEW.seq IS NULL OR NEW.seq = {_END} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{_SAID}'; END $$"
    )
    made = [
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW "
        f"{f'WHEN ({when}) ' if when else ''}{refuse}"
        for name, (what, table, when) in _refusals("postgresql").items()
    ]
    insert = f"CREATE OR REPLACE TRIGGER earshot_audit_entry_insert BEFORE INSERT ON {ENTRY} FOR EACH ROW {refuse}"
    truncate = [
        f"CREATE OR REPLACE TRIGGER earshot_audit_{one}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        for one, table in _TABLES.items()
    ]
    return [function, *made, insert, *truncate]
