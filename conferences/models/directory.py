"""The directory: teams, queues, agents, supervisors, and the connections that only they can use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from conferences.attention import InvalidLimits, Limits
from conferences.join_options import JoinOptions
from conferences.telnyx import rules
from conferences.telnyx.rules import REGIONS, InvalidCommand


class Team(models.Model):
    """Agents and queues that the same supervisors look after."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


# By the provider’s names.
_REGION_WORDS = {"Australia": _("Australia"), "Europe": _("Europe"), "Middle East": _("Middle East"), "US": _("US")}
REGION_CHOICES = [(region.value, _REGION_WORDS.get(region.value, region.value)) for region in REGIONS]


class Beep(models.TextChoices):
    NEVER = rules.Beep.NEVER.value, _("never")
    ALWAYS = rules.Beep.ALWAYS.value, _("on joining and leaving")
    ON_ENTER = rules.Beep.ON_ENTER.value, _("on joining")
    ON_EXIT = rules.Beep.ON_EXIT.value, _("on leaving")


def _seconds(label: str, usual: int | None, **options: Any) -> models.PositiveIntegerField[Any, Any]:
    """Seconds after which; never where it is empty. (The release before writes rows without it: hence its default.)"""
    return models.PositiveIntegerField(label, null=True, blank=True, default=usual, db_default=usual, **options)


class Queue(models.Model):
    """What callers dial, the policy for those who join its calls, and from when on a call of it needs attention.

    Its fields are those of JoinOptions and of Limits.
    """

    name = models.CharField(max_length=80, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="queues")
    beep_enabled = models.CharField(
        "beep for supervisors",
        max_length=10,
        choices=Beep,
        default=Beep.NEVER,
        help_text="Heard by everyone in the call when a supervisor joins or leaves, whatever the supervisor's mode.",
    )
    region = models.CharField(
        max_length=20,
        choices=REGION_CHOICES,
        blank=True,
        help_text="Where the conference's data is. Empty: where the account keeps its data.",
    )
    mute = models.BooleanField("join muted", default=False)
    hold = models.BooleanField(
        "join on hold", default=False, help_text="The supervisor hears nothing of the call until taken off hold."
    )
    hold_media_name = models.CharField(
        max_length=255, blank=True, help_text="Name of a sound stored at the provider, played to a supervisor on hold."
    )
    hold_audio_url = models.CharField(
        "hold audio address",
        max_length=500,
        blank=True,
        help_text="Instead of a stored sound; only where allowed.",
    )
    start_conference_on_enter = models.BooleanField(
        "joining starts the conference",
        default=False,
        help_text="For conferences that wait for somebody before anyone hears anyone.",
    )
    end_conference_on_exit = models.BooleanField(
        "leaving ends the call for everyone",
        default=False,
        help_text="Danger: when the supervisor leaves, everyone is hung up, the customer too.",
    )
    soft_end_conference_on_exit = models.BooleanField(
        "leaving ends the conference",
        default=False,
        help_text="Danger: when the supervisor leaves, the others are no longer connected with each other.",
    )
    wait_warn = _seconds("waiting: attention", Limits().wait.warn, help_text="A caller for whom no agent is there yet.")
    wait_alarm = _seconds("waiting: alarm", Limits().wait.alarm)
    hold_warn = _seconds("on hold: attention", Limits().hold.warn)
    hold_alarm = _seconds("on hold: alarm", Limits().hold.alarm)
    talk_warn = _seconds("length of a call: attention", Limits().talk.warn, help_text="1500 is 25 minutes.")
    talk_alarm = _seconds("length of a call: alarm", Limits().talk.alarm)

    most_waiting = models.PositiveSmallIntegerField(
        "callers waiting: alert",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="From so many on, those who want to hear of it are alerted. Empty: never.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            JoinOptions.of(self).check(settings.HOLD_AUDIO_ALLOWED_ORIGINS)
            Limits.of(self).check()
        except (InvalidCommand, InvalidLimits) as error:
            raise ValidationError({error.field: error.sentence}) from None


class Agent(models.Model):
    """A person who talks with customers."""

    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agents")
    is_protected = models.BooleanField(
        "protected", default=False, db_default=False, help_text="Nobody may listen to a call that this agent is in."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def with_team() -> QuerySet[Agent]:
    """Return the agents, each loaded with the team."""
    return Agent.objects.select_related("team__listening_policy")


class Connection(models.Model):
    """A connection at the provider that only the center's own people can use: a call that comes by it is theirs."""

    connection_id = models.CharField(
        "connection id",
        max_length=255,
        unique=True,
        help_text="As the provider's portal shows it: a credential or SIP connection of your agents' phones, or a "
        "trunk to your own PBX. Whoever calls by it is believed to be at the address shown.",
    )
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse the application's own connection: by it anybody calls, and may show whatever they like."""
        self.connection_id = self.connection_id.strip()
        if self.connection_id == settings.TELNYX_CONNECTION_ID:
            said = (
                "That is the application's own connection, by which strangers call too: what they show proves nothing."
            )
            raise ValidationError({"connection_id": ValidationError(said, code="open_to_strangers")})


def full_name(user: AbstractUser) -> str:
    """Return what a person is called on a screen."""
    return user.get_full_name() or user.get_username()


class Supervisor(models.Model):
    """A user who looks after teams, or single queues. What the user may do there is given by Django's permissions."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="supervisor")
    teams = models.ManyToManyField(Team, related_name="supervisors", blank=True)
    queues = models.ManyToManyField(
        Queue,
        related_name="supervisors",
        blank=True,
        help_text="Single queues of other teams: their calls alone, and not what else those teams' agents are on.",
    )

    class Meta:
        ordering = ["user__username"]

    def __str__(self) -> str:
        return full_name(self.user)


class SavedView(models.Model):
    """A view of the board under a name, as its address asks for it; written by its form in `dashboard` alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)  # the words of the address
    is_default = models.BooleanField(default=False)  # what the user sees first

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name"),
            models.UniqueConstraint(fields=["user"], condition=models.Q(is_default=True), name="one_default_view"),
        ]

    def __str__(self) -> str:
        return self.name


class ChosenReading(models.Model):
    """The language and time zone that a user has chosen; written by their form in `dashboard` alone.

    Empty: the language as the browser says, and the contact center's time zone.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chosen_reading")
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"language and time zone of {self.user}"


class ChosenKeys(models.Model):
    """The keys that a user has chosen instead of the usual ones; written by their form in `dashboard` alone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chosen_keys")
    keys: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {action: key}

    def __str__(self) -> str:
        return f"keys of {self.user}"
