"""Settings of the audit, and of how long what is kept; the other settings take them in."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()

# --- Audit ------------------------------------------------------------------------------------------------------------
# Checkpoints are signed with the first (32 random bytes in base64; empty: none are made), may be signed with those of
# the second, and go to the log, a file, and an address that takes them as JSON.
AUDIT_KEY = env.str("AUDIT_KEY", "")
AUDIT_PUBLIC_KEYS: list[str] = env.list("AUDIT_PUBLIC_KEYS", [])
_FILE = Path(__file__).resolve().parent.parent / "var" / "audit-checkpoints.jsonl"
AUDIT_CHECKPOINTS = env.str("AUDIT_CHECKPOINTS", str(_FILE) if AUDIT_KEY else "")
AUDIT_WEBHOOK = env.str("AUDIT_WEBHOOK", "")

# --- For how many days what is kept; `manage.py prune` deletes what is older ------------------------------------------
RETAIN_FACTS_DAYS = env.int("RETAIN_FACTS_DAYS", 30)  # events as Telnyx sent them, of calls that ended before
RETAIN_NUMBERS_DAYS = env.int("RETAIN_NUMBERS_DAYS", 90)  # numbers and addresses of the people in calls
RETAIN_AUDIT_DAYS = env.int("RETAIN_AUDIT_DAYS", 396)
RETAIN_LOGINS_DAYS = env.int("RETAIN_LOGINS_DAYS", 30)  # after their end; tries to log in likewise
RETAIN_ADMIN_LOG_DAYS = env.int("RETAIN_ADMIN_LOG_DAYS", 90)

if min(RETAIN_FACTS_DAYS, RETAIN_LOGINS_DAYS, RETAIN_ADMIN_LOG_DAYS) < 1:
    raise ImproperlyConfigured("RETAIN_…_DAYS: What is kept is kept for a day at least.")
if RETAIN_NUMBERS_DAYS < RETAIN_FACTS_DAYS:
    raise ImproperlyConfigured("RETAIN_NUMBERS_DAYS: Events hold numbers, so that these are kept as long at least.")
if RETAIN_AUDIT_DAYS < 396:
    raise ImproperlyConfigured("RETAIN_AUDIT_DAYS: The audit is kept for thirteen months, 396 days, at least.")
