"""What the configuration is told off for, and which commands it stops."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured

from conferences import checks
from conferences.liveness import sqlite_safety
from conferences.simulator.delivery.keys import SigningKey

ROOT = Path(__file__).parents[2]
KEY = SigningKey.generate().public_key
STRONG = "0123456789-a-secret-key-of-many-different-characters"
SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": STRONG,
    "DATABASE_URL": "postgres://earshot@127.0.0.1/earshot",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "TELNYX_API_KEY": "KEY",
    "TELNYX_PUBLIC_KEY": KEY,
    "TELNYX_CONNECTION_ID": "1494404757140276705",
    "TELNYX_CALLER_ID": "+14155550100",
    "RUN_BACKGROUND": "0",
}


def found():
    """The ids of our own messages, in order."""
    return sorted(one.id for one in django_checks.run_checks() if one.id.startswith("conferences."))


@pytest.fixture(autouse=True)
def sound(settings, monkeypatch):
    """A configuration in which nothing is amiss."""
    settings.TELNYX_PUBLIC_KEY = KEY
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    monkeypatch.setattr(sqlite_safety, "network_file_system", lambda name: "")
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


def test_a_sound_configuration_is_told_nothing():
    assert found() == []


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "key",
    ["", "  ", "not base64!", "c2hvcnQ=", f"{KEY},", "A" * 43 + "="],
    ids=["none", "blank", "not base64", "short", "a comma after it", "weak"],
)
def test_useless_public_key_is_an_error_whatever_debug_is(settings, debug, key):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.TELNYX_PUBLIC_KEY = debug, ["localhost"], key
    assert found() == ["conferences.E001"]


def test_two_public_keys_are_fine_during_a_rotation(settings):
    settings.TELNYX_PUBLIC_KEY = f"{KEY}, {SigningKey.generate().public_key}"
    assert found() == []


@pytest.mark.parametrize("key", ["", "KEY\n", "KEY A", "KÉY"])
def test_api_key_that_cannot_be_sent_is_an_error(settings, key):
    settings.TELNYX_API_KEY = key
    assert found() == ["conferences.E002"]


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("https://api.telnyx.com/v2", []),
        ("http://127.0.0.1:8001/v2", []),
        ("http://localhost:8001/v2", []),
        ("http://[::1]:8001/v2", []),
        ("http://api.telnyx.com/v2", ["conferences.E003"]),
        ("http://127.0.0.1.example.com/v2", ["conferences.E003"]),
        ("http://10.0.0.1/v2", ["conferences.E003"]),
        ("api.telnyx.com/v2", ["conferences.E003"]),
        ("https://", ["conferences.E003"]),
        ("http://[::1", ["conferences.E003"]),
        ("", ["conferences.E003"]),
    ],
)
def test_api_key_without_https_stays_on_this_machine(settings, url, ids):
    settings.TELNYX_BASE_URL = url
    assert found() == ids


WEAK = ["", "a", "changeme", "x" * 50, "abcd" * 20, STRONG[:49], f"django-insecure-{STRONG}", "not-a-secret"]


@pytest.mark.parametrize("key", WEAK)
def test_guessable_secret_key_is_an_error(settings, key):
    settings.SECRET_KEY = key
    assert found() == ["conferences.E004"]


@pytest.mark.parametrize("key", WEAK[1:])
@pytest.mark.parametrize(
    ("hosts", "ids"),
    [(["localhost", "127.0.0.1"], []), (["earshot.example"], ["conferences.E004", "conferences.E006"])],
)
def test_weak_secret_key_is_accepted_for_local_debugging_only(settings, key, hosts, ids):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SECRET_KEY = True, hosts, key
    assert found() == ids


@pytest.mark.parametrize("key", [STRONG, STRONG * 2])
def test_a_strong_secret_key_is_accepted(settings, key):
    settings.SECRET_KEY = key
    assert found() == []


@pytest.mark.parametrize(
    ("debug", "hosts", "ids"),
    [
        (True, ["localhost", "127.0.0.1", "[::1]"], []),
        (True, ["*"], ["conferences.E006"]),
        (True, ["localhost", "earshot.example"], ["conferences.E006"]),
        (True, [".example"], ["conferences.E006"]),
        (True, ["10.0.0.7"], ["conferences.E006"]),
        (True, ["127.0.0.1.example"], ["conferences.E006"]),
        (False, ["earshot.example"], []),
        (False, ["*"], []),
    ],
)
def test_debugging_pages_are_shown_to_this_machine_alone(settings, debug, hosts, ids):
    settings.DEBUG, settings.ALLOWED_HOSTS = debug, hosts
    assert found() == ids


@pytest.mark.parametrize("origin", ["https://earshot.example.com", "http://127.0.0.1:8000", "https://[::1]:8443"])
def test_an_exact_origin_is_accepted(settings, origin):
    settings.ORIGINS = [origin]
    assert found() == []


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*",
        "https://*.example.com",
        "https://.example.com",
        ".example.com",
        "earshot.example.com",
        "https://",
        "https://earshot.example.com/",
        "https://earshot.example.com/board",
        "https://earshot.example.com?",
        "https://user@earshot.example.com",
        "https://EARSHOT.example.com",
        "https://earshot.example.com:port",
        "https://earshot.example.com:99999",
        "wss://earshot.example.com",
        " https://earshot.example.com",
        "null",
    ],
)
def test_inexact_origin_is_an_error_that_quotes_it(settings, origin):
    settings.ORIGINS = ["https://fine.example.com", origin]
    (error,) = checks.check_addresses()
    assert (error.id, error.msg) == ("conferences.E005", f"ORIGINS: {origin!r} is no exact scheme://host[:port].")


def test_no_origin_at_all_is_an_error(settings):
    settings.ORIGINS = []
    assert found() == ["conferences.E005"]


@pytest.mark.parametrize("caller", ["", "34910000000", "+34 910 000 000", "sip:ana@example.com", "+0123456789"])
def test_missing_caller_id_is_reported_as_disabling_dialling(settings, caller):
    settings.TELNYX_CALLER_ID = caller
    (warning,) = checks.check_dialling()
    assert (warning.id, "No supervisor's phone can be dialled" in warning.msg) == ("conferences.W011", True)


def test_without_a_connection_dialling_is_said_not_to_work(settings):
    settings.TELNYX_CONNECTION_ID = ""
    (warning,) = checks.check_dialling()
    assert (warning.id, "No supervisor's phone can be dialled" in warning.msg) == ("conferences.W010", True)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_sqlite_that_can_corrupt_its_file_is_refused(monkeypatch, version):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    (error,) = checks.check_stores()
    assert (error.id, "Use PostgreSQL" in error.hint) == ("conferences.E012", True)
    with pytest.raises(ImproperlyConfigured, match="can, if rarely, corrupt"):
        checks.refuse_to_start()


@pytest.mark.parametrize("name", ["DEBUG", "ALLOW_OLD_SQLITE"])
def test_for_a_trial_old_sqlite_is_a_warning(settings, monkeypatch, name):
    setattr(settings, name, True)
    settings.ALLOWED_HOSTS = ["localhost"]
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    assert found() == ["conferences.W012"]
    assert checks.refuse_to_start() is None


@pytest.mark.parametrize(("debug", "message"), [(False, "conferences.E013"), (True, "conferences.W013")])
def test_sqlite_on_a_network_is_refused(settings, monkeypatch, debug, message):
    settings.DEBUG, settings.ALLOW_OLD_SQLITE, settings.ALLOWED_HOSTS = debug, True, ["localhost"]
    monkeypatch.setattr(sqlite_safety, "network_file_system", lambda name: "nfs4")
    assert found() == [message]


def test_postgresql_gets_only_information_on_the_channel_layer(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    (info,) = checks.check_stores()
    assert (info.id, info.level) == ("conferences.I001", django_checks.INFO)


@pytest.mark.parametrize("key", ["", "c2hvcnQ="])
def test_a_server_refuses_to_start_without_a_public_key(settings, key):
    settings.TELNYX_PUBLIC_KEY = key
    with pytest.raises(ImproperlyConfigured, match=r"^TELNYX_PUBLIC_KEY: .* told from a forgery\.$"):
        checks.refuse_to_start()


def test_a_server_starts_with_a_sound_configuration():
    assert checks.refuse_to_start() is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "a", "SECRET_KEY: It can be guessed"),
        ("SECRET_KEY", "", "SECRET_KEY: It is empty"),
        ("ORIGINS", ["*"], r"ORIGINS: '\*' is no exact"),
        ("ORIGINS", [], "ORIGINS: It is empty"),
        ("TELNYX_BASE_URL", "http://elsewhere.example/v2", "TELNYX_BASE_URL: .* would carry the API key"),
        ("DEBUG", True, "DEBUG: It is on while ALLOWED_HOSTS lets others in"),
    ],
)
def test_server_refuses_unsafe_settings_and_names_the_remedy(settings, name, value, said):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=said):
        checks.refuse_to_start()


# --- As commands behave


def run(*arguments, **environment):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TELNYX_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env=inherited | SETTINGS | environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_fails_without_a_public_key():
    result = run("check", TELNYX_PUBLIC_KEY="")
    assert (result.returncode, result.stderr.count("(conferences.E001) TELNYX_PUBLIC_KEY: No public key")) == (1, 1)


def test_check_passes_production_without_a_word():
    result = run("check", "--fail-level", "DEBUG")
    assert (result.returncode, result.stdout) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ()),
        ({"EMAIL_URL": "smtp+tls://name:password@mail.example:587", "EMAIL_FROM": "earshot@example.com"}, ()),
        ({"DEBUG": "1"}, ("security.W004", "security.W012", "security.W016", "security.W018")),
        ({"SECRET_KEY": "django-insecure-key"}, ("security.W009",)),
    ],
    ids=["as in production", "with mail", "with debugging pages", "with a sample key"],
)
def test_settings_of_production_are_fit_to_be_deployed(changes, told):
    """By Django's own list, as it is to be: cookies, HTTPS, HSTS, frames, hosts, the key."""
    hosts = {"ALLOWED_HOSTS": "earshot.example", "ORIGINS": "https://earshot.example"}
    result = run("check", "--deploy", "--fail-level", "WARNING", **hosts, **changes)
    assert (result.returncode != 0, [one for one in told if one not in result.stderr]) == (bool(told), [])


