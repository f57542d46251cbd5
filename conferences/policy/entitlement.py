"""Whether a running supervision may go on: asked again and again, for a right can be withdrawn in mid-call."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare

from conferences import clock, policy
from conferences.logins import sessions
from conferences.models import Supervision, Supervisor
from conferences.policy import permissions
from conferences.policy.listening import rules_now


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


def withdrawn(supervision: Supervision) -> Withdrawn | None:
    """Return why this supervision must end, or None while its supervisor may go on listening.

    The mode judged is the one in force; of one that was only asked for, policy is asked when it is sent.
    """
    user = User.objects.get(pk=supervision.user_id)  # read anew: rights are cached on the object
    return next((why for why, holds in _RIGHTS if not holds(supervision, user)), None)


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


def _is_supervisor(_: Supervision, user: User) -> bool:
    return Supervisor.objects.filter(user=user).exists()


def _is_logged_in(supervision: Supervision, user: User) -> bool:
    return not supervision.session_key or session_is_alive(supervision.session_key, user)


def _has_phone(supervision: Supervision, _: User) -> bool:
    """A leg that was up before us has no device."""
    return not supervision.address or supervision.device_id is not None


def _may_use_mode(supervision: Supervision, user: User) -> bool:
    return (supervision.accepted_role or supervision.requested_role) in policy.roles_of(user)


def _is_about_hers(supervision: Supervision, user: User) -> bool:
    return not supervision.conference.is_live or policy.is_in_scope(user, supervision.conference)


def _may_be_heard(supervision: Supervision, _: User) -> bool:
    """Whoever stands between two calls is in neither."""
    return supervision.is_between or not policy.is_sensitive(supervision.conference)


def _is_unprotected(supervision: Supervision, _: User) -> bool:
    """Whoever is protected may have come into the call meanwhile, or be protected only since."""
    is_over = supervision.is_between or not supervision.conference.is_live
    return is_over or not rules_now(supervision.conference).protected


def _is_allowed(supervision: Supervision, _: User) -> bool:
    """By whatever policies hold now; that one was to monitor first, or among few, counts when a mode is taken alone."""
    if supervision.is_between or not supervision.conference.is_live:
        return True
    rules = rules_now(supervision.conference)
    return not rules.lacks_notice and (supervision.accepted_role or supervision.requested_role) in rules.modes


def _has_time(supervision: Supervision, _: User) -> bool:
    if supervision.joined_at is None or supervision.is_between:
        return True
    longest = rules_now(supervision.conference).longest
    return longest is None or clock.now() < supervision.joined_at + longest


_RIGHTS: Final[tuple[tuple[Withdrawn, Callable[[Supervision, User], bool]], ...]] = (
    (Withdrawn.ACCOUNT, lambda _, user: user.is_active),
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
