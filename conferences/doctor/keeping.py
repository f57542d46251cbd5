"""What is kept: whether the audit is signed for, and whether what has been kept for its time is deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from conferences.audit.proof import checkpoints
from conferences.doctor.findings import Finding, error, ok, warning
from conferences.models import Fact

LATE: Final = timedelta(days=3)  # some nights may fail
_MAKE: Final = "Put 32 random bytes in base64 into the environment as AUDIT_KEY: openssl rand -base64 32."


def audit_key() -> Finding:
    """Tell whether checkpoints of the audit are signed."""
    try:
        key = checkpoints.signing_key()
    except checkpoints.UnusableKey as trouble:
        return error("Audit", f"AUDIT_KEY cannot be used. {trouble}", _MAKE)
    if key is None:
        message = (
            "AUDIT_KEY is missing: whoever owns the database could rewrite the audit unseen, and nothing of it can"
        )
        return warning("Audit", f"{message} be deleted after its time.", _MAKE)
    return ok("Audit", "Its checkpoints are signed.")


def pruned(now: datetime) -> Finding:
    """Tell whether events go after their time."""
    oldest = Fact.objects.order_by("pk").values_list("received_at", flat=True).first()
    days = settings.RETAIN_FACTS_DAYS
    if oldest is not None and now - oldest > timedelta(days=days) + LATE:
        message = f"There are events of {oldest:%Y-%m-%d}, which are to be kept for {days} days."
        fix = "Run manage.py prune every night: systemctl enable --now earshot-manage@prune.timer."
        return warning("Retention", message, fix)
    return ok("Retention", f"No event is older than it is to be ({days} days).")
