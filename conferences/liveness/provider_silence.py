"""How long the provider has been silent: no webhook, and no read-back that it answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from conferences.models import Conference, Fact

# With calls going on the provider is heard every few seconds, if only by being asked.
QUIET: Final = timedelta(seconds=15)
SILENT: Final = timedelta(seconds=60)


def last_word() -> datetime | None:
    """Return when the provider last told anything, by itself or when asked; None if it never has."""
    told = (
        Fact.objects.exclude(source=Fact.Source.COMMAND).order_by("-pk").values_list("received_at", flat=True).first()
    )
    asked = Conference.objects.live().aggregate(last=Max("verified_at"))["last"]
    return max((one for one in (told, asked) if one is not None), default=None)


def silence(now: datetime) -> timedelta | None:
    """Return for how long nothing was heard while calls are live; None while none is, or nothing ever was."""
    if not Conference.objects.live().exists():
        return None
    heard_at = last_word()
    return None if heard_at is None else max(now - heard_at, timedelta(0))
