"""What the webhook's door turned away, counted by reason and hour: a stranger's bodies are never stored."""

from __future__ import annotations

from django.db import models


class WebhookRefusal(models.Model):
    """How many requests were turned away for one reason within one hour, and when the newest of them came."""

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
