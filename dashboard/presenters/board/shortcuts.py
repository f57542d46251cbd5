"""The keys of the pages: what each does, the usual one, and the one that a user has chosen instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from conferences.models import ChosenKeys

# By action: the usual key, and what it does. The browser's part is static/dashboard/js/keys.js.
ACTIONS: Final = {
    "search": ("/", _("Search the live calls")),
    "lists": ("v", _("From the live calls to the agents, and back")),
    "next": ("j", _("Next row (or ↓)")),
    "previous": ("k", _("Previous row (or ↑)")),
    "apply": (".", _("Apply the changes that wait while you look")),
    "monitor": ("m", _("Monitor: the form of the row you are at; else the call you are in")),
    "whisper": ("w", _("Whisper, likewise")),
    "barge": ("b", _("Barge, likewise; for the call you are in twice, or held down")),
    "targets": ("t", _("Choose who hears a whisper")),
    "add": ("a", _("While you whisper: let the agent who has just joined hear you too")),
    "leave": ("l", _("Leave the call you are in")),
    "hop_next": ("n", _("While you are on the phone: go over to the next call, as monitor")),
    "hop_previous": ("p", _("Go over to the previous call")),
    "bar": ("s", _("Go to your own supervision, at the foot of the page")),
    "fold": ("f", _("Fold or unfold it")),
    "close": ("x", _("Close it once it has ended")),
    "keys": ("?", _("Show this list")),
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An action with its key. No key: it has none."""

    action: str
    key: str
    label: str
    error: str = ""


def usual() -> dict[str, str]:
    """Return the key of each action for whoever has chosen none."""
    return {action: key for action, (key, _label) in ACTIONS.items()}


def keys_of(user: User) -> dict[str, str]:
    """Return the key of each action for this user. A usual one gives way to one that was chosen for something else."""
    found = ChosenKeys.objects.filter(user=user).first()
    chosen = {action: key for action, key in (found.keys if found else {}).items() if action in ACTIONS}
    kept = {action: "" if key in chosen.values() else key for action, key in usual().items()}
    return kept | chosen


def shortcuts(keys: dict[str, str], errors: dict[str, str] | None = None) -> list[Shortcut]:
    """Return every action as the list of keys shows it."""
    wrong = errors or {}
    return [
        Shortcut(one, keys.get(one, ""), gettext(label), wrong.get(one, "")) for one, (_key, label) in ACTIONS.items()
    ]