def test_database_is_created_without_keys_and_has_the_groups(tmp_path):
    database = tmp_path / "new.sqlite3"
    result = run("migrate", DATABASE_URL=f"sqlite:///{database}", TELNYX_PUBLIC_KEY="", TELNYX_API_KEY="")
    assert (result.returncode, result.stderr.count("conferences.W001")) == (0, 1), result.stderr
    with sqlite3.connect(database) as connection:
        groups = connection.execute("SELECT name FROM auth_group ORDER BY name").fetchall()
        twins = connection.execute(
            "SELECT codename FROM auth_permission GROUP BY content_type_id, codename HAVING count(*) > 1"
        )
        names = ["Administrator", "Auditor", "Coach", "Monitor", "Privacy officer", "Supervisor", "Viewer"]
        assert ([name for (name,) in groups], twins.fetchall()) == (names, [])


@pytest.mark.parametrize("key", ["", "not base64!"])
def test_server_without_a_usable_public_key_does_not_start(key):
    environment = os.environ | {
        "TELNYX_PUBLIC_KEY": key,
        "RUN_BACKGROUND": "0",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", "import dashboard.asgi"], env=environment, capture_output=True, check=False
    )
    assert run.returncode != 0
    assert "Without it no webhook can be told from a forgery." in run.stderr.decode()


