"""System checks of the configuration: what would be unsafe is an error, what would not work a warning, in words."""

from __future__ import annotations

import ipaddress
import re
import sqlite3
import sys
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS

from conferences.audit.proof import checkpoints
from conferences.liveness import sqlite_safety
from conferences.provider import key_refused_at, public_keys
from conferences.telnyx.rules import NUMBER, InvalidCommand, is_sendable_key
from conferences.telnyx.speech import check_speech

# They build or upgrade an installation, at times and places where no key belongs; to them errors are told as warnings.
WITHOUT_KEYS: Final = frozenset({"makemigrations", "migrate", "showmigrations", "sqlmigrate", "createsuperuser"})
# Django's own check --deploy counts likewise (django.core.checks.security.base), except that it does not stop a server.
SHORTEST_SECRET: Final = 50
FEWEST_DIFFERENT: Final = 5
_SAMPLE: Final = "django-insecure-"
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::[0-9]+)?")
_ORIGIN_HINT: Final = "Write each as a browser sends it: https://earshot.example.com or http://127.0.0.1:8000."
_AUDIT_HINT: Final = "Put 32 random bytes in base64 into the environment: openssl rand -base64 32."
_NO_DIALLING: Final = "No supervisor's phone can be dialled; only one that is on a call to us already can join."


def public_key_problem() -> str:
    """Return what is wrong with TELNYX_PUBLIC_KEY in a sentence; empty when webhooks can be verified."""
    try:
        public_keys(settings.TELNYX_PUBLIC_KEY)
    except ValueError as error:
        return f"TELNYX_PUBLIC_KEY: {error}"
    return ""


def api_key_problem() -> str:
    """Return what is wrong with TELNYX_API_KEY in a sentence; empty when commands can be sent with it."""
    key = settings.TELNYX_API_KEY
    if not key:
        return "TELNYX_API_KEY: No key is given; make one in the provider's portal."
    if not is_sendable_key(key):
        return "TELNYX_API_KEY: It holds spaces, line ends or other characters that no key has."
    return ""


def key_refusal() -> str:
    """Return that the provider refused the API key, in a sentence; empty while this process knows of no refusal."""
    refused_at = key_refused_at()
    return f"TELNYX_API_KEY: The provider refused it at {refused_at:%H:%M:%S} UTC." if refused_at else ""


def refuse_to_start() -> None:
    """Raise ImproperlyConfigured, in a sentence, for a configuration that must not serve: servers run no system checks.

    Both keys can be used, sessions cannot be forged, only our own pages may act, no key goes out in clear, nobody from
    elsewhere is shown Django's debugging pages, and what is acknowledged is kept where it lasts.
    """
    if problem := public_key_problem():
        raise ImproperlyConfigured(f"{problem} Without it no webhook can be told from a forgery.")
    if problem := api_key_problem():
        raise ImproperlyConfigured(f"{problem} Without it no call can be joined or left.")
    unsafe = [*check_secret(), *check_addresses(), *check_debug(), *check_stores(), *check_audit()]
    if errors := [one for one in unsafe if one.level >= checks.ERROR]:
        raise ImproperlyConfigured(" ".join(f"{one.msg} {one.hint}" for one in errors))


@register
def check_keys(**_: Any) -> list[CheckMessage]:
    """Check the provider's keys, without which nothing can be believed and nothing sent."""
    found = []
    if problem := public_key_problem():
        found.append(_serious(1, problem, "Copy it from the provider's portal: Keys & Credentials, Public Key."))
    if problem := api_key_problem():
        found.append(_serious(2, problem, "Copy it from the provider's portal: Keys & Credentials, API Keys."))
    return found


@register
def check_secret(**_: Any) -> list[CheckMessage]:
    """Return whether sessions and forms are signed with something that nobody can guess."""
    if problem := _secret_key_problem():
        return [_serious(4, problem, "Put 50 or more random characters into the environment as SECRET_KEY.")]
    return []


@register
def check_debug(**_: Any) -> list[CheckMessage]:
    """Check that debugging pages, which show settings and callers' numbers, are for this machine alone."""
    foreign = [host for host in settings.ALLOWED_HOSTS if host not in _THIS_MACHINE]
    if not settings.DEBUG or not foreign:
        return []
    hint = "Take DEBUG out of the environment, or let ALLOWED_HOSTS name this machine alone."
    return [_serious(6, f"DEBUG: It is on while ALLOWED_HOSTS lets others in ({', '.join(foreign)}).", hint)]


@register
def check_addresses(**_: Any) -> list[CheckMessage]:
    """Check where keys are sent to, and from where browsers may act."""
    found = []
    if not _is_private(settings.TELNYX_BASE_URL):
        sentence = f"TELNYX_BASE_URL: {settings.TELNYX_BASE_URL!r} would carry the API key where others can read it."
        found.append(_serious(3, sentence, "Use https://; http:// is for a stand-in on this machine only."))
    if not settings.ORIGINS:
        found.append(_serious(5, "ORIGINS: It is empty, so no browser may open the live board.", _ORIGIN_HINT))
    wrong = [origin for origin in settings.ORIGINS if not _is_exact(origin)]
    return found + [_serious(5, f"ORIGINS: {one!r} is no exact scheme://host[:port].", _ORIGIN_HINT) for one in wrong]


