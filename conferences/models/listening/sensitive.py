"""Sensitive sections: times of a call to which nobody listens, such as while a card number is read out."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from conferences import clock
from conferences.models.conferences import Conference
from conferences.models.listening.open_rows import OpenQuerySet


class SensitiveSectionQuerySet(OpenQuerySet["SensitiveSection"]):
    def running(self) -> SensitiveSectionQuerySet:
        """Keep those in which nobody may listen now; each is over once its time is, whoever notices."""
        return self.open().filter(until__gt=clock.now())


class SensitiveSection(models.Model):
    """A time in which nobody may listen to a call. Each that began one has a row; one running is enough."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sensitive_sections")
    # Empty: the center's own system, by whose word alone it ends before its time.
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SensitiveSectionQuerySet.as_manager()

    class Meta:
        ordering = ["begun_at", "id"]
        indexes = [models.Index(fields=["conference"], name="sensitive_open", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.conference} until {self.until:%H:%M:%S}"
