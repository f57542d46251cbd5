"""Test calls: three phones and three modes, and what was heard at each; written by `testcall` alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class TestCall(models.Model):
    """A call to three phones by which people tell who really hears whom on this account."""

    __test__ = False  # no test of pytest's

    class State(models.TextChoices):
        RINGING = "ringing", "ringing the phones"
        MONITOR = "monitor", "monitor"
        WHISPER = "whisper", "whisper"
        BARGE = "barge", "barge"
        PROVED = "proved", "proved"
        FAILED = "failed", "failed"
        STOPPED = "stopped", "stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.RINGING)
    state_since = models.DateTimeField()
    running = models.BooleanField(null=True, default=True, unique=True)  # null once it has ended: one at a time
    ended_at = models.DateTimeField(null=True, blank=True)
    phones: models.JSONField[Any, Any] = models.JSONField()  # {"agent": address, "customer": …, "supervisor": …}
    legs: models.JSONField[Any, Any] = models.JSONField(default=dict)  # the same to call_control_ids
    done: models.JSONField[Any, Any] = models.JSONField(default=list)  # the steps that were taken
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {mode: {"agent": heard?, "customer": …}}
    # {mode: {"agent": {"heard": …, "at": …, "leg": …, "key": …, or "by": who ticked it}, "customer": …}}
    proof: models.JSONField[Any, Any] = models.JSONField(default=dict, db_default={})
    conference_id = models.CharField(max_length=255, blank=True)
    failed_step = models.CharField(max_length=40, blank=True)
    problem = models.TextField(blank=True)  # why it failed, in a sentence
    held_until = models.DateTimeField(null=True, blank=True)  # by the worker that takes a step

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"Test call of {self.started_at:%Y-%m-%d %H:%M}: {self.get_state_display()}"
