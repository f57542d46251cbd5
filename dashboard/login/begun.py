"""What is done when somebody logs in or out, or when a password or second factor becomes another."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import user_logged_in, user_logged_out
from django.contrib.auth.models import User
from django.http import HttpRequest

from conferences.audit import logins as audit
from conferences.logins import passwords, sessions
from conferences.models import Login
from dashboard.login.single_sign_on import AMR, methods_of, take_groups
from dashboard.login.unfinished import TO_CHANGE

FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def connect() -> None:
    """Have Django and django-allauth tell of it."""
    user_logged_in.connect(begin, dispatch_uid="login begins")
    user_logged_out.connect(leave, dispatch_uid="login is left")
    account_signals.user_logged_in.connect(by_single_sign_on, dispatch_uid="single sign-on")
    account_signals.password_changed.connect(password_is_own, dispatch_uid="password changed")
    account_signals.password_reset.connect(password_is_own, dispatch_uid="password reset")
    mfa_signals.authenticator_added.connect(factor_is_proved, dispatch_uid="second factor added")
    mfa_signals.authenticator_removed.connect(factor_is_gone, dispatch_uid="second factor removed")
    mfa_signals.authentication_failed.connect(factor_is_wrong, dispatch_uid="second factor wrong")


def begin(request: HttpRequest, user: User, **_: Any) -> None:
    """A login has its limits from its first moment, and one by a password that others know is good for little."""
    browser = request.META.get("HTTP_USER_AGENT", "")
    sessions.begin(request.session, user.pk, address=request.META.get("REMOTE_ADDR") or None, browser=browser)
    by = {record.get("method") for record in get_authentication_records(request, user)}
    if "password" in by and passwords.is_temporary(user):
        request.session[TO_CHANGE] = True


def by_single_sign_on(request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    """Rights are what the provider says today."""
    if sociallogin is not None:
        request.session[AMR] = methods_of(sociallogin)
        take_groups(user, sociallogin)


def leave(request: HttpRequest, user: User | None, **_: Any) -> None:
    login = sessions.find(request.session.session_key)
    if login is not None:
        sessions.end([login], Login.End.LEFT)


def password_is_own(request: HttpRequest, user: User, **_: Any) -> None:
    """All other logins were made with a password that is none any more; this one's session has another key now."""
    passwords.mark_own(user)
    request.session.pop(TO_CHANGE, None)
    this = request.session.get("login")
    if this is not None:
        sessions.move(this, request.session.session_key or "")
    others = [one for one in sessions.running(user.pk) if one.pk != this]
    audit.ended(user, Login.End.PASSWORD, by=user, count=sessions.end(others, Login.End.PASSWORD))


def factor_is_proved(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just set one up has shown that it is at hand."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        audit.factor(user, "add_factor", authenticator.type, by=user)


def factor_is_gone(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.factor(user, "remove_factor", authenticator.type, by=user)


def factor_is_wrong(user: User, authenticator: Authenticator, **_: Any) -> None:
    """At most six in five minutes (ACCOUNT_RATE_LIMITS), and after the right password."""
    audit.factor(user, "fail_factor", authenticator.type, by=user)
