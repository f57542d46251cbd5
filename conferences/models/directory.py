"""The directory: teams, queues, agents and supervisors with the addresses by which calls are told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from conferences.addresses import Address, InvalidAddress, normalise, read, readable, spellings
from conferences.join_options import JoinOptions
from conferences.models.answer_check import AnswerCheck, usual_check
from conferences.telnyx.rules import REGIONS, InvalidCommand

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class AddressField(_CharField):
    """An E.164 number or a SIP address, kept in its canonical form; the row's `written` keeps it as it was typed.

    Saving text that is no address raises ValidationError; looking for it finds nothing.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unique": "This is in the directory already. To write it in another row, first take it away and save.",
    }

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

    def get_prep_value(self, value: Any) -> Any:
        try:
            return super().get_prep_value(value)
        except ValidationError:
            return value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        self._keep_written(value, model_instance)
        return super().clean(value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        typed = super().pre_save(model_instance, add)
        normal = self.to_python(typed)
        self._keep_written(typed, model_instance)
        setattr(model_instance, self.attname, normal)
        return normal

    def _keep_written(self, typed: Any, row: Any) -> None:
        """A canonical form comes back from a form or a query, not from a person: what was written before it stays."""
        if isinstance(row, Written) and typed and (typed != _canonical(typed) or _canonical(row.written) != typed):
            row.written = str(typed)


class DialledField(AddressField):
    """An address that Earshot itself rings."""

    def to_python(self, value: Any) -> Any:
        address = super().to_python(value)
        if address and not read(address).is_dialable:
            raise ValidationError(
                "Earshot rings this phone: write the SIP user with its host, such as sip:1001@pbx.example.com.",
                code="not_dialable",
            )
        return address


class NumberField(AddressField):
    """An E.164 number only."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number and not number.startswith("+"):
            raise ValidationError("Write a telephone number with + and country code.", code="invalid")
        return number


def _canonical(text: str) -> str:
    try:
        return normalise(text)
    except InvalidAddress:
        return ""


class Written(models.Model):
    """A row with an address: beside its canonical form, which is compared, what somebody typed."""

    written = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def spelt_otherwise(self) -> str:
        """What was typed, where that is not how the canonical form reads."""
        canonical = str(getattr(self, "number", "") or getattr(self, "address", ""))
        return self.written if self.written not in ("", canonical, readable(canonical)) else ""


class Team(models.Model):
    """Agents and queues that the same supervisors look after."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


REGION_CHOICES = [(region.value, region.value) for region in REGIONS]


class Beep(models.TextChoices):
    NEVER = "never", "never"
    ALWAYS = "always", "on joining and leaving"
    ON_ENTER = "on_enter", "on joining"
    ON_EXIT = "on_exit", "on leaving"


class Queue(models.Model):
    """What callers dial, and the policy for those who join its calls (its fields are those of JoinOptions)."""

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

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            JoinOptions.of(self).check(settings.HOLD_AUDIO_ALLOWED_ORIGINS)
        except InvalidCommand as error:
            raise ValidationError({error.field: error.sentence}) from None


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
        """A call to this number is a customer's, so it cannot be anybody's phone."""
        _refuse_taken(self, "number", self.number, by=(AgentAddress, Device, QueueNumber))


class Agent(models.Model):
    """A person who talks with customers."""

    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agents")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgentAddress(Written):
    """A number or SIP user at which an agent is called or from which the agent calls."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="addresses")
    address = AddressField(
        db_index=True,
        help_text="A number (+34 600 000 001), a SIP address (sip:ana@example.com) or a SIP user (gencredABC, 1001).",
    )

    # Of several agents at one phone: since when this one has it.
    signed_in_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "agent addresses"
        constraints = [models.UniqueConstraint(fields=["agent", "address"], name="one_row_per_agent_and_address")]

    def __str__(self) -> str:
        return readable(self.address)

    def clean(self) -> None:
        """A phone may be shared, by shifts or by a team lead who supervises on it; a dialled number is nobody's."""
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
        """A machine shares its address with nobody."""
        _refuse_taken(self, "address", self.address, by=(AgentAddress, Device, QueueNumber))


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
        """The application's own connection takes calls from anybody, who may show whatever they like."""
        self.connection_id = self.connection_id.strip()
        if self.connection_id == settings.TELNYX_CONNECTION_ID:
            said = (
                "That is the application's own connection, by which strangers call too: what they show proves nothing."
            )
            raise ValidationError({"connection_id": ValidationError(said, code="open_to_strangers")})


class Supervisor(models.Model):
    """A user who looks after teams. What the user may do there is given by Django's permissions."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="supervisor")
    teams = models.ManyToManyField(Team, related_name="supervisors", blank=True)

    class Meta:
        ordering = ["user__username"]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()


class Device(Written):
    """A phone of a supervisor's, which we dial for the supervisor to listen and speak."""

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
        """No two supervisors share a device. Detection listens for what telephone networks answer with."""
        if self.answer_check == AnswerCheck.DETECT and self.address.startswith(("sip:", "sips:")):
            said = "The provider detects machines behind telephone numbers, not SIP addresses. Choose press 1 or trust."
            raise ValidationError({"answer_check": ValidationError(said, code="no_detection")})
        _refuse_taken(self, "address", self.address, by=(Device, QueueNumber))


_OWNERS: dict[type[Any], tuple[str, str]] = {
    AgentAddress: ("address", "agent"),
    Device: ("address", "supervisor"),
    QueueNumber: ("number", "queue"),
}


def _refuse_taken(row: Written, field: str, address: str, *, by: Iterable[type[Written]]) -> None:
    """Raise ValidationError, naming the owner, for an address at which a call could be taken for somebody else's."""
    for model in cast("Iterable[Any]", by):
        name, owner = _OWNERS[model]
        found = model.objects.filter(_same_phone(name, address)).select_related(owner)
        if isinstance(row, model):
            found = found.exclude(**{f"{owner}_id": getattr(row, f"{owner}_id")})
        if (other := found.first()) is not None:
            taken = f"{readable(getattr(other, name))} belongs to the {owner} {getattr(other, owner)} already."
            raise ValidationError({field: ValidationError(f"{taken} Take it away there first.", code="taken")})


def _same_phone(name: str, address: str) -> Q:
    """A SIP user without a host is that user at every host (addresses.spellings)."""
    same = Q(**{f"{name}__in": spellings(address)})
    if address.startswith("sip:") and "@" not in address:
        same |= Q(**{f"{name}__startswith": f"{address}@"})
    return same
