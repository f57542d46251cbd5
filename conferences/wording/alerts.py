"""What a supervisor may be alerted to, and what an alert says."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

CALLS_WAITING: Final = "calls_waiting"

# By the kind, a value of attention.Kind or CALLS_WAITING: what it is called where one chooses, and what it says.
NAMES: Final = {
    "help": _("An agent asks for help"),
    "waiting": _("A caller waits too long"),
    "no_agent": _("The agent has left a call"),
    CALLS_WAITING: _("Too many callers wait in a queue"),
    "on_hold": _("On hold too long"),
    "held_again": _("Put on hold again and again"),
    "muted": _("The agent is muted for long"),
    "long": _("A call lasts very long"),
    "ends_soon": _("A call ends soon by the provider’s limit"),
}
SENTENCES: Final = {
    "help": _("{who} asks for help."),
    "waiting": _("A caller has waited {limit}."),
    "no_agent": _("No agent is in the call any more."),
    CALLS_WAITING: _("{count} callers wait."),
    "on_hold": _("On hold for {limit}."),
    "held_again": _("Put on hold {count} times."),
    "muted": _("The agent has been muted for {limit}."),
    "long": _("The call has lasted {limit}."),
    "ends_soon": _("The call will end soon: Telnyx limits how long a conference may last."),
}


def alert_name(kind: str) -> str:
    """Return what a kind of alert is called. Raises KeyError for what is none."""
    return gettext(NAMES[kind])


def alert_words(kind: str, *, who: str = "", limit: str = "", count: int = 0) -> str:
    """Return what an alert says. Raises KeyError for what is no kind."""
    return gettext(SENTENCES[kind]).format(who=who, limit=limit, count=count)
