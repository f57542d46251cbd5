"""Whose calls somebody may see: those of teams, those of queues, and those of neither."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AbstractUser, AnonymousUser
from django.db.models import Q, QuerySet

from conferences.models.directory import Queue, Supervisor


@dataclass(frozen=True, slots=True)
class Scope:
    """The teams and the queues whose calls are seen, and whether those recognised for no team are too."""

    teams: frozenset[int] = frozenset()
    queues: frozenset[int] = frozenset()
    unassigned: bool = False


def scope_of(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """Return what the user may see: nothing without "see the board", save calls of no team by the right to those."""
    if not isinstance(user, AbstractUser) or not user.is_active:
        return Scope()
    unassigned = user.has_perm("conferences.view_unassigned")
    if not user.has_perm("conferences.view_board"):
        return Scope(unassigned=unassigned)
    mine = Supervisor.objects.filter(user=user.pk)
    teams = frozenset(mine.filter(teams__isnull=False).values_list("teams", flat=True))
    queues = frozenset(mine.filter(queues__isnull=False).values_list("queues", flat=True))
    return Scope(teams, queues, unassigned)


def all_of(scopes: Collection[Scope]) -> Scope:
    """Return what is in any of these."""
    teams = frozenset(one for scope in scopes for one in scope.teams)
    queues = frozenset(one for scope in scopes for one in scope.queues)
    return Scope(teams, queues, any(scope.unassigned for scope in scopes))


def queues_in(scope: Scope) -> QuerySet[Queue]:
    """Return the queues whose calls are in the scope: those of its teams and those given by themselves."""
    return Queue.objects.filter(Q(team__in=scope.teams) | Q(pk__in=scope.queues))