def test_server_without_a_usable_api_key_does_not_start(settings):
    settings.TELNYX_PUBLIC_KEY, settings.TELNYX_API_KEY = KEY, ""
    with pytest.raises(ImproperlyConfigured, match="Without it no call can be joined or left"):
        checks.refuse_to_start()


# --- What is missing around it


def bare(path, *arguments, **environment):
    """Run a command in a checkout that has only what git has, without the packages for PostgreSQL and Redis."""
    for name in ("conferences", "dashboard", "templates", "static"):
        (path / name).symlink_to(ROOT / name)
    (path / "manage.py").write_text((ROOT / "manage.py").read_text())
    (path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name in ('psycopg', 'channels_redis') else find(name, *more)\n"
    )
    run = [sys.executable, "-P", "manage.py", *arguments]
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known = {"PYTHONPATH": str(path), "SECRET_KEY": STRONG, "TELNYX_API_KEY": "KEY", "TELNYX_PUBLIC_KEY": KEY}
    return subprocess.run(
        run, cwd=path, env=inherited | known | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["migrate", "doctor", "reconcile", "createsuperuser"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DATABASE_URL": "postgres://earshot@127.0.0.1:1/earshot"}, "DATABASE_URL names PostgreSQL, whose packages"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL is set, but the packages for Redis"),
    ],
    ids=["postgresql", "redis"],
)
def test_missing_packages_are_named_in_one_sentence_with_command(tmp_path, command, environment, said):
    result = bare(tmp_path, command, **environment)
    assert result.returncode != 0
    assert (result.stderr.count("\n"), result.stderr.startswith(said)) == (1, True), result.stderr
    assert "requirements/scale.txt" in result.stderr


@pytest.mark.parametrize("command", ["migrate", "createsuperuser"])
def test_database_that_cannot_be_opened_gets_one_sentence(tmp_path, command):
    result = bare(tmp_path, command, DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/earshot.sqlite3")
    last = result.stderr.splitlines()[-1]
    assert (result.returncode != 0, "Traceback" in result.stderr) == (True, False), result.stderr
    assert last == "The database cannot be used: unable to open database file. Check DATABASE_URL."


@pytest.mark.parametrize(
    ("voice", "language", "ids"),
    [
        ("AWS.Polly.Joanna", "en-US", []),
        ("AWS.Polly.Lucia-Neural", "es-ES", []),
        ("female", "en-US", []),
        ("female", "es-ES", ["conferences.E008"]),
        ("AWS.Polly.Joanna", "es", ["conferences.E008"]),
        ("Joanna", "en-US", ["conferences.E008"]),
        ("", "en-US", ["conferences.E008"]),
    ],
)
def test_line_that_the_provider_cannot_speak_is_an_error(settings, voice, language, ids):
    settings.PROMPT_VOICE, settings.PROMPT_LANGUAGE = voice, language
    assert found() == ids
