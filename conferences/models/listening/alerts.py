"""What a user wants to be alerted to, and what she was alerted to; written by `dashboard.alerts` alone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from conferences.models.conferences import Conference
from conferences.models.directory import Queue
from conferences.models.legs import Leg


class AlertChoice(models.Model):
    """By which means, for each kind; off without a row. `quiet_from` to `quiet_until`, in the user's zone: by none."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_choice")
    kinds: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)  # {kind: ["sound", "desktop"]}
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"alerts of {self.user}"


class Alert(models.Model):
    """That a user was alerted: to one thing about a call once, whatever pages are open; or to a queue's callers.

    `leg`: of a caller who was in no conference, and `queue` hers.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=20)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    occasion = models.CharField(max_length=40, blank=True)  # of what may happen again in one call: which
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "conference", "kind", "occasion"],
                condition=Q(conference__isnull=False),
                name="one_alert_per_call_and_reason",
            ),
            models.UniqueConstraint(
                fields=["user", "leg", "kind"],
                condition=Q(leg__isnull=False),
                name="one_alert_per_caller_and_reason",
            ),
        ]
        indexes = [models.Index(fields=["user", "-raised_at"], name="alert_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user}"
