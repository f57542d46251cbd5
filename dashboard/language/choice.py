"""The language and time zone that a user chooses; the only writer of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import User

from conferences.models import ChosenReading
from dashboard.language.reading import zones


def save_reading(user: User, data: Mapping[str, str]) -> bool:
    """Keep what she chose, nothing where she chose what would be so anyway; return whether both are there to choose."""
    language, zone = data.get("language", ""), data.get("time_zone", "")
    if (language and language not in dict(settings.LANGUAGES)) or (zone and zone not in zones()):
        return False
    if language or zone:
        ChosenReading.objects.update_or_create(user=user, defaults={"language": language, "time_zone": zone})
    else:
        ChosenReading.objects.filter(user=user).delete()
    return True
