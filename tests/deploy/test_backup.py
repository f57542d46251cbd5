"""Copies of the database: made while calls go on, put back whole or not at all. On SQLite and, scaled, PostgreSQL."""

from __future__ import annotations

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.support.events import call, event, joined, receive, stored
from tests.support.programs import needed

pytestmark = [pytest.mark.scaled, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def programs() -> None:
    if connection.vendor == "postgresql":
        needed("pg_dump", "postgresql-client")


@pytest.fixture
def told(transactional_db: None) -> None:
    receive([*call("a"), joined("a", "c1", 1), *call("b"), joined("b", "c1", 2), event("call.cost", 3, leg="a")])


def backup(place: Path, keep: int = 14) -> Path:
    out = StringIO()
    call_command("backup", place, keep=keep, stdout=out)
    return Path(out.getvalue().strip())


def restore(copy: Path) -> None:
    call_command("restore", copy, interactive=False, stdout=StringIO())


def replayed() -> str:
    out = StringIO()
    call_command("replay_facts", stdout=out)
    return out.getvalue().strip()


def test_what_was_there_is_there_again(told, tmp_path: Path):
    before, copy = stored(), backup(tmp_path)
    receive([*call("c", 5), joined("c", "c2", 6)])
    restore(copy)
    assert (stored(), replayed()) == (before, "0 rows changed.")


def test_a_table_younger_than_the_copy_is_gone(told, tmp_path: Path):
    copy = backup(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE younger (id integer)")
    restore(copy)
    assert "younger" not in connection.introspection.table_names()


def test_new_rows_get_new_numbers_after_it(told, tmp_path: Path):
    restore(backup(tmp_path))
    receive([*call("c", 5), joined("c", "c2", 6)])
    assert "c2" in str(stored())


def test_a_copy_is_made_while_something_is_written(told, tmp_path: Path):
    before = stored()
    with transaction.atomic():
        receive([*call("c", 5)])
        copy = backup(tmp_path)
    restore(copy)
    assert stored() == before


def test_a_copy_is_ours_alone_to_read(told, tmp_path: Path):
    assert stat.S_IMODE(backup(tmp_path / "new").stat().st_mode) == 0o600


def test_the_latest_copies_stay(told, tmp_path: Path):
    for day in (1, 2, 3):
        (tmp_path / f"earshot-2026010{day}-031500{backup(tmp_path / 'other').suffix}").touch()
    kept = backup(tmp_path, keep=2)
    assert [one.name[:16] for one in sorted(tmp_path.glob("earshot-*"))] == ["earshot-20260103", kept.name[:16]]


def test_a_damaged_copy_changes_nothing(told, tmp_path: Path):
    copy, before = backup(tmp_path), stored()
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with pytest.raises(CommandError):
        restore(copy)
    assert stored() == before


@pytest.mark.parametrize("name", ["missing.sqlite3", "missing.dump", "a.txt"])
def test_what_is_no_copy_is_refused(told, tmp_path: Path, name: str):
    (tmp_path / "a.txt").touch()
    with pytest.raises(CommandError):
        restore(tmp_path / name)


def test_nothing_is_replaced_without_a_yes(told, tmp_path: Path, monkeypatch):
    copy = backup(tmp_path)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match=r"^Nothing was changed"):
        call_command("restore", copy)
