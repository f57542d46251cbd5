"""Legs and participants as the facts tell them; written by the projection alone, but for readings.

Each row is the fold's record of the same name (its fields are the record's) plus what the directory adds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, Max, OuterRef, Prefetch, Q, Subquery

from conferences.models.directory import Agent, Queue, with_team
from conferences.models.phones import SystemAddress


class LegQuerySet(models.QuerySet["Leg"]):
    def up(self) -> LegQuerySet:
        """Keep the legs that have not ended, in the order in which they began.

        In the order of their keys SQLite would read all there ever were, instead of the index of those that are up.
        """
        return self.exclude(state=Leg.State.ENDED).order_by("started_at", "pk")

    def outside(self) -> LegQuerySet:
        """Keep the legs that are in no live conference."""
        participants = Participant.objects.present().exclude(conference__state="completed")
        return self.exclude(Exists(participants.filter(leg=OuterRef("pk"))))

    def of_callers(self) -> LegQuerySet:
        """Keep the customers who rang a number of a queue."""
        return self.filter(kind=Leg.Kind.CUSTOMER).exclude(queue=None)

    def with_agents(self) -> LegQuerySet:
        """Load who may be on each leg, and their teams, in two queries."""
        return self.select_related("agent__team").prefetch_related(Prefetch("sharers", with_team()))


class Leg(models.Model):
    """One call leg."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", "not known yet"
        INITIATED = "initiated", "ringing"
        ANSWERED = "answered", "answered"
        ENDED = "ended", "ended"

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        AGENT = "agent", "agent"
        CUSTOMER = "customer", "customer"
        SUPERVISOR = "supervisor", "supervisor"
        SYSTEM = "system", "system"

    call_control_id = models.CharField(max_length=255, unique=True)
    call_leg_id = models.CharField(max_length=255, blank=True)
    call_session_id = models.CharField(max_length=255, blank=True)
    connection_id = models.CharField(max_length=255, blank=True)
    client_state = models.TextField(blank=True)
    direction = models.CharField(max_length=10, blank=True)
    from_address = models.CharField(max_length=255, blank=True)
    to_address = models.CharField(max_length=255, blank=True)
    from_canonical = models.CharField(max_length=255, blank=True)  # the same as addresses.canonical has them
    to_canonical = models.CharField(max_length=255, blank=True)
    from_sip_uri = models.CharField(max_length=255, blank=True)
    initial_state = models.CharField(max_length=255, blank=True)  # parked, bridging
    state = models.CharField(max_length=10, choices=State, default=State.UNKNOWN)
    started_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    bridged_at = models.DateTimeField(null=True, blank=True)  # when it was last bridged, with a leg that is not named
    ended_at = models.DateTimeField(null=True, blank=True)
    hangup_cause = models.CharField(max_length=255, blank=True)
    hangup_source = models.CharField(max_length=255, blank=True)
    sip_hangup_cause = models.CharField(max_length=255, blank=True)
    account_code = models.CharField(max_length=10, blank=True)  # the D code by which the account's set-up forbade it
    phone_hold = models.BooleanField(default=False)
    phone_hold_at = models.DateTimeField(null=True, blank=True)
    phone_holds = models.PositiveSmallIntegerField(default=0, db_default=0)
    answered_by = models.CharField(max_length=10, blank=True)  # a value of fold.AnsweredBy
    answered_by_at = models.DateTimeField(null=True, blank=True)
    screened = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the key asked for was pressed
    confirmed_for = models.TextField(blank=True)
    gather_status = models.CharField(max_length=255, blank=True)
    gather_for = models.TextField(blank=True)
    gather_answer = models.CharField(max_length=1, blank=True, default="", db_default="")  # a test call's 1 or 2
    gathers = models.PositiveSmallIntegerField(default=0)
    signs = models.CharField(max_length=4, blank=True, default="", db_default="")  # the last * and # pressed in a row
    signs_at = models.DateTimeField(null=True, blank=True)
    help_header_at = models.DateTimeField(null=True, blank=True)

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.UNKNOWN)
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    system = models.ForeignKey(SystemAddress, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    # Who else may be at this phone, `agent` being the first of them: nobody has signed in there.
    sharers: models.ManyToManyField[Agent, Any] = models.ManyToManyField(Agent, blank=True, related_name="shared_legs")
    # Of a caller of a queue: the feed number of the last change while in no conference, or of going into one.
    feed = models.BigIntegerField(null=True, blank=True)
    last_order = models.CharField(max_length=320, blank=True)
    facts_deleted_at = models.DateTimeField(null=True, blank=True)  # since then no fold changes it
    looked_up_at = models.DateTimeField(null=True, blank=True)  # when the provider's records of it were last asked for,
    lookups = models.PositiveSmallIntegerField(default=0)  # and how often, while nobody knew who originated it

    objects = LegQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            # Supervision: the leg of a dial whose answer was lost, by the client_state sent with it.
            models.Index(fields=["client_state"], name="leg_client_state", condition=~Q(client_state="")),
            # Reconciliation: the few that are up, among all that ever were.
            models.Index(fields=["last_order"], name="leg_up", condition=~Q(state="ended")),
            # Agents' page: the few of an agent's that are up, and when the last of the others ended.
            models.Index(fields=["agent"], name="leg_agent_up", condition=~Q(state="ended")),
            models.Index(fields=["agent", "ended_at"], name="leg_agent_ended", condition=Q(state="ended")),
            # History: the calls of one number.
            models.Index(fields=["from_canonical"], name="leg_from", condition=~Q(from_canonical="")),
            models.Index(fields=["to_canonical"], name="leg_to", condition=~Q(to_canonical="")),
            # Hub: which callers changed since.
            models.Index(fields=["feed"], name="leg_feed", condition=Q(feed__isnull=False)),
            # Which calls a ringing leg belongs to.
            models.Index(fields=["call_session_id"], name="leg_session_up", condition=~Q(state="ended")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} leg {self.pk}"

    @property
    def agents(self) -> list[Agent]:
        """The agents who may be on this leg: one, or all who share a phone at which none has signed in."""
        if self.agent is None:
            return []
        others = self.sharers.all() if self.pk else []
        return [self.agent, *(one for one in others if one.pk != self.agent_id)]

    @property
    def far_address(self) -> str:
        """The address of the person on this leg: whoever placed the call, or, where the center's application did, whom
        it called.
        """
        if self.is_dialled_out:
            return self.from_sip_uri or self.from_address
        return self.from_address if self.direction == "incoming" else self.to_address

    @property
    def is_a_callers(self) -> bool:
        """Whether it is that of a customer who rang a number of a queue."""
        return self.kind == Leg.Kind.CUSTOMER and self.queue_id is not None

    @property
    def waits_since(self) -> datetime | None:
        """Since when a caller who is in no conference waits: since she rang, or since she left the last one she was in.

        Uses the participants that were loaded with it.
        """
        left = (one.left_at for one in self.participants.all() if one.left_at)
        return max(left, default=None) or self.started_at or self.answered_at

    @property
    def is_dialled_out(self) -> bool:
        """Whether an endpoint of the account's own placed the call: it is parked until the application goes on with it
        (Telnyx docs: Park outbound calls). The far end is then the one who called, not the customer called.
        """
        return self.direction == "outgoing" and self.initial_state == "parked"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def present(self) -> ParticipantQuerySet:
        """Keep those that are not over: those in, and those about to be."""
        return self.exclude(state=Participant.State.LEFT)

    def with_left_before(self) -> ParticipantQuerySet:
        """Load with each when its leg left the last conference that it had come into before."""
        before = Participant.objects.filter(leg=OuterRef("leg"), joined_at__lt=OuterRef("joined_at"))
        last = before.order_by().values("leg").annotate(last=Max("left_at")).values("last")
        looked = {"left_before": Subquery(last)}
        return self.annotate(**looked)


class Participant(models.Model):
    """A leg in a conference, from when it came in until it left."""

    class State(models.TextChoices):
        JOINING = "joining", "joining"
        JOINED = "joined", "in"
        LEFT = "left", "left"

    conference = models.ForeignKey("Conference", on_delete=models.CASCADE, related_name="participants")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="participants")
    participant_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=State)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    muted = models.BooleanField(null=True, blank=True)
    muted_at = models.DateTimeField(null=True, blank=True)
    on_hold = models.BooleanField(null=True, blank=True)
    on_hold_at = models.DateTimeField(null=True, blank=True)
    holds = models.PositiveSmallIntegerField(default=0, db_default=0)
    role = models.CharField(max_length=10, blank=True)
    whisper_call_control_ids: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    end_conference_on_exit = models.BooleanField(default=False)
    soft_end_conference_on_exit = models.BooleanField(default=False)

    objects = ParticipantQuerySet.as_manager()

    left_before: datetime | None = None  # only where `with_left_before` has looked, no column
    is_protected: bool  # whether nobody may listen because of a number; only where `with_people` has looked, no column

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "leg"], name="one_stay_row_per_leg")]
        # Tasks and reconciliation: who is in a call now, among all who ever were.
        indexes = [models.Index(fields=["leg"], name="participant_present", condition=~Q(state="left"))]

    def __str__(self) -> str:
        return f"{self.leg} in {self.conference}"

    @property
    def waits_since(self) -> datetime | None:
        """Since when somebody whom no agent has joined waits: a queue's caller since before she came into this one.

        Load it `with_left_before`.
        """
        before = self.left_before or self.leg.started_at if self.leg.is_a_callers else None
        return before or self.joined_at


class Reading(models.Model):
    """A stretch of time over which the provider's list, looked at again and again, told the same of a participant.

    Written by the notes on read-backs alone.

    Who mutes somebody or puts them on hold announces it to nobody: it is known while one is looking, and between two
    looks that agree. Before, between and after the stretches it is not.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="readings")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["begins_at", "id"]
        indexes = [models.Index(fields=["participant", "ends_at"], name="reading_of_a_stay")]

    def __str__(self) -> str:
        return f"{self.participant}: {self.begins_at:%Y-%m-%d %H:%M:%S} to {self.ends_at:%Y-%m-%d %H:%M:%S}"
