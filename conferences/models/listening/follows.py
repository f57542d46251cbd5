"""A supervisor's wish to join an agent's next call."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from conferences.models.directory import Agent
from conferences.models.listening.open_rows import OpenQuerySet
from conferences.models.phones import Device


class Follow(models.Model):
    """To be called as an agent's next call starts. At most one call comes of it; its key is that one's token."""

    class End(models.TextChoices):
        CALLED = "called", "The next call has started."
        CANCELLED = "cancelled", "Cancelled."
        EXPIRED = "expired", _("No call started in time.")
        WITHDRAWN = (
            "withdrawn",
            _("You may not join this agent's calls any more, or your phone is no longer on record."),
        )
        REFUSED = "refused", "The next call could not be joined."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="follows")
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, related_name="follows")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")  # as the supervisor gave it
    source_ip = models.GenericIPAddressField(null=True, blank=True)
    session_key = models.CharField(max_length=40, blank=True)  # with the end of that login it ends too
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)
    # Why it came to nothing, in a sentence, until she has read it.
    told = models.TextField(blank=True, default="", db_default="")

    objects = OpenQuerySet["Follow"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="one_open_follow_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} by {self.user}"
