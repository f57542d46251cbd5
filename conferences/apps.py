"""The conferences app: registers its system checks and wakes the errands when facts arrive."""

from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    name = "conferences"

    def ready(self) -> None:
        from conferences import checks  # noqa: F401 - registers itself
