"""Logins: each with its limits, passwords that must be changed, and the screens on walls; written by `logins` alone."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from conferences.models.directory import Queue, Team


class Login(models.Model):
    """One login of a person's: from where, until when at the latest, and when she last asked for something herself.

    It outlives the session of its key, so that whoever comes back is told why it is over.
    """

    class End(models.TextChoices):
        """Why a login is over; what is over by its time alone has none."""

        LEFT = "left", "logged out"
        OVER = "over", "its longest time was over"
        IDLE = "idle", "not used for too long"
        ENDED = "ended", "ended from another login"
        ADMIN = "admin", "ended by an administrator"
        PASSWORD = "password", "the password was changed"

    session_key = models.CharField(max_length=40, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="logins")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # her own last request, to the minute
    address = models.GenericIPAddressField(null=True, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.user} since {self.began_at:%Y-%m-%d %H:%M}"


class TemporaryPassword(models.Model):
    """Whose password was chosen by somebody else: it is good for changing it, and for nothing more."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="temporary_password")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} since {self.since:%Y-%m-%d %H:%M}"


class WallScreen(models.Model):
    """A screen on a wall: nobody is logged in at it, it may read what its token lets it, and do nothing.

    Of the token only a digest is kept; it is shown once, when it is made.
    """

    class Look(models.TextChoices):
        DARK = "dark", "dark"
        LIGHT = "light", "light"

    name = models.CharField(max_length=80, help_text="Where it hangs.")
    # Null for one of the release before, which had no page.
    slug = models.SlugField(  # noqa: DJ001
        "address", max_length=50, unique=True, null=True, help_text="Its page is /wallboard/ and this."
    )
    title = models.CharField(max_length=80, blank=True, db_default="", help_text="What stands above. Empty: the name.")
    teams = models.ManyToManyField(Team, related_name="+", blank=True, help_text="Whose queues and agents it shows.")
    queues = models.ManyToManyField(Queue, related_name="+", blank=True, help_text="Single queues of other teams.")
    shows_names = models.BooleanField(
        "name the agents",
        default=False,
        db_default=False,
        help_text="Each agent of its teams by name, with what she does. Customers are never shown.",
    )
    look = models.CharField(max_length=5, choices=Look, default=Look.DARK, db_default=Look.DARK)
    waiting_warn = models.PositiveIntegerField(
        "waiting: attention", null=True, blank=True, default=3, db_default=3, help_text="So many calls in one queue."
    )
    waiting_alarm = models.PositiveIntegerField("waiting: alarm", null=True, blank=True, default=10, db_default=10)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "screen on a wall"
        verbose_name_plural = "screens on walls"

    def __str__(self) -> str:
        return self.name

    @property
    def heading(self) -> str:
        """What stands above."""
        return self.title or self.name

    def clean(self) -> None:
        """Refuse an alarm that comes before the attention."""
        warn, alarm = self.waiting_warn, self.waiting_alarm
        if alarm is not None and (warn is None or alarm <= warn):
            raise ValidationError({"waiting_alarm": "The alarm comes later than the attention."})
