"""How far the provider's own records of its webhooks have been looked through, and what they no longer reached."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class BackfillCursor(models.Model):
    """The one row that says until when the provider's records have been compared with our facts."""

    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"looked through until {self.until:%Y-%m-%d %H:%M:%S}"


class GapQuerySet(models.QuerySet["Gap"]):
    def within(self, since: datetime, until: datetime) -> GapQuerySet:
        """Keep the gaps that some of the time from `since` to `until` fell in."""
        return self.filter(begins_at__lt=until, ends_at__gt=since)


class Gap(models.Model):
    """A stretch of time of which the provider's records were gone when they could be asked for at last.

    Webhooks that failed to arrive then are lost: what happened is known only as far as others did arrive.
    """

    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    found_at = models.DateTimeField()

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-begins_at"]
        constraints = [models.UniqueConstraint(fields=["begins_at"], name="one_gap_per_beginning")]

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M:%S} to {self.ends_at:%Y-%m-%d %H:%M:%S}"
