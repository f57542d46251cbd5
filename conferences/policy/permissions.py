"""Reads the permissions of many users at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.contrib.auth.models import Group, User


def preload(users: Collection[User]) -> None:
    """Read what these users may in three queries; to ask each of them then makes none.

    It is kept where Django's own backend keeps it, on the objects, so read these anew whenever rights may have changed.
    """
    asked = {user.pk: user for user in users if user.is_active and not user.is_superuser}
    if not asked:
        return
    held: defaultdict[int, set[str]] = defaultdict(set)
    own = User.user_permissions.through.objects.filter(user__in=asked)
    for pk, app, name in own.values_list("user", "permission__content_type__app_label", "permission__codename"):
        held[pk].add(f"{app}.{name}")
    members = list(User.groups.through.objects.filter(user__in=asked).values_list("user", "group"))
    granted = _granted({group for _, group in members})
    for pk, group in members:
        held[pk] |= granted[group]
    for pk, user in asked.items():
        user._perm_cache = held[pk]  # type: ignore[attr-defined]  # noqa: SLF001 - ModelBackend's


def _granted(groups: Collection[int]) -> defaultdict[int, set[str]]:
    granted: defaultdict[int, set[str]] = defaultdict(set)
    of = Group.permissions.through.objects.filter(group__in=groups)
    for pk, app, name in of.values_list("group", "permission__content_type__app_label", "permission__codename"):
        granted[pk].add(f"{app}.{name}")
    return granted
