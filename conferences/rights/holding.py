"""Holds back what somebody gives where two people are asked for, whichever way it is given; the audit tells of both.

What no person gives, such as a command or single sign-on, waits for nobody; nor does taking a right away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_save

from conferences import clock
from conferences.audit import acting
from conferences.models import Agent, Device, Queue, RightsGrant, Supervisor, Team

# What of a user is a right by itself.
FLAGS: Final = ("is_superuser", "is_staff")
_TABLES: Final = (
    *(User.groups.through, User.user_permissions.through, Group.permissions.through),
    *(Supervisor.teams.through, Supervisor.queues.through),
)
# What may be given, by its name in a row that waits.
_GIVEN: Final[dict[type[Model], str]] = {Group: "group", Permission: "permission", Team: "team", Queue: "queue"}
# What is in a team, whose supervisors may listen to its calls, by its name there.
_MOVED: Final[dict[type[Model], str]] = {Queue: "moved_queue", Agent: "moved_agent"}
_confirmed: ContextVar[bool] = ContextVar("rights_confirmed", default=False)


def connect() -> None:
    """Have Django ask here before it gives a right. Safe to call again."""
    for through in _TABLES:
        m2m_changed.connect(_add, sender=through, dispatch_uid=f"hold {through.__name__}")
    pre_save.connect(_save, sender=User, dispatch_uid="hold flags")
    for model in _MOVED:
        pre_save.connect(_move, sender=model, dispatch_uid=f"hold moves {model.__name__}")
    pre_save.connect(_save_phone, sender=Device, dispatch_uid="hold phones")
    post_save.connect(_ask_for_phone, sender=Device, dispatch_uid="ask for phones")


@contextmanager
def confirmed() -> Iterator[None]:
    """Have what is given meanwhile be in force at once: a second person has said so."""
    token = _confirmed.set(True)
    try:
        yield
    finally:
        _confirmed.reset(token)


def is_asked_for() -> bool:
    """Return whether what is given now waits: then it is given row by row, so that each is heard of here."""
    return _giver() is not None


def _giver() -> User | None:
    """Return who gives a right now that must wait; None where it need not."""
    user = acting.now().user
    needs_two = settings.RIGHTS_NEED_SECOND_PERSON and not _confirmed.get()
    return user if needs_two and isinstance(user, User) else None


def _add(sender: Any, instance: Model, *, action: str, reverse: bool, **told: Any) -> None:
    """Django adds only what is left in `pk_set`: before the addition it may be changed (Django docs: m2m_changed)."""
    if action != "pre_add" or (by := _giver()) is None:
        return
    for thing in told["model"].objects.filter(pk__in=told["pk_set"]):
        holder, given = (thing, instance) if reverse else (instance, thing)
        _wait(by, **_to(holder), **{_GIVEN[type(given)]: given})
    told["pk_set"].clear()


def _to(holder: Model) -> dict[str, Model]:
    if isinstance(holder, Supervisor):
        return {"user": holder.user}
    return {"user" if isinstance(holder, User) else "to_group": holder}


def _save(sender: Any, instance: User, *, raw: bool = False, **_: Any) -> None:
    if raw or (by := _giver()) is None:
        return
    before = User.objects.filter(pk=instance.pk).values(*FLAGS).first()
    for flag in FLAGS:
        if before is not None and getattr(instance, flag) and not before[flag]:
            setattr(instance, flag, False)
            _wait(by, user=instance, flag=flag)


def _move(sender: type[Queue | Agent], instance: Queue | Agent, *, raw: bool = False, **_: Any) -> None:
    """It stays in its team until then: nobody there loses it, and nobody in the other one has it."""
    if raw or (by := _giver()) is None:
        return
    before = sender.objects.filter(pk=instance.pk).values_list("team_id", flat=True).first()
    if before is not None and before != instance.team_id:
        team, instance.team_id = Team.objects.get(pk=instance.team_id), before
        _wait(by, team=team, **{_MOVED[sender]: instance})


def _save_phone(sender: Any, instance: Device, *, raw: bool = False, **_: Any) -> None:
    """A new phone is kept and nobody's until it is confirmed; one that is to be another stays what it is until then."""
    if raw or (by := _giver()) is None:
        return
    before = Device.everything.filter(pk=instance.pk).first()
    if before is None:
        instance.waits = True
    elif not instance.waits and instance.address != before.address:
        wanted = instance.written or instance.address
        instance.address, instance.written = before.address, before.written
        _wait(by, user=instance.supervisor.user, device=instance, address=wanted)


def _ask_for_phone(sender: Any, instance: Device, *, created: bool, raw: bool = False, **_: Any) -> None:
    if created and instance.waits and not raw and (by := _giver()) is not None:
        _wait(by, user=instance.supervisor.user, device=instance, address=instance.written or instance.address)


def _wait(by: User, **what: Any) -> None:
    if not RightsGrant.objects.filter(decided_at=None, **what).exists():
        RightsGrant(**what, asked_by=by, asked_at=clock.now()).save()
