"""Why a call needs attention, in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# By the kind, a value of attention.Kind. {time}: how long it has been so, or, for an end, how long until it; {limit}:
# what was promised; {count}: how often; {who}: a name.
SENTENCES: Final = {
    "help": _("{who} asks for help {time}"),
    "no_agent": _("no agent for {time}"),
    "waiting": _("waiting {time} of {limit}"),
    "on_hold": _("on hold {time} of {limit}"),
    "muted": _("agent muted {time}"),
    "ends_soon": _("ends in {time} (provider’s limit)"),
    "held_again": _("held {count} times"),
    "long": _("longer than {limit}"),
    "drift": _("put right late"),
}
HOLDS: Final = {3: _("third hold"), 4: _("fourth hold")}


def reason_words(kind: str, count: int = 0) -> str:
    """Return the words for a reason, with places for its times. Raises KeyError for what is no kind."""
    return gettext(HOLDS[count] if kind == "held_again" and count in HOLDS else SENTENCES[kind])
