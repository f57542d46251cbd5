"""Which lines a person may have applied: by a file nobody gets further than by the admin's forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.contrib.auth.models import Group, Permission, User

from conferences.admin.loading.known import Known, supervisor_of
from conferences.admin.loading.steps import Effect, Kind, Step

_PHONES: Final = {Kind.QUEUE: "queuenumber", Kind.AGENT: "agentaddress", Kind.SUPERVISOR: "device"}
PAGE: Final = tuple(f"conferences.change_{kind}" for kind in Kind)


def may_load(user: User) -> bool:
    """Return whether the user may change any part of the directory, and so look at what a file would change."""
    return any(_has(user, right) for right in PAGE)


def may_see_all(user: User) -> bool:
    """Return whether the user may read every part of the directory, and so have it as a file."""
    return all(_has(user, f"conferences.view_{kind}") for kind in Kind)


def rights_of(user: User) -> Callable[[Step, Known], Iterator[str]]:
    """Return what says, in sentences, which parts of a line this user may not have applied."""
    return lambda step, known: _missing(user, step, known)


def groups_beyond(user: User, groups: list[Group]) -> list[str]:
    """Return the names of those groups that give a right which the user lacks, and so may neither give nor take.

    None for whoever may give rights.
    """
    if user.has_perm("conferences.give_rights"):
        return []
    given = Permission.objects.filter(group__in=groups).values_list(
        "group__name", "content_type__app_label", "codename"
    )
    return sorted({group for group, app, codename in given if not user.has_perm(f"{app}.{codename}")})


def _has(user: User, right: str) -> bool:
    """One right opens all of the directory, beside Django's own four for each table."""
    of_directory = right.startswith("conferences.") and user.has_perm("conferences.administer_directory")
    return of_directory or user.has_perm(right)


def _missing(user: User, step: Step, known: Known) -> Iterator[str]:
    for right, said in _needed(step):
        if not _has(user, right):
            yield f"You may not {said}; ask your administrator."
    if step.kind is Kind.SUPERVISOR and step.groups is not None:
        now = {group.name for group in step.row.groups.all()} if step.row is not None else set()
        touched = [known.groups[name] for name in now ^ {*step.groups}]
        if touched and not user.has_perm("auth.change_user"):
            yield "You may not change the groups of users; ask your administrator."
        for name in groups_beyond(user, touched):
            yield f"The group {name} gives rights that you do not have yourself, so you may neither give nor take it."


def _needed(step: Step) -> Iterator[tuple[str, str]]:
    if step.kind is Kind.SUPERVISOR:
        yield from _of_users(step)
    else:
        verb = "add" if step.effect is Effect.NEW else "change"
        yield f"conferences.{verb}_{step.kind}", f"{verb} {step.kind}s"
    if step.kind in _PHONES and step.phones is not None:
        asked = {phone.address for phone in step.phones}
        now = {getattr(row, "number", None) or row.address for row in step.kept}
        for verb, found in (("add", asked - now), ("delete", now - asked)):
            if found:
                yield f"conferences.{verb}_{_PHONES[step.kind]}", f"{verb} addresses of {step.kind}s"


def _of_users(step: Step) -> Iterator[tuple[str, str]]:
    if step.row is None:
        yield "auth.add_user", "add users"
    elif step.name and step.name != step.row.get_full_name():
        yield "auth.change_user", "change users' names"
    verb = "add" if supervisor_of(step.row) is None else "change"
    yield f"conferences.{verb}_supervisor", f"{verb} supervisors"
