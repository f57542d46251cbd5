"""Logins that are good for nothing yet: a password that others know, or a second factor that is still to be shown."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from dashboard.login.single_sign_on import AMR

TO_CHANGE: Final = "password_to_change"
_RECORDS: Final = "account_authentication_methods"  # allauth's, in the session: how it was shown who this is, and when
# What a single sign-on says of how it made sure (RFC 8176): more than a password.
_STRONG: Final = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "pop"})


class Need(enum.StrEnum):
    """What is to be done before anything else."""

    PASSWORD = "password"  # noqa: S105 - a word
    SET_UP = "set_up"
    FACTOR = "factor"


def needed(user: AbstractBaseUser, session: Mapping[str, Any]) -> Need | None:
    """Return what this login lacks; None for one that is complete."""
    if session.get(TO_CHANGE):
        return Need.PASSWORD
    if not needs_factor(user) or has_factor(session):
        return None
    return Need.FACTOR if own_factors(user) else Need.SET_UP


def needs_factor(user: AbstractBaseUser) -> bool:
    """Whether a group of hers is one that asks for a second factor."""
    groups = settings.SECOND_FACTOR_GROUPS
    if not groups or not isinstance(user, User):
        return False
    return "*" in groups or bool(user.groups.filter(name__in=groups).exists())


def own_factors(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether she has set one up."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists())


def has_factor(session: Mapping[str, Any]) -> bool:
    """Whether a second factor was shown in this login, here or to the single sign-on that let her in."""
    shown = {one.get("method") for one in session.get(_RECORDS, ())}
    return "mfa" in shown or ("socialaccount" in shown and bool(_STRONG & {*session.get(AMR, ())}))


def last_shown(session: Mapping[str, Any], method: str) -> float:
    """When she last showed that by this method, in seconds since 1970; 0 for never."""
    return max((one["at"] for one in session.get(_RECORDS, ()) if one.get("method") == method), default=0.0)
