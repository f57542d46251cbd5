"""Puts on record who changed users, rights and the directory, with the old and the new value.

What pages and commands change is told by Django's signals, in the same transaction: what cannot be put on record is not
changed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from conferences.audit import acting, entries
from conferences.models import (
    Agent,
    AgentAddress,
    AuditEntry,
    Connection,
    Device,
    ForeignAddress,
    ListeningPolicy,
    ProtectedNumber,
    Queue,
    QueueNumber,
    RightsGrant,
    Supervisor,
    SystemAddress,
    Team,
)

ROWS: Final = (
    User, Group, Team, Queue, QueueNumber, Agent, AgentAddress, Supervisor, Device, SystemAddress, Connection,
    ForeignAddress, RightsGrant, ListeningPolicy, ProtectedNumber,
)  # fmt: skip
SETS: Final[dict[Any, str]] = {
    User.groups.through: "groups",
    User.user_permissions.through: "rights",
    Group.permissions.through: "rights",
    Supervisor.teams.through: "teams",
    Supervisor.queues.through: "queues",
}
_NOT_TOLD: Final = frozenset({"last_login"})  # a login is on record by itself
_SECRET: Final = frozenset({"password"})
_BEFORE: Final = "_as_it_was"


def connect() -> None:
    """Have Django tell of every such change from now on."""
    for model in ROWS:
        pre_save.connect(_look, sender=model, dispatch_uid=f"audit look {model.__name__}")
        post_save.connect(_saved, sender=model, dispatch_uid=f"audit saved {model.__name__}")
        pre_delete.connect(_look, sender=model, dispatch_uid=f"audit look gone {model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"audit deleted {model.__name__}")
    for through, name in SETS.items():
        m2m_changed.connect(_set_changed, sender=through, dispatch_uid=f"audit {through.__name__} {name}")


def _by_whom() -> dict[str, Any] | None:
    """A request's user, or a command's name; None for what the program does by itself."""
    origin = acting.now()
    if origin.user is not None:
        return {"actor": origin.user}
    if origin.ip:
        return {"actor_name": "Somebody who is not logged in", "source_ip": origin.ip}
    if Path(sys.argv[0]).name == "manage.py":
        return {"actor_name": f"manage.py {sys.argv[1] if len(sys.argv) > 1 else ''}".strip()}
    return None


def _look(sender: type[models.Model], instance: Any, **_: Any) -> None:
    if _by_whom() is not None:
        setattr(instance, _BEFORE, models.QuerySet(sender).filter(pk=instance.pk).values().first())


def _saved(sender: type[models.Model], instance: Any, created: bool, **_: Any) -> None:
    now: dict[str, Any] = models.QuerySet(sender).filter(pk=instance.pk).values().first() or {}
    before: dict[str, Any] = {} if created else getattr(instance, _BEFORE, None) or {}
    changed = _differences(before, now)
    if changed:
        _write("add" if created else "change", instance, changed)


def _deleted(sender: type[models.Model], instance: Any, **_: Any) -> None:
    _write("remove", instance, _differences(getattr(instance, _BEFORE, None) or {}, {}))


def _set_changed(sender: type[models.Model], instance: Any, action: str, **told: Any) -> None:
    """`told` has the other rows' model and their keys; from either side of the relation."""
    model: type[models.Model] = told["model"]
    name = SETS[sender] if not told["reverse"] else f"{SETS[sender]} of"
    if action == "pre_clear":
        setattr(instance, f"{_BEFORE}_{name}", _named(model, _keys_of(sender, instance, model)))
    elif action == "post_clear":
        _write("change", instance, {name: [getattr(instance, f"{_BEFORE}_{name}", []), []]})
    elif action == "post_add" and told["pk_set"]:
        _write("change", instance, {name: [[], _named(model, told["pk_set"])]})
    elif action == "post_remove" and told["pk_set"]:
        _write("change", instance, {name: [_named(model, told["pk_set"]), []]})


def _keys_of(through: Any, instance: Any, model: type[models.Model]) -> list[Any]:
    """Which of `model` the instance has, read from the table between them."""
    own, other = type(instance).__name__.lower(), model.__name__.lower()
    return list(models.QuerySet(through).filter(**{own: instance}).values_list(other, flat=True))


def _named(model: type[models.Model], keys: Any) -> list[str]:
    return sorted(map(str, models.QuerySet(model).filter(pk__in=list(keys))))


def _differences(before: dict[str, Any], now: dict[str, Any]) -> dict[str, list[Any]]:
    names = [name for name in {**before, **now} if name not in _NOT_TOLD and before.get(name) != now.get(name)]
    return {
        name: ["", "changed"] if name in _SECRET else [_plain(before.get(name)), _plain(now.get(name))]
        for name in names
        if name in _SECRET or _plain(before.get(name)) != _plain(now.get(name))
    }


def _plain(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str | int | list) else str(value)


def _write(action: str, instance: models.Model, changed: dict[str, list[Any]]) -> None:
    who = _by_whom()
    if who is None:
        return
    entries.write_or_raise(
        phase=AuditEntry.Phase.OUTCOME,
        action=action,
        result=AuditEntry.Result.OK,
        subject=str(instance._meta.verbose_name),  # noqa: SLF001 - Django's own way to a model's name
        subject_id=str(instance.pk or "")[:64],
        note=str(instance),
        changes=changed,
        **who,
    )
