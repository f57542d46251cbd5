"""Every setting, read once from the environment."""

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from dashboard.sqlite import use_newest

use_newest()  # before Django opens a database

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Telnyx -----------------------------------------------------------------------------------------------------------
TELNYX_API_KEY = env.str("TELNYX_API_KEY", "")
TELNYX_PUBLIC_KEY = env.str("TELNYX_PUBLIC_KEY", "")  # one or more, comma-separated: old and new during a rotation
TELNYX_BASE_URL = env.str("TELNYX_BASE_URL", "https://api.telnyx.com/v2")
TELNYX_CONNECTION_ID = env.str("TELNYX_CONNECTION_ID", "")
TELNYX_CALLER_ID = env.str("TELNYX_CALLER_ID", "")
# The country whose rules a number without country code is read by (ISO 3166); empty: that of TELNYX_CALLER_ID.
DEFAULT_REGION = env.str("DEFAULT_REGION", "")
# Who speaks the line that asks a supervisor for a key, and in which language (Telnyx docs: Gather using speak).
PROMPT_VOICE = env.str("PROMPT_VOICE", "AWS.Polly.Joanna")
PROMPT_LANGUAGE = env.str("PROMPT_LANGUAGE", "en-US")
HOLD_AUDIO_ALLOWED_ORIGINS: list[str] = env.list("HOLD_AUDIO_ALLOWED_ORIGINS", [])

# --- Core -------------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # leads whoever looks through a first whisper
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1"])
# Browser origins that may open the WebSocket and post forms: exact scheme, host and port.
ORIGINS = env.list("ORIGINS", ["http://127.0.0.1:8000", "http://localhost:8000"])
CSRF_TRUSTED_ORIGINS = ORIGINS
CSRF_FAILURE_VIEW = "dashboard.server.on_record.csrf_failure"

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "conferences.apps.ConferencesConfig",
    "conferences.retention",
    "dashboard.apps.DashboardConfig",
]

MIDDLEWARE = [
    "dashboard.server.client_address.see_through_proxies",
    "dashboard.language.middleware.speak_as_the_browser_says",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.language.middleware.speak_as_she_has_chosen",
    "dashboard.server.on_record.put_on_record",
    "dashboard.login.middleware.keep_limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.login.middleware.finish_logins",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.server.middleware.tell_of_actions",
    "dashboard.server.middleware.refuse_patterns",
    "dashboard.server.bounds.bound_what_costs",
    "dashboard.server.middleware.login_for_htmx",
    "dashboard.server.middleware.keep_no_copy",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # In every template without {% load %}: a fragment begins with its root.
            "builtins": [
                *("django.templatetags.static", "django.templatetags.i18n"),
                *("dashboard.templatetags.calls", "dashboard.templatetags.sentences"),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.presenters.unassigned.header",
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'earshot.sqlite3'}")}
if DATABASES["default"].get("NAME") == str(BASE_DIR / "var" / "earshot.sqlite3"):
    (BASE_DIR / "var").mkdir(exist_ok=True)  # the default must work in a fresh checkout
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql" and find_spec("psycopg") is None:
    raise ImproperlyConfigured(
        "DATABASE_URL names PostgreSQL, whose packages are not installed: "
        "run .venv/bin/python -m pip install --require-hashes -r requirements/scale.txt"
    )
# As on SQLite: whoever waits for a lock is told so in the end, and a session that died holding one lets it go.
POSTGRESQL_LIMITS = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads before it writes waits for the lock instead of failing at once.
    # FULL: a webhook answered with 200 is on disk.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA journal_size_limit=67108864",
    }
else:
    # Under ASGI persistent connections belong to a pool, not to threads.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": 20, "timeout": 5}
    DATABASES["default"]["OPTIONS"].setdefault("options", POSTGRESQL_LIMITS)
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accepts, for a trial, an SQLite that can damage its file; conferences/checks.py says which.
ALLOW_OLD_SQLITE = env.bool("ALLOW_OLD_SQLITE", False)

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and find_spec("channels_redis") is None:
    raise ImproperlyConfigured(
        "REDIS_URL is set, but the packages for Redis are not installed: "
        "run .venv/bin/python -m pip install --require-hashes -r requirements/scale.txt"
    )
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # A hub waits five seconds at a time for a nudge; a socket that gives up sooner would call that a failure.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 15}], "prefix": "earshot"}
        | {"capacity": 1000, "expiry": 30},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
}

# The serving process carries supervisions on; tests do so step by step instead.
RUN_BACKGROUND = env.bool("RUN_BACKGROUND", env.bool("RUN_ERRANDS", True))  # the second: its name before
# For how many seconds a supervisor's phone stays up in no call, in silence, until she chooses the next one.
BETWEEN_CALLS_SECS = env.int("BETWEEN_CALLS_SECS", 60)

# --- People, logins and tokens ----------------------------------------------------------------------------------------
from dashboard.login.settings import *  # noqa: E402, F403
from dashboard.login.settings import SIGN_ON_ORIGINS  # noqa: E402

# --- The audit, and how long what is kept -----------------------------------------------------------------------------
from dashboard.retention import *  # noqa: E402, F403

# --- Transport and browser --------------------------------------------------------------------------------------------
SECURE = not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
SECURE_SSL_REDIRECT = SECURE
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # a browser does so on this machine alone
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
# The proxy in front must overwrite this header (README, "Behind a proxy").
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Probes ask each process at its own port. What they send has been sent once it could be redirected.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *SIGN_ON_ORIGINS],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "report-uri": ["/csp-reports/"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144

# --- Language, time, files --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"  # of the log, the audit and the admin, too
LANGUAGES = [("en", "English"), ("es", "Español"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "dashboard" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
STATIC_URL = "static/"
# Where they are collected; releases side by side share one place, so that a page finds what it was made with.
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dashboard.server.static_files.HashedFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Log --------------------------------------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", "text" if DEBUG else "json")
if LOG_FORMAT not in ("json", "text"):
    raise ImproperlyConfigured(f"LOG_FORMAT: {LOG_FORMAT!r} is neither json nor text.")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured(f"LOG_LEVEL: {LOG_LEVEL!r} is none of DEBUG, INFO, WARNING, ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"masked": {"()": "dashboard.server.logs.lines.made_by_settings", "form": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would write, or send by mail, what is not masked.
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.db.backends": {"level": "INFO"},
        "django.server": {"handlers": [], "propagate": True},
        # httpx names every URL it calls, and ours carry call_control_ids.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
