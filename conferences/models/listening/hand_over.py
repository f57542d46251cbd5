"""One supervisor's offer to another to listen to a call in her place."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from conferences.models.conferences import Conference
from conferences.models.listening.open_rows import OpenQuerySet
from conferences.models.listening.supervision import Supervision


class HandOverQuerySet(OpenQuerySet["HandOver"]):
    def loaded(self) -> HandOverQuerySet:
        """Load what is said of an offer along with it."""
        return self.select_related("supervision__user", "supervision__conference", "conference__queue", "to")


class HandOver(models.Model):
    """An offer of a supervisor who is in a call. She stays in it until the other is surely in."""

    class End(models.TextChoices):
        DONE = "done", "taken over"
        DECLINED = "declined", "declined"
        EXPIRED = "expired", "not answered in time"
        WITHDRAWN = "withdrawn", "taken back"
        FAILED = "failed", "accepted, and did not get into the call"
        GONE = "gone", "the offering one was out of the call first"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supervision = models.ForeignKey(Supervision, on_delete=models.CASCADE, related_name="hand_overs")
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="hand_overs")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["supervision"], condition=Q(ended_at=None), name="one_open_hand_over")
        ]
        indexes = [models.Index(fields=["conference"], name="hand_over_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.conference} to {self.to}"
