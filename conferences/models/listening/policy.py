"""What rules listening to the calls of a queue or of a team, beside the rights of whoever listens."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from conferences.models.directory import Beep, Queue, Team


class ListeningPolicy(models.Model):
    """One for a queue or for a team. Of several that bear on a call each holds: the strictest wins.

    A call's are those of its queue, of its queue's team, and of the teams of the agents in it. Without one everything
    is allowed that rights allow.
    """

    queue = models.OneToOneField(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="listening_policy"
    )
    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="listening_policy")
    monitor = models.BooleanField("monitor is allowed", default=True)
    whisper = models.BooleanField("whisper is allowed", default=True)
    barge = models.BooleanField("barge is allowed", default=True)
    monitor_first = models.BooleanField(
        default=False, help_text="Whoever wants to be heard has to listen as monitor before."
    )
    reason_required = models.BooleanField(default=False, help_text="It is kept with the supervision and in the audit.")
    reasons = models.TextField(
        blank=True, help_text="Reasons to choose from, one on each line. Empty: whatever the supervisor writes."
    )
    most_audible = models.PositiveSmallIntegerField(
        "at most so many audible supervisors",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Who whisper or barge in one call at the same time. Empty: any number.",
    )
    longest_minutes = models.PositiveSmallIntegerField(
        "longest supervision, minutes",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="After that the supervisor is taken out. Empty: as long as the call.",
    )

    beep = models.CharField(
        max_length=10,
        choices=Beep,
        blank=True,
        default="",
        db_default="",
        help_text="Heard by everyone when a supervisor joins or leaves. A queue’s counts before its team’s; empty in "
        "both: as the queue joins supervisors.",
    )
    agents_told = models.BooleanField(
        "agents are told",
        null=True,
        blank=True,
        choices=[(None, "not said here"), (True, "told"), (False, "not told")],
        help_text="Whether agents know that they may be listened to; kept with each stay. A queue’s counts before its "
        "team’s.",
    )
    notice = models.TextField(
        blank=True,
        db_default="",
        help_text="By which words callers and agents are told that calls may be listened to. Changed, it has to be "
        "confirmed anew.",
    )
    notice_confirmed = models.TextField(blank=True, db_default="", editable=False)  # the text that was confirmed last
    notice_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # counts the confirmed ones

    class Meta:
        ordering = ["queue__name", "team__name"]
        verbose_name = "listening policy"
        verbose_name_plural = "listening policies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(queue=None, team__isnull=False) | models.Q(queue__isnull=False, team=None),
                name="policy_of_queue_or_team",
            )
        ]

    def __str__(self) -> str:
        return f"Listening to calls of {self.queue or self.team}"

    @property
    def has_notice(self) -> bool:
        """Whether there is a notice, and an administrator has confirmed it as it is worded now."""
        return bool(self.notice.strip()) and self.notice == self.notice_confirmed
