"""What was put right after a read-back."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# By the kind, a value of reconciliation.drift.Denial; {who} is a person, or the call itself.
SENTENCES: Final = {
    "ended": _("{who} has ended"),
    "left": _("{who} has left"),
    "in_the_call": _("{who} is in the call"),
    "muted": _("{who} is muted"),
    "not_muted": _("{who} is not muted"),
    "on_hold": _("{who} is on hold"),
    "not_on_hold": _("{who} is not on hold"),
    "other_targets": _("{who} whispers to others"),
}


def correction_words(who: str, kind: str) -> str:
    """Say what the provider told of somebody, or of the call. Raises KeyError for what is no kind."""
    return gettext(SENTENCES[kind]).format(who=who)
