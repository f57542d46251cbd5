"""Where people, queues and machines of the center are reached: the addresses by which calls are told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from conferences.addresses import Address, InvalidAddress, read, readable, spellings
from conferences.models.address_fields import AddressField, DialledField, NumberField, Written
from conferences.models.directory import Agent, Queue, Supervisor


class QueueNumber(Written):
    """A number that callers dial to reach a queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="numbers")
    number = NumberField(unique=True, help_text="With + and country code, such as +34 910 000 001.")

    class Meta:
        ordering = ["number"]
        verbose_name = "dialled number"

    def __str__(self) -> str:
        return readable(self.number)

    def clean(self) -> None:
        """Refuse what is somebody's phone: a call to this number is a customer's."""
        _refuse_taken(self, "number", self.number, by=(AgentAddress, Device, QueueNumber))


class AgentAddress(Written):
    """A number or SIP user at which an agent is called or from which the agent calls."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="addresses")
    address = AddressField(
        db_index=True,
        help_text="A number (+34 600 000 001), a SIP address (sip:ana@example.com) or a SIP user (gencredABC, 1001).",
    )

    # Of several agents at one phone: since when this one has it.
    signed_in_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Of a credential that a system registered for a while: legs that begin from then on are not the agent's.
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "agent addresses"
        constraints = [models.UniqueConstraint(fields=["agent", "address"], name="one_row_per_agent_and_address")]

    def __str__(self) -> str:
        return readable(self.address)

    def clean(self) -> None:
        """Refuse a dialled number; a phone may be shared, by shifts or by a team lead who supervises on it."""
        twins = AgentAddress.objects.filter(agent_id=self.agent_id, address=self.address).exclude(pk=self.pk)
        if self.address and self.agent_id and twins.exists():
            said = AddressField.default_error_messages["unique"]
            raise ValidationError({"address": ValidationError(said, code="unique")})
        _refuse_taken(self, "address", self.address, by=(QueueNumber,))


class SystemAddress(Written):
    """Where a machine of the center's is reached: an assistant, a recorder, a loop of the owner's. It is nobody."""

    name = models.CharField(max_length=80, help_text="As supervisors read it: the assistant, the recorder.")
    address = AddressField(unique=True, help_text="What is dialled to reach it: a number, a SIP address or a SIP user.")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "system addresses"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what is anybody else's: a machine shares its address with nobody."""
        _refuse_taken(self, "address", self.address, by=(AgentAddress, Device, QueueNumber))


class AnswerCheck(models.TextChoices):
    """How it is made sure that a person answered a device: a device's own, and the one a supervision began with."""

    PRESS_1 = "press_1", "press 1: a short spoken line asks for the key"
    DETECT = "detect", "detect: the provider listens for voicemails, faxes and call screeners"
    TRUST = "trust", "trust: whoever answers is believed to be the supervisor"


def usual_check(address: str) -> AnswerCheck:
    """Return what is done where a device says nothing: only a telephone number has a network that takes calls."""
    return AnswerCheck.TRUST if address.startswith(("sip:", "sips:")) else AnswerCheck.PRESS_1


class _InForce(models.Manager["Device"]):
    def get_queryset(self) -> QuerySet[Device]:
        return super().get_queryset().filter(waits=False)


class Device(Written):
    """A phone of a supervisor's, which we dial for the supervisor to listen and speak.

    One that waits for a second person's word (`conferences/rights/`) is nobody's until then: only `everything` has it.
    """

    supervisor = models.ForeignKey(Supervisor, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=60, help_text="As the supervisor knows it: Desk phone, Headset, Mobile.")
    address = DialledField(unique=True, help_text="A number (+34 600 000 001) or a SIP address (sip:ana@example.com).")
    answer_check = models.CharField(
        "made sure of a person by",
        max_length=10,
        choices=[("", "what is usual for its address"), *AnswerCheck.choices],
        blank=True,
        help_text="A voicemail that answers would hear the call. Empty: press 1 for a telephone number, trust for SIP.",
    )

    waits = models.BooleanField(default=False, db_default=False, editable=False)

    objects = _InForce()
    everything = models.Manager()

    class Meta:
        ordering = ["supervisor", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({readable(self.address)})"

    @property
    def party(self) -> Address:
        """Whom to ring, as it was written: a SIP user's capitals may count where it is registered."""
        try:
            written = read(self.written)
        except InvalidAddress:
            return read(self.address)
        return written if written.canonical == self.address else read(self.address)

    @property
    def check_in_force(self) -> AnswerCheck:
        """How it is made sure that a person answered: what the device says, else what is usual for its address."""
        return AnswerCheck(self.answer_check) if self.answer_check else usual_check(self.address)

    def clean(self) -> None:
        """Refuse another supervisor's device, and detection where no telephone network answers."""
        if self.answer_check == AnswerCheck.DETECT and self.address.startswith(("sip:", "sips:")):
            said = "The provider detects machines behind telephone numbers, not SIP addresses. Choose press 1 or trust."
            raise ValidationError({"answer_check": ValidationError(said, code="no_detection")})
        if Device.everything.filter(address=self.address, waits=True).exclude(pk=self.pk).exists():
            said = "This phone waits for a second person already, who confirms it or refuses it under Rights that wait."
            raise ValidationError({"address": ValidationError(said, code="waits")})
        _refuse_taken(self, "address", self.address, by=(Device, QueueNumber))


_OWNERS: dict[type[Any], tuple[str, str]] = {
    AgentAddress: ("address", "agent"),
    Device: ("address", "supervisor"),
    QueueNumber: ("number", "queue"),
}


def taken(address: str, kind: str, owner: object) -> str:
    """Return what is said of an address that is an agent's, a supervisor's or a queue's already (`kind`)."""
    return f"{readable(address)} belongs to the {kind} {owner} already. Take it away there first."


def _refuse_taken(row: Written, field: str, address: str, *, by: Iterable[type[Written]]) -> None:
    """Raise ValidationError, naming the owner, for an address at which a call could be taken for somebody else's."""
    for model in cast("Iterable[Any]", by):
        name, owner = _OWNERS[model]
        rows = Device.everything if model is Device else model.objects
        found = rows.filter(_same_phone(name, address)).select_related(owner)
        if isinstance(row, model):
            found = found.exclude(**{f"{owner}_id": getattr(row, f"{owner}_id")})
        if (other := found.first()) is not None:
            said = taken(getattr(other, name), owner, getattr(other, owner))
            raise ValidationError({field: ValidationError(said, code="taken")})


def _same_phone(name: str, address: str) -> Q:
    """A SIP user without a host is that user at every host (addresses.spellings)."""
    same = Q(**{f"{name}__in": spellings(address)})
    if address.startswith("sip:") and "@" not in address:
        same |= Q(**{f"{name}__startswith": f"{address}@"})
    return same
