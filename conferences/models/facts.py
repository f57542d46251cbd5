"""Facts: everything told about calls, as it was told, written by the inbox alone; and what the door turned away."""

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


class WebhookRefusal(models.Model):
    """How many requests the webhook's door turned away for one reason within one hour, and when the newest came.

    Of a stranger's request nothing is stored but this.
    """

    class Reason(models.TextChoices):
        MISSING = "missing", "without a signature"
        STALE = "stale", "signed at a time too far from ours"
        WRONG = "wrong", "with a signature that is not the provider's"
        TOO_LARGE = "too_large", "larger than 256 KB"
        UNREADABLE = "unreadable", "broken off on their way"

    reason = models.CharField(max_length=10, choices=Reason)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    newest_at = models.DateTimeField()

    class Meta:
        ordering = ["-newest_at"]
        constraints = [models.UniqueConstraint(fields=["reason", "hour"], name="one_webhook_refusal_per_hour")]

    def __str__(self) -> str:
        return f"{self.count} {self.get_reason_display()}"
