"""How long a login lasts: an absolute end, an idle limit, and ends that people make. The only writer of logins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from conferences.models import Login

End = Login.End
NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """When a login ends by itself, and by which of its two limits."""

    at: datetime
    end: End


def begin(session: Any, user_pk: int, *, address: str | None, browser: str) -> Login:
    """Write a login and bind its session to the absolute end, however often that is saved later.

    The session knows its login under "login".
    """
    if not session.session_key:
        session.save()
    now = timezone.now()
    ends_at = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session.set_expiry(ends_at)
    values = {
        "user_id": user_pk,
        "began_at": now,
        "ends_at": ends_at,
        "seen_at": now,
        "address": address,
        "browser": browser[:200],
        "ended_at": None,
        "end": "",
    }
    login, _ = Login.objects.update_or_create(session_key=session.session_key, defaults=values)
    session["login"] = login.pk
    return login


def note_request(login: Login) -> None:
    """Note that its user asked for something herself; at most once a minute."""
    now = timezone.now()
    if now - login.seen_at >= NOTED_EVERY:
        Login.objects.filter(pk=login.pk).update(seen_at=now)
        login.seen_at = now


def move(login_pk: int, new_key: str) -> None:
    """Follow a session to its new key, which it gets with a new password."""
    Login.objects.filter(pk=login_pk).update(session_key=new_key)


def end(logins: Iterable[Login], why: End) -> int:
    """End logins and their sessions, and return how many were not over before."""
    ended = 0
    for login in logins:
        ended += Login.objects.filter(pk=login.pk, ended_at=None).update(ended_at=timezone.now(), end=why)
        SessionStore().delete(login.session_key)
    return ended


def running(user_pk: int) -> list[Login]:
    """Return the logins of a user that are not over, the latest first."""
    found = Login.objects.filter(user_id=user_pk, ended_at=None)
    return [login for login in found if limit_of(login).at > timezone.now()]


def limit_of(login: Login) -> Limit:
    """Return when a login ends if its user does nothing more."""
    over = Limit(login.ends_at, End.OVER)
    if not settings.LOGIN_IDLE_MINUTES:
        return over
    idle = Limit(login.seen_at + timedelta(minutes=settings.LOGIN_IDLE_MINUTES), End.IDLE)
    return min(over, idle, key=lambda one: one.at)


def end_of(login: Login) -> End | None:
    """Return why a login is over; None for one that is not."""
    if login.ended_at is not None:
        return End(login.end)
    limit = limit_of(login)
    return limit.end if limit.at <= timezone.now() else None


def find(session_key: str | None) -> Login | None:
    """Return the login of a session; None for one that began before logins were written down."""
    return Login.objects.filter(session_key=session_key).first() if session_key else None


def alive(session_keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what is kept in each of these sessions that is there, in time, and whose login is not over."""
    kept = Session.objects.filter(session_key__in={*session_keys}, expire_date__gt=timezone.now())
    found = {one.session_key: one for one in kept}
    over = {one.session_key for one in Login.objects.filter(session_key__in=found) if end_of(one) is not None}
    return {key: one.get_decoded() for key, one in found.items() if key not in over}


def limits(session_keys: Iterable[str]) -> dict[str, Limit]:
    """Return for each of these logins when it ends by itself; one that was ended, ended then."""
    found = Login.objects.filter(session_key__in={*session_keys})
    return {
        one.session_key: Limit(one.ended_at, End(one.end)) if one.ended_at is not None else limit_of(one)
        for one in found
    }


def over(before: datetime) -> QuerySet[Login]:
    """Return the logins that were over before that time; kept until then for the question why they are."""
    return Login.objects.filter(Q(ended_at__lt=before) | Q(ends_at__lt=before))
