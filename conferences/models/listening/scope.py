"""Whose calls somebody may see: those of teams, those of queues, and those of neither."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AbstractUser, AnonymousUser
from django.db.models import Q, QuerySet, Value

from conferences.models.directory import Queue, Supervisor


@dataclass(frozen=True, slots=True)
class Scope:
    """The teams and the queues whose calls are seen, and whether those recognised for no team are too."""

    teams: frozenset[int] = frozenset()
    queues: frozenset[int] = frozenset()
    unassigned: bool = False


def scope_of(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """Return what the user may see: nothing without "see the board", save calls of no team by the right to those."""
    return scopes_of([user])[user.pk] if isinstance(user, AbstractUser) else Scope()


def scopes_of(users: Collection[AbstractUser]) -> dict[int, Scope]:
    """Return what each of these users may see, by their keys, after one query for all of them."""
    see = [user.pk for user in users if user.is_active and user.has_perm("conferences.view_board")]
    given = _given(see)
    return {
        user.pk: Scope(frozenset(given[user.pk, "team"]), frozenset(given[user.pk, "queue"]), _sees_unassigned(user))
        for user in users
    }


def _sees_unassigned(user: AbstractUser) -> bool:
    return user.is_active and user.has_perm("conferences.view_unassigned")


def _given(users: Collection[int]) -> defaultdict[tuple[int, str], set[int]]:
    """The teams and the queues that were given to each of these users."""
    given: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    teams, queues = (
        through.objects.order_by().filter(supervisor__user__in=users).values_list("supervisor__user", what, Value(what))
        for what, through in (("team", Supervisor.teams.through), ("queue", Supervisor.queues.through))
    )
    for user, one, what in teams.union(queues, all=True) if users else ():
        given[user, what].add(one)
    return given


def all_of(scopes: Collection[Scope]) -> Scope:
    """Return what is in any of these."""
    teams = frozenset(one for scope in scopes for one in scope.teams)
    queues = frozenset(one for scope in scopes for one in scope.queues)
    return Scope(teams, queues, any(scope.unassigned for scope in scopes))


def queues_in(scope: Scope) -> QuerySet[Queue]:
    """Return the queues whose calls are in the scope: those of its teams and those given by themselves."""
    return Queue.objects.filter(Q(team__in=scope.teams) | Q(pk__in=scope.queues))
