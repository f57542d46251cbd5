"""The conferences app: registers its system checks, has the database's errors counted, and the audit closed."""

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


def close_audit(using: str, **_: Any) -> None:
    """Install the triggers that keep the audit as it was written."""
    from conferences.audit.proof import triggers

    triggers.install(using)
