"""Conferences, legs and participants as the facts tell them; written by the projection alone.

Each row is the fold's record of the same name (its fields are the record's) plus what the directory adds.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from conferences.addresses import mask_numbers
from conferences.models.directory import Agent, Queue, SystemAddress, Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Feed(models.Model):
    """The one row that counts changes. Taken inside the changing transaction, so its numbers are commit-ordered."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class AgentChange(models.Model):
    """The feed number of the last change of an agent's legs. No form of the directory writes over it."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="change")
    feed = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["feed"], name="agent_change_feed")]  # hub: what changed since

    def __str__(self) -> str:
        return f"{self.agent}: {self.feed}"


class ConferenceQuerySet(models.QuerySet["Conference"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> ConferenceQuerySet:
        """Keep the conferences in which an agent or a queue of this supervisor's teams takes or took part.

        Those of no team are seen by whoever may see them: a call that nobody is shown is worse than none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        may = isinstance(user, AbstractUser) and user.has_perm("conferences.view_unassigned")
        return self.in_scope(Team.objects.filter(supervisors__user=user.pk), unassigned=may)

    def in_scope(self, teams: Iterable[int] | QuerySet[Team], *, unassigned: bool) -> ConferenceQuerySet:
        """Keep the conferences of these teams and, with `unassigned`, those of none."""
        found = self.of_teams(teams)
        return found | self.unassigned() if unassigned else found

    def unassigned(self) -> ConferenceQuerySet:
        """Keep the conferences that are recognised for no team: no queue, and nobody known to be an agent."""
        agents = Participant.objects.filter(conference=OuterRef("pk"), leg__agent__isnull=False)
        kept = Conference.teams_then.through.objects.filter(conference=OuterRef("pk"))
        ended = Q(state=Conference.State.COMPLETED)
        return self.filter(ended & ~Exists(kept) | ~ended & ~Exists(agents) & Q(queue=None))

    def of_teams(self, teams: Iterable[int] | QuerySet[Team]) -> ConferenceQuerySet:
        """Keep the conferences in which an agent or a queue of these teams takes part, and ended ones that were theirs.

        Asked of each conference by itself, for the few that are live must not cost what the many of the past would.
        """
        agents = Participant.objects.filter(conference=OuterRef("pk"), leg__agent__team__in=teams)
        shared = Participant.objects.filter(conference=OuterRef("pk"), leg__sharers__team__in=teams)
        queues = Queue.objects.filter(pk=OuterRef("queue"), team__in=teams)
        kept = Conference.teams_then.through.objects.filter(conference=OuterRef("pk"), team__in=teams)
        ended = Q(state=Conference.State.COMPLETED)
        return self.filter(ended & Exists(kept) | ~ended & (Exists(queues) | Exists(agents) | Exists(shared)))

    def live(self) -> ConferenceQuerySet:
        return self.exclude(state=Conference.State.COMPLETED)

    def with_people(self) -> ConferenceQuerySet:
        """Load what a screen shows of a conference in a fixed number of queries."""
        return self.select_related("queue__team").prefetch_related(
            "teams_then",
            "participants__leg__agent__team",
            "participants__leg__sharers__team",
            "participants__leg__system",
            "participants__leg__queue",
            "supervisions__user",
            "supervisions__device",
        )


