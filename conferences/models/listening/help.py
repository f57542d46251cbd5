"""An agent's request for help in a call, and who took it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from conferences.models.conferences import Conference
from conferences.models.directory import Agent
from conferences.models.legs import Leg
from conferences.models.listening.open_rows import OpenQuerySet
from conferences.models.listening.supervision import Supervision


class HelpRequestQuerySet(OpenQuerySet["HelpRequest"]):
    def loaded(self) -> HelpRequestQuerySet:
        """Load what is said of a request along with it."""
        return self.select_related("agent", "leg__agent", "taken_by")


class HelpRequest(models.Model):
    """That an agent asks for a supervisor. One that is open stands for whatever more she does to ask on that leg."""

    class Way(models.TextChoices):
        API = "api", "the center's system"
        KEYS = "keys", "keys pressed on the phone"
        HEADER = "header", "a SIP header"

    class End(models.TextChoices):
        ANSWERED = "answered", "answered"
        CLOSED = "closed", "closed by a supervisor"
        WITHDRAWN = "withdrawn", "withdrawn"
        EXPIRED = "expired", "the agent left the call"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="help_requests")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="help_requests")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="help_requests")
    way = models.CharField(max_length=10, choices=Way)
    reason = models.CharField(max_length=200, blank=True)  # as her desktop sent it
    asked_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    # Her whisper, on a leg that was up for another call, is asked for once she is in: then that has been done.
    asked_whisper = models.BooleanField(default=False)
    supervision = models.ForeignKey(Supervision, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)  # when the provider took the whisper
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["leg"], condition=Q(ended_at=None), name="one_open_help_per_leg")
        ]
        indexes = [models.Index(fields=["conference"], name="help_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.agent} in {self.conference}"
