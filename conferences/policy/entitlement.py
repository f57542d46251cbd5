"""Whether a running supervision may go on: asked again and again, for a right can be withdrawn in mid-call."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare

from conferences import clock, policy
from conferences.logins import sessions
from conferences.models import Supervision, Supervisor
from conferences.models.listening.scope import Scope, scopes_of
from conferences.policy import permissions
from conferences.policy.listening import Rules, rules_of_all


class Withdrawn(enum.StrEnum):
    """Why a supervisor may not listen any more."""

    ACCOUNT = "account"
    SUPERVISOR = "supervisor"
    SESSION = "session"
    DEVICE = "device"
    MODE = "mode"
    SCOPE = "scope"
    SENSITIVE = "sensitive"
    PROTECTED = "protected"
    POLICY = "policy"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class LiveLogin:
    """A user, and what is kept in the session."""

    user: User
    session: Mapping[str, Any]


class _Read:
    """What the rights of these rest on, each read when it is first asked after, and once for all of them."""

    def __init__(self, supervisions: Sequence[Supervision]) -> None:
        self._supervisions = supervisions
        self._conferences = {one.conference_id: one.conference for one in supervisions}.values()

    @cached_property
    def supervisors(self) -> frozenset[int]:
        users = [one.user_id for one in self._supervisions]
        return frozenset(Supervisor.objects.order_by().filter(user__in=users).values_list("user_id", flat=True))

    @cached_property
    def logins(self) -> dict[str, dict[str, Any]]:
        return sessions.alive(one.session_key for one in self._supervisions if one.session_key)

    @cached_property
    def scopes(self) -> dict[int, Scope]:
        return scopes_of([one.user for one in self._supervisions])

    @cached_property
    def teams(self) -> dict[UUID, frozenset[int]]:
        return policy.teams_lately_in(self._conferences)

    @cached_property
    def rules(self) -> dict[UUID, Rules]:
        return rules_of_all(self._conferences)

    @cached_property
    def sensitive(self) -> frozenset[UUID]:
        return policy.sensitive_of(self._conferences)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose right is asked after, and what it rests on."""

    supervision: Supervision
    read: _Read

    @property
    def user(self) -> User:
        return self.supervision.user

    @property
    def rules(self) -> Rules:
        return self.read.rules[self.supervision.conference_id]


def withdrawn(supervision: Supervision) -> Withdrawn | None:
    """Return why this supervision must end, or None while its supervisor may go on listening.

    The mode judged is the one in force; of one that was only asked for, policy is asked when it is sent. Load the
    supervision and its user anew: rights are cached on that object.
    """
    return withdrawn_of_all([supervision]).get(supervision.pk)


def withdrawn_of_all(supervisions: Sequence[Supervision]) -> dict[UUID, Withdrawn]:
    """Return the same of each of these that must end, by their keys; what they have in common is read once."""
    permissions.preload([one.user for one in supervisions])
    read = _Read(supervisions)
    told = {one.pk: _first_lost(_Asked(one, read)) for one in supervisions}
    return {pk: why for pk, why in told.items() if why is not None}


def _first_lost(asked: _Asked) -> Withdrawn | None:
    return next((why for why, holds in _RIGHTS if not holds(asked)), None)


def session_is_alive(session_key: str, user: User) -> bool:
    """Return whether that login is still there, in time, this user's, and from after the last change of password."""
    return _is_of(user, sessions.alive([session_key]).get(session_key, {}))


def alive_logins(session_keys: Iterable[str]) -> dict[str, LiveLogin]:
    """Return those of these logins that are alive, of users who are active, by session key.

    Their permissions are read along: to ask each of the users makes no query more.
    """
    kept = sessions.alive(session_keys)
    pks = {one[SESSION_KEY] for one in kept.values() if one.get(SESSION_KEY, "").isdigit()}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=pks, is_active=True)}
    permissions.preload(users.values())
    theirs = {key: (users.get(one.get(SESSION_KEY, "")), one) for key, one in kept.items()}
    return {key: LiveLogin(user, one) for key, (user, one) in theirs.items() if user is not None and _is_of(user, one)}


def _is_of(user: User, kept: Mapping[str, Any]) -> bool:
    if kept.get(SESSION_KEY) != str(user.pk) or kept.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    signed = str(kept.get(HASH_SESSION_KEY, ""))
    return any(
        constant_time_compare(signed, one)
        for one in (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    )


def _is_active(asked: _Asked) -> bool:
    return asked.user.is_active


def _is_supervisor(asked: _Asked) -> bool:
    return asked.supervision.user_id in asked.read.supervisors


def _is_logged_in(asked: _Asked) -> bool:
    key = asked.supervision.session_key
    return not key or _is_of(asked.user, asked.read.logins.get(key, {}))


def _has_phone(asked: _Asked) -> bool:
    """A leg that was up before us has no device."""
    return not asked.supervision.address or asked.supervision.device_id is not None


def _may_use_mode(asked: _Asked) -> bool:
    """Of a supervisor, which is asked before."""
    return _mode(asked.supervision) in policy.modes_of(asked.user)


def _is_about_hers(asked: _Asked) -> bool:
    conference = asked.supervision.conference
    if not conference.is_live:
        return True
    scope = asked.read.scopes[asked.user.pk]
    return policy.is_within(scope, conference.queue, asked.read.teams[conference.pk])


def _may_be_heard(asked: _Asked) -> bool:
    """Whoever stands between two calls is in neither."""
    return asked.supervision.is_between or asked.supervision.conference_id not in asked.read.sensitive


def _is_unprotected(asked: _Asked) -> bool:
    """Whoever is protected may have come into the call meanwhile, or be protected only since."""
    return not _is_ruled(asked.supervision) or not asked.rules.protected


def _is_allowed(asked: _Asked) -> bool:
    """By whatever policies hold now; that one was to monitor first, or among few, counts when a mode is taken alone."""
    if not _is_ruled(asked.supervision):
        return True
    return not asked.rules.lacks_notice and _mode(asked.supervision) in asked.rules.modes


def _has_time(asked: _Asked) -> bool:
    joined_at = asked.supervision.joined_at
    if joined_at is None or asked.supervision.is_between:
        return True
    longest = asked.rules.longest
    return longest is None or clock.now() < joined_at + longest


def _is_ruled(supervision: Supervision) -> bool:
    return not supervision.is_between and supervision.conference.is_live


def _mode(supervision: Supervision) -> str:
    return supervision.accepted_role or supervision.requested_role


_RIGHTS: Final[tuple[tuple[Withdrawn, Callable[[_Asked], bool]], ...]] = (
    (Withdrawn.ACCOUNT, _is_active),
    (Withdrawn.SUPERVISOR, _is_supervisor),
    (Withdrawn.SESSION, _is_logged_in),
    (Withdrawn.DEVICE, _has_phone),
    (Withdrawn.MODE, _may_use_mode),
    (Withdrawn.SCOPE, _is_about_hers),
    (Withdrawn.SENSITIVE, _may_be_heard),
    (Withdrawn.PROTECTED, _is_unprotected),
    (Withdrawn.POLICY, _is_allowed),
    (Withdrawn.TOO_LONG, _has_time),
)
