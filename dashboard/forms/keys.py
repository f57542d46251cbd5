"""The keys that a user chooses: one to an action, none for two; the only writer of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.utils.translation import gettext

from conferences.models import ChosenKeys
from dashboard.presenters.board.shortcuts import ACTIONS, usual


class KeysForm:
    """A key for each action, as it was typed. `errors`: by action, what is wrong, in a sentence."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.keys = {action: data.get(action, "").strip() for action in ACTIONS}
        self.errors: dict[str, str] = {}
        taken: dict[str, str] = {}
        for action, key in self.keys.items():
            if said := _refusal(key, taken):
                self.errors[action] = said
            elif key:
                taken[key] = action

    def save(self, user: User) -> None:
        """Keep what differs from the usual keys, so that a usual one may change."""
        chosen = {action: key for action, key in self.keys.items() if key != usual()[action]}
        if chosen:
            ChosenKeys.objects.update_or_create(user=user, defaults={"keys": chosen})
        else:
            ChosenKeys.objects.filter(user=user).delete()


def forget_keys(user: User) -> None:
    """Go back to the usual keys."""
    ChosenKeys.objects.filter(user=user).delete()


def _refusal(key: str, taken: Mapping[str, str]) -> str:
    if len(key) > 1 or not key.isprintable():
        return gettext("A key is one letter, digit or sign.")
    if key not in taken:
        return ""
    action = gettext(ACTIONS[taken[key]][1])
    return gettext("“{key}” is already the key for: {action}.").format(key=key, action=action)
