"""Rights that were given and wait for a second person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import models

from conferences.models.directory import Agent, Queue, Team
from conferences.models.phones import Device


class RightsGrant(models.Model):
    """What was given to a user, or to a group, and is in force once another person confirms it.

    A group, a permission, a flag; or of a supervisor's a team, a queue, a phone. Or what was moved into a team, and
    with it given to all who supervise that: a queue, an agent.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="waiting_rights"
    )
    to_group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # A phone that is new, and not in force yet; or one that is there, and is to be another: then with its address.
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=255, blank=True, default="", db_default="")
    moved_queue = models.ForeignKey(Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    moved_agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    flag = models.CharField(max_length=20, blank=True)  # a field of the user: is_superuser or is_staff
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = "right that waits"
        verbose_name_plural = "rights that wait"

    def __str__(self) -> str:
        if self.moved is not None:
            return f"{self.what} for the team {self.team}"
        return f"{self.what} for {self.user or self.to_group}"

    @property
    def moved(self) -> Queue | Agent | None:
        """The queue or agent that is to be in another team; None where something is given to somebody."""
        return self.moved_queue or self.moved_agent

    @property
    def what(self) -> str:
        """What is given, in words."""
        if self.moved is not None:
            return f"the queue {self.moved}" if self.moved_queue else f"the agent {self.moved}"
        if self.group is not None:
            return f"the group {self.group}"
        if self.team is not None:
            return f"the team {self.team}"
        if self.queue is not None:
            return f"the queue {self.queue}"
        if self.address:
            return f"the phone {self.address}"
        return f"“{self.permission.name}”" if self.permission is not None else self.flag.replace("is_", "")
