"""The directory: teams, queues, agents and supervisors with the addresses by which calls are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from conferences.addresses import InvalidAddress, normalise, readable

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class AddressField(_CharField):
    """An E.164 number or a SIP address, kept in its one normal spelling."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return normalise(text)
        except InvalidAddress as error:
            raise ValidationError(str(error), code="invalid") from None


class NumberField(AddressField):
    """An E.164 number only."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number and not number.startswith("+"):
            raise ValidationError("Write a telephone number with + and country code.", code="invalid")
        return number


class Team(models.Model):
    """Agents and queues that the same supervisors look after."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """What callers dial, and the policy for those who join its calls."""

    class Beep(models.TextChoices):
        NEVER = "never", "never"
        ALWAYS = "always", "on joining and leaving"
        ON_ENTER = "on_enter", "on joining"
        ON_EXIT = "on_exit", "on leaving"

    name = models.CharField(max_length=80, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="queues")
    beep_enabled = models.CharField(
        "beep for supervisors",
        max_length=10,
        choices=Beep,
        default=Beep.NEVER,
        help_text="Heard by everyone in the call when a supervisor joins or leaves, whatever the supervisor's mode.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QueueNumber(models.Model):
    """A number that callers dial to reach a queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="numbers")
    number = NumberField(unique=True, help_text="With + and country code, such as +34 910 000 001.")

    class Meta:
        ordering = ["number"]
        verbose_name = "dialled number"

    def __str__(self) -> str:
        return readable(self.number)


class Agent(models.Model):
    """A person who talks with customers."""

    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agents")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgentAddress(models.Model):
    """A number or SIP user at which an agent is called or from which the agent calls."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="addresses")
    address = AddressField(unique=True, help_text="A number (+34 600 000 001) or a SIP address (sip:ana@example.com).")

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "agent addresses"

    def __str__(self) -> str:
        return readable(self.address)

    def clean(self) -> None:
        """An agent's leg may be whispered to, a supervisor's never: one address cannot be both."""
        if Device.objects.filter(address=self.address).exists():
            raise ValidationError({"address": "This is a supervisor's device; an agent cannot have it too."})


class Supervisor(models.Model):
    """A user who looks after teams. What the user may do there is given by Django's permissions."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="supervisor")
    teams = models.ManyToManyField(Team, related_name="supervisors", blank=True)

    class Meta:
        ordering = ["user__username"]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()


class Device(models.Model):
    """A phone of a supervisor's, which we dial for the supervisor to listen and speak."""

    supervisor = models.ForeignKey(Supervisor, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=60, help_text="As the supervisor knows it: Desk phone, Headset, Mobile.")
    address = AddressField(unique=True, help_text="A number (+34 600 000 001) or a SIP address (sip:ana@example.com).")

    class Meta:
        ordering = ["supervisor", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({readable(self.address)})"

    def clean(self) -> None:
        if AgentAddress.objects.filter(address=self.address).exists():
            raise ValidationError({"address": "This is an agent's address; a supervisor's device cannot have it too."})