class Conference(models.Model):
    """A conference at the provider. `conference_id` is the provider's; the primary key is ours, fit for addresses."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", "not known yet"
        INIT = "init", "not started"
        IN_PROGRESS = "in_progress", "live"
        COMPLETED = "completed", "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference_id = models.CharField(max_length=255, unique=True)
    name = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.UNKNOWN)
    region = models.TextField(blank=True)  # the site that hosts it, such as sv1: no name the provider takes
    found_region = models.CharField(max_length=20, blank=True)  # the region to name to it; empty: none need be named
    connection_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=255, blank=True)

    queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="conferences")
    # Whose it was when it ended: who may see it does not change with what is moved in the directory later.
    teams_then: models.ManyToManyField[Team, Any] = models.ManyToManyField(
        Team, blank=True, editable=False, related_name="ended_conferences"
    )
    feed = models.BigIntegerField(default=0)  # the feed number of its last change
    first_seen_at = models.DateTimeField()
    last_event_at = models.DateTimeField()  # when the provider last told anything of it
    provider_time = models.DateTimeField(null=True, blank=True)  # the provider's own time of that
    persisted_at = models.DateTimeField(null=True, blank=True)  # when its last change was on its way to disk
    polled_at = models.DateTimeField(null=True, blank=True)  # when the provider was last asked about it, in vain or not
    record_polled_at = models.DateTimeField(null=True, blank=True)  # when its own record was last read
    verified_at = models.DateTimeField(null=True, blank=True)  # as of when the provider's records agree with these rows
    watched_at = models.DateTimeField(null=True, blank=True)  # when it was last on somebody's screen
    # What the provider's records contradict, seen once: {contradiction: when first}. Seen again it becomes a fact.
    doubts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    doubted_at = models.DateTimeField(null=True, blank=True)  # when the last read-back left such doubts
    drift = models.TextField(blank=True)  # what was last put right after a read-back, in a sentence
    drift_at = models.DateTimeField(null=True, blank=True)
    last_order = models.CharField(max_length=320, blank=True)

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_seen_at", "id"]
        indexes = [
            models.Index(fields=["feed"], name="conference_feed"),  # hub: what changed since
            # Board: the few that live, among all that ever were.
            models.Index(fields=["first_seen_at"], name="conference_live", condition=~Q(state="completed")),
        ]
        permissions = [
            ("monitor_conference", "Can monitor (listen unheard)"),
            ("whisper_conference", "Can whisper to agents"),
            ("barge_conference", "Can barge in (be heard by all)"),
            ("override_join_policy", "Can join otherwise than the queue's policy says"),
            ("view_unassigned", "Can see calls that belong to no team"),
            ("view_customer_number", "Can see customers' numbers in full"),
        ]

    # Agents' phones that ring for it, where called_for.with_ringing has looked; no column.
    ringing: Sequence[Leg] = ()

    def __str__(self) -> str:
        """For lists and logs, whoever reads them: centers name conferences after callers' numbers."""
        return mask_numbers(self.title)

    @property
    def title(self) -> str:
        """What it is called, for those who may see customers' numbers."""
        return self.name or f"Conference {self.conference_id[:8]}"

    @property
    def is_live(self) -> bool:
        return self.state != self.State.COMPLETED

    def present(self) -> list[Participant]:
        """The participants in the conference now, in order of joining (uses what `with_people` loaded)."""
        inside = [one for one in self.participants.all() if one.state == Participant.State.JOINED]
        return sorted(inside, key=lambda one: (one.joined_at is None, one.joined_at or self.first_seen_at, one.pk))

    def has_people(self) -> bool:
        """Whether anybody but supervisors and machines is in it now (uses what `with_people` loaded)."""
        nobody = (Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)
        return any(one.leg.kind not in nobody for one in self.participants.all() if one.state != Participant.State.LEFT)

    def team_ids(self) -> frozenset[int]:
        """The teams whose supervisors may see this conference: the rule of `visible_to` seen from this side."""
        return self.teams_now() if self.is_live else frozenset(team.pk for team in self.teams_then.all())

    def teams_now(self) -> frozenset[int]:
        """The teams to which the directory now gives its agents and its queue."""
        legs = [one.leg for one in self.participants.all() if one.leg.agent]
        agents = {agent.team_id for leg in legs for agent in leg.agents}
        return frozenset(agents | ({self.queue.team_id} if self.queue else set()))


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
    answered_by = models.CharField(max_length=10, blank=True)  # a value of fold.AnsweredBy
    answered_by_at = models.DateTimeField(null=True, blank=True)
    screened = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the key asked for was pressed
    confirmed_for = models.TextField(blank=True)
    gather_status = models.CharField(max_length=255, blank=True)
    gather_for = models.TextField(blank=True)
    gathers = models.PositiveSmallIntegerField(default=0)

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.UNKNOWN)
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    system = models.ForeignKey(SystemAddress, on_delete=models.SET_NULL, null=True, blank=True, related_name="legs")
    # Who else may be at this phone, `agent` being the first of them: nobody has signed in there.
    sharers: models.ManyToManyField[Agent, Any] = models.ManyToManyField(Agent, blank=True, related_name="shared_legs")
    last_order = models.CharField(max_length=320, blank=True)
    looked_up_at = models.DateTimeField(null=True, blank=True)  # when the provider's records of it were last asked for,
    lookups = models.PositiveSmallIntegerField(default=0)  # and how often, while nobody knew who originated it

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
    def is_dialled_out(self) -> bool:
        """Whether an endpoint of the account's own placed the call: it is parked until the application goes on with it
        (Telnyx docs: Park outbound calls). The far end is then the one who called, not the customer called.
        """
        return self.direction == "outgoing" and self.initial_state == "parked"


class Participant(models.Model):
    """A leg's stay in a conference."""

    class State(models.TextChoices):
        JOINING = "joining", "joining"
        JOINED = "joined", "in"
        LEFT = "left", "left"

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="participants")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="participants")
    participant_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=State)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    muted = models.BooleanField(null=True, blank=True)
    on_hold = models.BooleanField(null=True, blank=True)
    role = models.CharField(max_length=10, blank=True)
    whisper_call_control_ids: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    end_conference_on_exit = models.BooleanField(default=False)
    soft_end_conference_on_exit = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["conference", "leg"], name="one_stay_row_per_leg")]
        # Tasks and reconciliation: who is in a call now, among all who ever were.
        indexes = [models.Index(fields=["leg"], name="participant_present", condition=~Q(state="left"))]

    def __str__(self) -> str:
        return f"{self.leg} in {self.conference}"
