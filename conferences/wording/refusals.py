"""Why a mode may not be taken now, although the right is there."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# By the kind, a value of policy.listening.Refusal.
SENTENCES: Final = {
    "sensitive": _("A sensitive section is running: nobody may listen until it is over."),
    "protected": _("Somebody in this call is protected: nobody may listen."),
    "notice": _("No administrator has confirmed how people are told of listening here, so nobody may listen yet."),
    "mode": _("The policy of this queue or team does not allow this mode."),
    "monitor_first": _("Monitor this call first; then you may be heard in it."),
    "audible": _("As many supervisors as may be heard in this call already are."),
    "reason": _("Say why you want to listen to this call."),
}


def refusal_words(kind: str) -> str:
    """Return the sentence of a kind. Raises KeyError for what is no kind."""
    return gettext(SENTENCES[kind])
