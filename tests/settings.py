"""Settings for tests: the product's own, with keys of the tests and nothing that runs by itself."""

import base64
import os
import tempfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

os.environ["DEBUG"] = "1"
os.environ["SECRET_KEY"] = "of the tests only: long enough, and of many different characters"
os.environ["RUN_BACKGROUND"] = "0"
os.environ["DEFAULT_REGION"] = "US"
if redis_url := os.environ.get("REDIS_URL"):
    # Of processes side by side each has a database of its own there, as it has in PostgreSQL.
    os.environ["REDIS_URL"] = redis_url.rsplit("/", 1)[0] + "/" + os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]
os.environ.setdefault("TELNYX_CONNECTION_ID", "1494404757140276705")
os.environ.setdefault("TELNYX_CALLER_ID", "+34910000000")
os.environ.setdefault("TELNYX_API_KEY", "KEY0123456789ABCDEF_canary")
public_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
os.environ.setdefault("TELNYX_PUBLIC_KEY", base64.b64encode(public_key).decode())

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import DATABASES, MIDDLEWARE, STORAGES  # noqa: E402

DEBUG = False
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in production: memory hides what locking does.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(tempfile.mkdtemp(prefix="earshot-test-"), "test.sqlite3")}  # noqa: PTH118
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
SECURE_SSL_REDIRECT = False
MIDDLEWARE = ["tests.support.secret_leaks.watch_failed_pages", *MIDDLEWARE]
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A pool keeps connections open, and a test database with connections cannot be dropped.
    DATABASES["default"]["OPTIONS"].pop("pool")
