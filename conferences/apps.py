"""The conferences app: registers its system checks, and has the database's errors counted."""

from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    name = "conferences"

    def ready(self) -> None:
        from conferences import checks  # noqa: F401 - registers itself
        from conferences.liveness import database_errors

        database_errors.begin()
