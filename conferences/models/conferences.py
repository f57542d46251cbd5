"""Conferences as the facts tell them; written by the projection alone.

A row is the fold's record of the same name (its fields are the record's) plus what the directory adds.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from conferences.addresses import mask_numbers
from conferences.models.directory import Agent, Queue, Team, with_team
from conferences.models.legs import Leg, Participant
from conferences.models.listening.protected import with_protected_number
from conferences.models.listening.scope import Scope, scope_of

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


class WrapUp(models.Model):
    """An agent who wraps a call up, as the center's own system says: since when, and until when at the latest."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="wrap_up")
    since = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agent} until {self.until:%H:%M:%S}"


class ConferenceQuerySet(models.QuerySet["Conference"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> ConferenceQuerySet:
        """Keep the conferences in which an agent or a queue of this supervisor's teams takes or took part.

        Those of no team are seen by whoever may see them: a call that nobody is shown is worse than none.
        """
        return self.in_scope(scope_of(user))

    def in_scope(self, scope: Scope) -> ConferenceQuerySet:
        """Keep the conferences of these teams and of these queues and, if `unassigned`, those of no team."""
        found = self.of_teams(scope.teams)
        if scope.queues:
            found |= self.filter(queue__in=scope.queues)
        return found | self.unassigned() if scope.unassigned else found

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
        """Load what a screen shows of a conference in a fixed number of queries.

        What a row has one of comes with the row: Django asks for that apart by one condition for each row, and SQLite
        takes no more than a thousand of them.
        """
        participants = Participant.objects.select_related(
            "leg__agent__team__listening_policy", "leg__system", "leg__queue"
        )
        looked = {"is_protected": with_protected_number()}
        participants = participants.annotate(**looked).with_left_before()
        supervisions = apps.get_model("conferences", "Supervision").objects.select_related("user", "device")
        sections = apps.get_model("conferences", "SensitiveSection").objects.open().select_related("begun_by")
        asking = apps.get_model("conferences", "HelpRequest").objects.open().loaded()
        return self.select_related("queue__team__listening_policy", "queue__listening_policy").prefetch_related(
            "teams_then",
            Prefetch("participants", participants.prefetch_related(Prefetch("leg__sharers", with_team()))),
            Prefetch("supervisions", supervisions),
            Prefetch("sensitive_sections", sections),
            Prefetch("help_requests", asking),
        )


_HAS_ENDED = Q(ended_at__isnull=False)


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
    facts_deleted_at = models.DateTimeField(null=True, blank=True)  # since then no fold changes it

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_seen_at", "id"]
        indexes = [
            models.Index(fields=["feed"], name="conference_feed"),  # hub: what changed since
            # Board: the few that live, among all that ever were.
            models.Index(fields=["first_seen_at"], name="conference_live", condition=~Q(state="completed")),
            # History: the latest ended of all, of a queue, and of those that ended for one reason.
            models.Index(fields=["-ended_at", "-id"], name="conference_ended", condition=_HAS_ENDED),
            models.Index(fields=["queue", "-ended_at", "-id"], name="conference_queue_ended", condition=_HAS_ENDED),
            models.Index(
                fields=["end_reason", "-ended_at", "-id"], name="conference_reason_ended", condition=_HAS_ENDED
            ),
        ]
        permissions = [
            ("monitor_conference", "Can monitor (listen unheard)"),
            ("whisper_conference", "Can whisper to agents"),
            ("barge_conference", "Can barge in (be heard by all)"),
            ("override_join_policy", "Can join otherwise than the queue's policy says"),
            ("view_unassigned", "Can see calls that belong to no team"),
            ("view_customer_number", "Can see customers' numbers in full"),
            ("view_board", "Can see the board: live and ended calls of the teams and queues given"),
            ("export_audit", "Can export the audit"),
            ("administer_directory", "Can administer the directory: teams, queues, agents, supervisors"),
            ("give_rights", "Can give rights to people and groups"),
        ]

    # Agents' phones that ring for it, where ringing_legs.with_ringing has looked; no column.
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
        """Return the participants in the conference now, in order of joining (uses what `with_people` loaded)."""
        inside = [one for one in self.participants.all() if one.state == Participant.State.JOINED]
        return sorted(inside, key=lambda one: (one.joined_at is None, one.joined_at or self.first_seen_at, one.pk))

    def has_people(self) -> bool:
        """Return whether anybody but supervisors and machines is in it now (uses what `with_people` loaded)."""
        nobody = (Leg.Kind.SUPERVISOR, Leg.Kind.SYSTEM)
        return any(one.leg.kind not in nobody for one in self.participants.all() if one.state != Participant.State.LEFT)

    def team_ids(self) -> frozenset[int]:
        """Return the teams whose supervisors may see this conference: the rule of `visible_to` seen from this side."""
        return self.teams_now() if self.is_live else frozenset(team.pk for team in self.teams_then.all())

    def teams_now(self) -> frozenset[int]:
        """Return the teams to which the directory now gives its agents and its queue."""
        legs = [one.leg for one in self.participants.all() if one.leg.agent]
        agents = {agent.team_id for leg in legs for agent in leg.agents}
        return frozenset(agents | ({self.queue.team_id} if self.queue else set()))
