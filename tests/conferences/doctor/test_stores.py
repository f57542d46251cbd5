"""Database, channel layer and static files, as the doctor finds them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from conferences.doctor import stores
from conferences.doctor.findings import Level

OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="the database is not SQLite")


class Deaf(InMemoryChannelLayer):
    async def send(self, channel, message):
        """Lose it."""


class Forger(InMemoryChannelLayer):
    async def send(self, channel, message):
        await super().send(channel, {"type": "something.else"})


def levels(findings):
    return {one.subject: one.level for one in findings}


@sqlite_only
@pytest.mark.parametrize(("version", "level"), [((3, 51, 2), WARNING), ((3, 51, 3), OK)])
def test_an_sqlite_that_may_damage_its_file_is_named(db, monkeypatch, version, level):
    monkeypatch.setattr(stores.sqlite3, "sqlite_version_info", version)
    assert levels(stores.database()) == {"Migrations": OK, "Database": level}


@sqlite_only
@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "journal_mode=DELETE"])
def test_an_sqlite_risking_acknowledged_data_is_an_error(transactional_db, pragma):
    # The journal is changed by whoever is alone with the file; asynchronous tests share a thread that keeps it open.
    asyncio.run(sync_to_async(connections.close_all)())
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        found = levels(stores.database())
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
    assert found["Database"] is ERROR


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the database is not PostgreSQL")
@pytest.mark.parametrize(("setting", "level"), [("on", OK), ("off", ERROR)])
def test_a_postgresql_with_unsynchronized_commits_is_an_error(db, setting, level):
    connection.cursor().execute(f"SET LOCAL synchronous_commit TO {setting}")
    assert levels(stores.database()) == {"Migrations": OK, "Database": level}


def test_a_migration_that_was_not_run_is_counted(db):
    newest = MigrationRecorder(connection).migration_qs.filter(app="conferences").latest("name")
    MigrationRecorder(connection).record_unapplied("conferences", newest.name)
    (finding,) = [one for one in stores.database() if one.subject == "Migrations"]
    assert (finding.level, finding.message) == (ERROR, "1 have not been run.")


def test_a_database_that_is_away_is_a_finding(db):
    def fail(*_):
        raise OperationalError("password for secret failed")

    with connection.execute_wrapper(fail):
        (finding,) = stores.database()
    assert (finding.level, finding.message) == (ERROR, "It cannot be reached (OperationalError).")


def use_layer(settings, backend, **config):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}


def test_the_layer_of_one_process_is_noted_as_such(settings):
    use_layer(settings, "channels.layers.InMemoryChannelLayer")
    finding = stores.channel_layer()
    assert (finding.level, finding.message.split(":")[0]) == (OK, "In memory")


def test_another_layer_is_tried(settings):
    use_layer(settings, f"{__name__}.Loyal")
    assert stores.channel_layer().message == "A message went in and came out."


class Loyal:
    """A layer of another kind that does its duty."""

    def __init__(self, **_):
        self.inside = InMemoryChannelLayer()
        self.new_channel, self.send, self.receive = self.inside.new_channel, self.inside.send, self.inside.receive


@pytest.mark.parametrize("layer", ["Deaf", "Forger"])
def test_a_layer_losing_or_changing_messages_is_an_error(settings, monkeypatch, layer):
    monkeypatch.setattr(stores, "ROUND_TRIP_SECONDS", 0.01)
    use_layer(settings, f"{__name__}.{layer}")
    assert stores.channel_layer().level is ERROR


@pytest.mark.parametrize("backend", ["no.such.Layer", "channels.layers.NoSuchLayer"])
def test_a_layer_that_is_not_installed_is_an_error(settings, backend):
    use_layer(settings, backend)
    assert stores.channel_layer().level is ERROR


def test_a_redis_that_is_away_is_an_error(settings):
    pytest.importorskip("channels_redis")
    use_layer(settings, "channels_redis.core.RedisChannelLayer", hosts=["redis://127.0.0.1:9/0"])
    assert stores.channel_layer().level is ERROR


def test_static_files_need_collecting_only_without_debug(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    found = []
    for settings.DEBUG in (True, False):
        found.append(stores.static_files().level)
    assert found == [OK, ERROR]


def test_collected_static_files_are_well_until_one_changes(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    before = stores.static_files()
    Path(tmp_path, "dashboard", "css", "tokens.css").write_text("old")
    after = stores.static_files()
    assert (before.level, after.level) == (OK, ERROR)
    assert after.message.startswith("1 of ")


@sqlite_only
def test_a_damaged_sqlite_file_is_an_error(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE whole (one INTEGER)")
        cursor.execute("CREATE TABLE harmed (one INTEGER)")
        pages = dict(cursor.execute("SELECT name, rootpage FROM sqlite_master WHERE name IN ('whole', 'harmed')"))
        stand_at(cursor, pages["whole"])
        found = levels(stores.database())
        stand_at(cursor, pages["harmed"])
        assert found["Database"] is ERROR
        assert levels(stores.database())["Database"] is OK
        cursor.execute("DROP TABLE harmed")
        cursor.execute("DROP TABLE whole")


def stand_at(cursor, page):
    """Have a table begin at that page of the file, which may be another's."""
    cursor.execute("PRAGMA writable_schema = ON")
    cursor.execute("UPDATE sqlite_master SET rootpage = %s WHERE name = 'harmed'", [page])
    cursor.execute("PRAGMA writable_schema = RESET")
