"""The audit: one entry per action before it is sent, one for its outcome; written by the audit package alone."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from conferences.models.conferences import Conference
from conferences.models.supervision import Supervision


class AppendOnly(Exception):
    """An audit entry was about to be changed or deleted."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Audit entries are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Audit entries are never deleted.")


class AuditEntry(models.Model):
    """Who did what to which call, from where and when, and what came of it.

    Names are copied as they were shown at that moment: people and queues may be renamed or deleted later.
    """

    class Phase(models.TextChoices):
        INTENT = "intent", "asked"
        OUTCOME = "outcome", "outcome"

    class Result(models.TextChoices):
        PENDING = "", "–"
        OK = "ok", "accepted"
        REFUSED = "refused", "refused by the provider"
        UNKNOWN = "unknown", "outcome unknown"
        DENIED = "denied", "not allowed here"
        UNREACHED = "unreached", "not reached"
        NO_PERSON = "no_person", "no person answered"

    at = models.DateTimeField()
    phase = models.CharField(max_length=10, choices=Phase)
    intent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="outcomes")
    action = models.CharField(max_length=20)  # dial, ring, ask, join, update, mute, unmute, leave, hangup
    result = models.CharField(max_length=10, choices=Result, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=255)
    source_ip = models.GenericIPAddressField(null=True, blank=True)
    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, null=True, related_name="audit_entries")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, null=True, related_name="audit_entries")
    conference_name = models.TextField(blank=True)
    telnyx_conference_id = models.CharField(max_length=255, blank=True)
    call_control_id = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=10, blank=True)
    targets: models.JSONField[Any, Any] = models.JSONField(default=list)  # [{"call_control_id": …, "name": …}]
    command_id = models.CharField(max_length=64, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    sends = models.PositiveSmallIntegerField(null=True, blank=True)
    provider_code = models.CharField(max_length=20, blank=True)
    provider_text = models.TextField(blank=True)
    claim = models.TextField(blank=True)  # who would hear, as the screen put it at that moment
    note = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-at"], name="audit_at")]  # the audit page's filter on days

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.phase}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Audit entries are never deleted.")


class OwedEntry(models.Model):
    """An audit entry that could not be written at its time: what it would hold, as of when it was due.

    `intent`: of an outcome whose intent is owed too.
    """

    values: models.JSONField[Any, Any] = models.JSONField()
    intent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="outcomes")

    class Meta:
        ordering = ["id"]
        verbose_name = "owed audit entry"
        verbose_name_plural = "owed audit entries"

    def __str__(self) -> str:
        return f"{self.values.get('action', '')} at {self.values.get('at', '')}"
