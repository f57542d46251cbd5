"""The conferences app: registers its system checks."""

from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    name = "conferences"

    def ready(self) -> None:
        from conferences import checks  # noqa: F401 - registers itself
