"""Facts: everything told about calls, as it was told; written by the inbox alone."""

from __future__ import annotations

from django.db import models

from conferences.telnyx.events import Event, parse


class Fact(models.Model):
    """One thing the provider told, or we did and it accepted. Raw bytes first; what else is here was read from them."""

    class Source(models.TextChoices):
        WEBHOOK = "webhook", "webhook"
        READBACK = "readback", "read-back"
        COMMAND = "command", "command of ours"
        BACKFILL = "backfill", "the provider's records"

    class Outcome(models.TextChoices):
        APPLIED = "applied", "applied"
        IGNORED = "ignored", "ignored"
        DEAD = "dead", "dead letter"
        PARKED = "parked", "parked: a mistake of ours kept it from counting"

    event_id = models.CharField(max_length=255, unique=True)
    event_type = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=10, choices=Source)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=255, blank=True)
    trace = models.TextField(blank=True)  # of one that is parked: where our code stopped
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    order = models.CharField(max_length=320)  # fold.order: place among all facts
    attempt = models.PositiveIntegerField(default=1)
    key_index = models.PositiveSmallIntegerField(null=True, blank=True)  # which configured public key signed it
    conference_id = models.CharField(max_length=255, blank=True)
    call_control_id = models.CharField(max_length=255, blank=True)
    body = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Folding again: every fact of one conference and of its legs (projection).
            models.Index(
                fields=["conference_id", "order"], name="fact_conference", condition=~models.Q(conference_id="")
            ),
            models.Index(fields=["call_control_id", "order"], name="fact_leg", condition=~models.Q(call_control_id="")),
            # The admin's filter on dead letters, few among many.
            models.Index(fields=["-id"], name="fact_dead", condition=models.Q(outcome="dead")),
            models.Index(fields=["id"], name="fact_parked", condition=models.Q(outcome="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.event_type or 'unreadable'} {self.event_id}"

    @property
    def event(self) -> Event:
        """The event in the stored bytes. Raises Unusable for a dead letter."""
        return parse(bytes(self.body), self.received_at)
