"""Who may see which fragment: people who see the same of a call share one rendering of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from conferences import policy
from conferences.models import Conference, Supervision
from conferences.models.listening.scope import Scope, scopes_of
from dashboard.language import reading


@dataclass(frozen=True, slots=True)
class Audience:
    """All that decides what somebody sees of a conference: teams in scope, roles allowed, numbers in full or not.

    And how it is put: the language and the time zone in force where the audience is made.
    """

    teams: frozenset[int]
    roles: tuple[str, ...]
    numbers: bool
    may_end: bool = False  # others' supervisions
    unassigned: bool = False  # calls that are recognised for no team, too
    queues: frozenset[int] = frozenset()  # of other teams, by themselves
    language: str = field(default_factory=reading.language)
    zone: str = field(default_factory=reading.zone)

    @property
    def looks_after(self) -> bool:
        """Whether there is a team or a queue of theirs."""
        return bool(self.teams or self.queues)

    @property
    def scope(self) -> Scope:
        """Which conferences they see, whatever they see of them."""
        return Scope(self.teams, self.queues, self.unassigned)


def audience_of(user: User) -> Audience:
    return audiences_of([user])[user.pk]


def audiences_of(users: Collection[User]) -> dict[int, Audience]:
    """Return the audience of each of these users, by their keys, after a few queries for all of them."""
    scopes, roles = scopes_of(users), policy.roles_of_all(users)
    return {user.pk: _audience(user, scopes[user.pk], roles[user.pk]) for user in users}


def _audience(user: User, scope: Scope, roles: tuple[Supervision.Role, ...]) -> Audience:
    return Audience(
        scope.teams,
        tuple(str(role) for role in roles),
        policy.may_see_numbers(user),
        policy.may_end_others(user),
        scope.unassigned,
        scope.queues,
    )


def may_see(audience: Audience, conference: Conference) -> bool:
    """The rule of `Conference.objects.visible_to`, for a conference that is already loaded with its people."""
    teams = conference.team_ids()
    is_theirs = bool(audience.teams & teams) or conference.queue_id in audience.queues
    return is_theirs or (audience.unassigned and not teams)
