"""The conferences app: registers its checks, has the database's errors counted, the audit closed, and months made."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConferencesConfig(AppConfig):
    name = "conferences"

    def ready(self) -> None:
        from conferences import checks  # noqa: F401 - registers itself
        from conferences.liveness import database_errors

        database_errors.begin()
        from conferences.audit import access, changes

        access.connect()
        changes.connect()
        from conferences.rights import holding

        holding.connect()
        post_migrate.connect(close_audit, sender=self)
        post_migrate.connect(make_months, sender=self)


def close_audit(using: str, **_: Any) -> None:
    """Install the triggers that keep the audit as it was written."""
    from conferences.audit.proof import triggers

    triggers.install(using)


def make_months(using: str, **_: Any) -> None:
    """Make the partitions of this month's facts and of the next ones', on PostgreSQL."""
    from conferences.liveness import fact_months

    fact_months.make(using=using)
