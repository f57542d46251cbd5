"""What is kept of somebody with a login: where it stands, and how it is emptied. The account itself stays, as nobody's.

Calls, stays and the audit refer to it by its number: what was done stays told, and by one and the same person.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from conferences.logins import sessions
from conferences.models import (
    AlertChoice,
    ChosenKeys,
    ChosenReading,
    Device,
    Follow,
    Login,
    RightsGrant,
    SavedView,
    Supervision,
    Supervisor,
    TemporaryPassword,
    full_name,
)
from conferences.supervision import store

_OF_A_USER: Final[tuple[Any, ...]] = (
    *(EmailAddress, Authenticator, SocialAccount, AlertChoice, ChosenKeys, ChosenReading, Follow, SavedView),
    *(TemporaryPassword, Login),
)
_TRIES: Final[tuple[Any, ...]] = (AccessAttempt, AccessFailureLog, AccessLog)
# By which the audit says whom a change was about.
_SUBJECTS: Final = ("user", "login")


def phones(user: User) -> set[str]:
    """Return the addresses of her phones, also of those that she had while she listened."""
    now = Device.everything.filter(supervisor__user=user).values_list("address", flat=True)
    then = Supervision.objects.filter(user=user).exclude(address="").values_list("address", flat=True)
    return {*now, *then}


def words(user: User) -> set[str]:
    """Return how texts name her. Her user name alone may be a word of any text: see `entries`."""
    return {one for one in (user.get_full_name(), user.email, *phones(user)) if one}


def entries(user: User) -> Q:
    """Return what tells the audit's entries by her, and about her account or under its name, from others."""
    about = Q(subject__in=_SUBJECTS, subject_id=str(user.pk))
    supervises = Supervisor.objects.filter(user=user).values_list("pk", flat=True).first()
    if supervises is not None:
        about |= Q(subject="supervisor", subject_id=str(supervises))
    named = Q(detail__account=user.username) | Q(detail__actor_name=user.username) | Q(detail__note=user.username)
    waiting = Q(subject="right that waits", detail__note__endswith=f" for {user.username}")
    return Q(actor=user) | about | named | waiting


def empty(user: User) -> None:
    """Empty the account, past the signals: they would put on record whom it was. Within a transaction."""
    sessions.end(sessions.running(user.pk), Login.End.ADMIN)
    for model in _OF_A_USER:
        model.objects.filter(user=user).delete()
    for model in _TRIES:
        model.objects.filter(username=user.username).delete()
    _forget_supervisor(user)
    for through in (User.groups.through, User.user_permissions.through):
        _delete(through.objects.filter(user_id=user.pk))
    kinds = ContentType.objects.get_for_models(User, Supervisor)
    supervises = Supervisor.objects.filter(user=user).values_list("pk", flat=True)
    theirs = Q(content_type=kinds[User], object_id=str(user.pk))
    theirs |= Q(content_type=kinds[Supervisor], object_id__in=[str(pk) for pk in supervises])
    LogEntry.objects.filter(theirs).delete()
    nothing = {"first_name": "", "last_name": "", "email": "", "last_login": None, "password": make_password(None)}
    none = {"is_active": False, "is_staff": False, "is_superuser": False}
    User.objects.filter(pk=user.pk).update(username=f"former-{user.pk}", **nothing, **none)


def called(user: User) -> str:
    """Return how a page names her to whoever is to erase her; the record names her by number."""
    return f"{full_name(user)} ({user.get_username()})"


def _forget_supervisor(user: User) -> None:
    store.forget_user(user)
    RightsGrant.objects.filter(user=user).update(device=None, address="")
    _delete(Device.everything.filter(supervisor__user=user))
    for through in (Supervisor.teams.through, Supervisor.queues.through):
        _delete(through.objects.filter(supervisor__user=user))


def _delete(rows: models.QuerySet[Any]) -> None:
    keys = list(rows.values_list("pk", flat=True))
    plain: models.QuerySet[Any] = models.QuerySet(rows.model).filter(pk__in=keys)
    plain._raw_delete(plain.db)  # noqa: SLF001 - nothing cascades from here
