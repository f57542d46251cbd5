"""Supervision: one stay of one supervisor on one conference, from click to last leg down."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conferences.join_options import JoinOptions
from conferences.models.conferences import Conference
from conferences.models.phones import AnswerCheck, Device
from conferences.telnyx import rules


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    def running(self) -> SupervisionQuerySet:
        return self.filter(ended_at=None)


class Supervision(models.Model):
    """What a supervisor asked for, what the provider accepted, and how far it has come.

    The running command is kept here before it is sent, with its command_id: a server that dies in between leaves a
    row that says what was under way.
    """

    class State(models.TextChoices):
        DIALLING = "dialling", "calling your phone"
        RINGING = "ringing", "your phone is ringing"
        CHECKING = "checking", "answered, checking who by"
        JOINING = "joining", "answered, joining"
        JOINED = "joined", "in the call"
        LEAVING = "leaving", "leaving"
        BETWEEN = "between", "between calls"
        ENDED = "ended", "ended"
        FAILED = "failed", "failed"

    class Role(models.TextChoices):
        MONITOR = rules.Role.MONITOR.value, _("Monitor")
        WHISPER = rules.Role.WHISPER.value, _("Whisper")
        BARGE = rules.Role.BARGE.value, _("Barge")
        NONE = rules.Role.NONE.value, _("Plain participant")

    class Confirmation(models.TextChoices):
        AGREES = "agrees", "confirmed by the provider"
        CANNOT_TELL = "cannot_tell", "accepted; the provider's list does not show it"
        DISAGREES = "disagrees", "not confirmed"
        MUTED = "muted", "not confirmed: the provider shows you as muted"

    class Notice(models.TextChoices):
        SAID = "said", "a sentence"
        UNCERTAIN = "uncertain", "outcome of a command unknown"
        STILL_MUTED = "still_muted", "could not be unmuted"
        TARGETS_LEFT = "targets_left", "targets of the whisper left"
        AGENTS_JOINED = "agents_joined", "agents joined during the whisper"

    # How long she stays alone in a call unless she wants to.
    ALONE = timedelta(seconds=10)
    # From quiet to loud: a step down is a step toward not being heard.
    LOUDNESS = {Role.MONITOR: 0, Role.WHISPER: 1, Role.BARGE: 2, Role.NONE: 2}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supervisions")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="supervisions")
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="supervisions")
    address = models.CharField(max_length=255, blank=True)  # what was dialled; empty when an existing leg is used
    token = models.UUIDField(unique=True)  # of the form that asked: the same form twice is one supervision
    source_ip = models.GenericIPAddressField(null=True, blank=True)
    # The login that last asked for something of it: with its end she may listen no longer. Empty: none is known.
    session_key = models.CharField(max_length=40, blank=True)
    call_control_id = models.CharField(max_length=255, blank=True)
    # Of the request that last asked for something, for the log.
    request_id = models.CharField(max_length=36, blank=True)

    reason = models.CharField(max_length=200, blank=True, default="", db_default="")  # as the supervisor gave it

    options: models.JSONField[Any, Any] = models.JSONField(default=dict)  # JoinOptions.stored(): how it joins

    state = models.CharField(max_length=10, choices=State, default=State.DIALLING)
    is_active = models.BooleanField(default=True)  # False: the supervisor is to be out
    requested_role = models.CharField(max_length=10, choices=Role)
    requested_targets: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    requested_at = models.DateTimeField()
    # What the provider accepted last; an empty role after acceptance means that an answer was lost: it may be either.
    accepted_role = models.CharField(max_length=10, choices=Role, blank=True)
    accepted_targets: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_mute = models.BooleanField(null=True, blank=True)  # None: nothing accepted yet, or an answer was lost
    mutes_sent = models.PositiveSmallIntegerField(default=0)  # in vain, since the mode was accepted

    agents_seen: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)  # in the call during a whisper
    newcomers: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)  # those of them who came later
    # What the provider's own participants list shows of our leg, since the mode in force was accepted.
    confirmation = models.CharField(max_length=12, choices=Confirmation, blank=True)
    confirmation_at = models.DateTimeField(null=True, blank=True)
    confirmed_role = models.CharField(max_length=10, choices=Role, blank=True)
    confirmed_targets: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    asserted_again = models.BooleanField(default=False)  # the mode was sent once more, as the list disagreed

    command = models.CharField(max_length=10, blank=True)  # under way: dial, ask, join, update, mute, leave, …
    command_id = models.CharField(max_length=64, blank=True)
    command_at = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)  # a worker has it until then,
    busy_by = models.CharField(max_length=255, blank=True)  # this process of liveness.processes, or until it has died
    busy_turn = models.PositiveIntegerField(default=0)  # counts the takings: who had it before must not note any more
    dialled_at = models.DateTimeField(null=True, blank=True)
    phone_asked_at = models.DateTimeField(null=True, blank=True)  # when the provider was last asked after our leg
    signed_in = models.BooleanField(null=True, blank=True)  # the phone, as the provider said before it was dialled
    # How it is made sure that a person answered. Empty: begun before that was asked.
    answer_check = models.CharField(max_length=10, choices=AnswerCheck, blank=True)
    check_began_at = models.DateTimeField(null=True, blank=True)
    ask_sent_at = models.DateTimeField(null=True, blank=True)  # last: a line was spoken that asks for a key
    asks_sent = models.PositiveSmallIntegerField(default=0)
    join_sent_at = models.DateTimeField(null=True, blank=True)
    leave_sent_at = models.DateTimeField(null=True, blank=True)
    leave_accepted_at = models.DateTimeField(null=True, blank=True)
    hangup_sent_at = models.DateTimeField(null=True, blank=True)

    problem = models.CharField(max_length=40, blank=True)  # a key of wording.problems: why it ended or is to end
    problem_field = models.CharField(max_length=60, blank=True)  # the request's field the provider's refusal is about
    notice = models.TextField(blank=True)  # what the supervisor was last told, in a sentence of that moment,
    notice_kind = models.CharField(max_length=14, choices=Notice, blank=True)  # and what it is to be read by now
    notice_legs: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    out_at = models.DateTimeField(null=True, blank=True)  # when it was first seen that our leg is out, unasked
    alone_at = models.DateTimeField(null=True, blank=True)  # since when nobody else is in the call
    stays_alone = models.BooleanField(default=False)  # she wants to stay all the same
    lift_hold = models.BooleanField(default=False)  # she asked to be taken off hold, which is not accepted yet
    # One phone leg, several stays: the first stay of its leg, empty for that one itself; the call she goes over to once
    # she is out of this one; since when she is surely out of it while her leg stays up for the next.
    line = models.UUIDField(null=True, blank=True)
    hop_to = models.ForeignKey(Conference, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    hop_reason = models.CharField(max_length=200, blank=True, default="", db_default="")  # why, as she gave it
    # When our leg had last left this call, before this stay.
    left_before_at = models.DateTimeField(null=True, blank=True)
    between_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)  # its ending was dismissed by the supervisor

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        permissions = [("end_supervision", "Can end others' supervision")]
        indexes = [models.Index(fields=["ended_at"], name="supervision_ended")]  # tasks: those that ended lately
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="one_running_supervision_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_requested_role_display()} by {self.user}"

    @property
    def join_options(self) -> JoinOptions:
        return JoinOptions.read(self.options)

    @property
    def first_stay(self) -> uuid.UUID:
        """The supervision that its leg began with."""
        return self.line or self.pk

    @property
    def may_stay_up(self) -> bool:
        """Whether its leg may stay up for another call: one we dialled, or on which she went over from another."""
        return bool(self.address) or self.line is not None

    @property
    def is_between(self) -> bool:
        """Whether she is in no call, while her leg stays up for another."""
        return self.state == self.State.BETWEEN

    @property
    def is_on_the_way_out(self) -> bool:
        """Whether nothing is left of it but taking her out: she is not to be in a call any more, neither here nor next.

        One that goes over to another call, or stays up for one, is not: that can still be taken back.
        """
        return not self.is_active and self.hop_to_id is None and not self.is_between

    @property
    def mode_requested(self) -> tuple[str, list[str]]:
        """The role asked for and its targets."""
        return self.requested_role, sorted(self.requested_targets)

    @property
    def is_pending(self) -> bool:
        """Whether another mode is asked for than the provider accepted last."""
        return self.mode_requested != (self.accepted_role, sorted(self.accepted_targets))

    @property
    def is_getting_quieter(self) -> bool:
        """Whether somebody who hears the supervisor now, or may, is no longer to: such a step must not stay undone."""
        accepted, asked = self.accepted_role, self.requested_role
        if not accepted:
            return True
        louder_before = self.LOUDNESS[self.Role(accepted)] > self.LOUDNESS[self.Role(asked)]
        dropped = set(self.accepted_targets) - set(self.requested_targets)
        return louder_before or bool(accepted == asked == self.Role.WHISPER and dropped)

    def would_be_quieter(self, role: str, targets: Collection[str]) -> bool:
        """Return whether that mode only makes her heard by fewer than the one in force does: nobody is kept from it."""
        if role == self.Role.MONITOR:
            return bool(self.accepted_role)
        fewer = set(targets) < set(self.accepted_targets)
        return bool(targets) and role == self.accepted_role == self.Role.WHISPER and fewer

    def is_muted_in(self, role: str) -> bool:
        """Return whether our leg is to be muted in that role: a monitor is, beyond what the role does.

        No record of the provider's tells the role, but each tells who is muted: so it can be proved that nobody hears
        her (Telnyx docs: List conference participants).
        """
        return role == self.Role.MONITOR or self.join_options.mute

    @property
    def is_changing(self) -> bool:
        """Whether a command that changes the role is under way."""
        return self.command in ("join", "update")

    @property
    def is_role_known(self) -> bool:
        """Whether the provider's last word on the role holds: not while it changes, nor once an answer was lost."""
        return not self.is_changing and bool(self.accepted_role or self.accepted_at is None)

    @property
    def is_mute_known(self) -> bool:
        """Whether it is known if our leg is muted: not while that changes, nor once an answer was lost."""
        is_under_way = self.command in ("mute", "unmute")
        return not is_under_way and (self.accepted_mute is not None or self.accepted_at is None)

    @property
    def alone_until(self) -> datetime | None:
        """When she is taken out of a call in which nobody else is; None when she is not alone, or stays."""
        return self.alone_at + self.ALONE if self.alone_at is not None and not self.stays_alone else None

    @property
    def has_open_notice(self) -> bool:
        """Whether she was last told that nobody knows what came of a command."""
        return self.notice_kind in (self.Notice.UNCERTAIN, self.Notice.STILL_MUTED)