@register
def check_dialling(**_: Any) -> list[CheckMessage]:
    """Check what is needed to ring a supervisor's phone."""
    found: list[CheckMessage] = []
    if not settings.TELNYX_CONNECTION_ID:
        hint = "Give the id of the Call Control application whose webhooks come here."
        found.append(_warned(10, f"TELNYX_CONNECTION_ID: It is empty. {_NO_DIALLING}", hint))
    if not NUMBER.fullmatch(settings.TELNYX_CALLER_ID):
        what = "It is no number in E.164 form." if settings.TELNYX_CALLER_ID else "It is empty."
        hint = "Give one of your numbers at the provider with + and country code, without spaces: +34910000000."
        found.append(_warned(11, f"TELNYX_CALLER_ID: {what} {_NO_DIALLING}", hint))
    return found


@register
def check_region(**_: Any) -> list[CheckMessage]:
    """Return whether numbers without country code are read by the rules of a country that there is."""
    region = settings.DEFAULT_REGION
    if not region or region.upper() in SUPPORTED_REGIONS:
        return []
    sentence = f"DEFAULT_REGION: {region!r} is no country; numbers without country code would be read wrongly."
    return [_serious(7, sentence, "Write the country's two letters (ISO 3166): US, GB, ES.")]


@register
def check_prompt(**_: Any) -> list[CheckMessage]:
    """Return whether the provider can speak the line that asks a supervisor for a key: else no number can be joined."""
    try:
        check_speech(settings.PROMPT_VOICE, settings.PROMPT_LANGUAGE)
    except InvalidCommand as error:
        hint = "PROMPT_VOICE=AWS.Polly.Joanna with PROMPT_LANGUAGE=en-US is always possible."
        return [_serious(8, f"PROMPT_{error.field.upper()}: {error.sentence}", hint)]
    return []


@register
def check_stores(**_: Any) -> list[CheckMessage]:
    """Return whether what is stored is safe, and whether several processes would hear of each other."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite(str(database["NAME"]))
    if settings.CHANNEL_LAYERS["default"]["BACKEND"] == "channels.layers.InMemoryChannelLayer":
        hint = "With one server process that is fine. With several, set REDIS_URL: else some boards lag by a second."
        return [checks.Info("The channel layer is in memory.", hint=hint, id="conferences.I001")]
    return []


@register
def check_audit(**_: Any) -> list[CheckMessage]:
    """Check that the audit's checkpoints can be signed, where they are to be."""
    try:
        checkpoints.signing_key()
    except checkpoints.UnusableKey as error:
        return [_serious(9, f"AUDIT_KEY: {error}", _AUDIT_HINT)]
    return []


def _sqlite(name: str) -> list[CheckMessage]:
    """A file that can be damaged is refused for real calls; for trying out it is only said."""
    found: list[CheckMessage] = []
    if sqlite_safety.is_old():
        sentence = f"SQLite {sqlite3.sqlite_version} can, if rarely, corrupt a database that several connections write."
        hint = "Use PostgreSQL (DATABASE_URL), or SQLite 3.51.3 or later: the package pysqlite3 brings one. "
        hint += "For a trial whose records may be lost, ALLOW_OLD_SQLITE=1 accepts this one."
        is_accepted = settings.DEBUG or settings.ALLOW_OLD_SQLITE
        found.append(_warned(12, sentence, hint) if is_accepted else _serious(12, sentence, hint))
    if kind := sqlite_safety.network_file_system(name):
        sentence = f"The SQLite database lies on a network file system ({kind}), where its locks do not hold."
        hint = "Put it on a disk of this machine, or use PostgreSQL (DATABASE_URL)."
        found.append(_warned(13, sentence, hint) if settings.DEBUG else _serious(13, sentence, hint))
    return found


def _warned(number: int, sentence: str, hint: str) -> CheckMessage:
    return checks.Warning(sentence, hint=hint, id=f"conferences.W{number:03}")


def _serious(number: int, sentence: str, hint: str) -> CheckMessage:
    if set(sys.argv[1:2]) & WITHOUT_KEYS:
        return _warned(number, sentence, hint)
    return checks.Error(sentence, hint=hint, id=f"conferences.E{number:03}")


def _secret_key_problem() -> str:
    """Django raises as soon as anything reads an empty one. For trying out on this machine alone any other will do."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if not key:
        return "SECRET_KEY: It is empty."
    at_home = settings.DEBUG and set(settings.ALLOWED_HOSTS) <= _THIS_MACHINE
    if at_home or (len(key) >= SHORTEST_SECRET and len(set(key)) >= FEWEST_DIFFERENT and not key.startswith(_SAMPLE)):
        return ""
    return "SECRET_KEY: It can be guessed: it is short, or made of few different characters, or a sample."


def _is_private(url: str) -> bool:
    """Whether nobody between here and `url` can read along."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme != "http":
        return parts.scheme == "https" and bool(host)
    return is_this_machine(url)


def is_this_machine(url: str) -> bool:
    """Return whether an address leads to the machine that uses it: a stand-in's, or a tunnel's."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_exact(origin: str) -> bool:
    """Channels would take a leading dot, a star or a missing scheme for a pattern; Django compares letter by letter."""
    try:
        urlsplit(origin).port  # noqa: B018 - raises for a port beyond 65535
    except ValueError:
        return False
    return _ORIGIN.fullmatch(origin) is not None
