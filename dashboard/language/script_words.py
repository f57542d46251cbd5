"""The sentences that pages' scripts say, in the reader's language: part of the page, as no script may be inline."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# {age}: how long ago, such as 4 s or 3 min; {address}: of the page itself. static/dashboard/js/words.js fills them in.
SENTENCES: Final = {
    "connecting": _("Connecting…"),
    "live": _("Live"),
    "slower": _("Live, slower"),
    "reconnecting": _("Reconnecting"),
    "late": _("Late"),
    "quiet": _("Nothing from Telnyx"),
    "silent": _("Nothing from Telnyx"),
    "unread": _("Not read back"),
    "old": _("· {age} old"),
    "for": _("for {age}"),
    "ago": _("{age} ago"),
    "origin_refused": _(
        "This page’s address, {address}, is not among those that may have a live connection; your administrator has to "
        "add it to ORIGINS. Until then the page asks every few seconds."
    ),
    "no_socket": _(
        "The live connection does not get through: something between here and the server blocks WebSockets. The page "
        "asks every few seconds instead."
    ),
    "403": _("You may not do that any more, or you have logged in anew since this page was loaded."),
    "404": _("That is no longer there, or no longer yours to see."),
    "429": _("That is being asked for already. Try again in a few seconds."),
    "failed": _("The server could not do that just now. What you see shows how things stand; try again."),
    "no_other_call": _("No other call that you may monitor is listed here. You are where you were."),
    "no_form": _("The form could not be opened: no connection to the server."),
    "no_answer": _(
        "No answer from the server. It is not certain whether that was done; watch the line at the foot of the page."
    ),
    "slow_leave": _("The server has not answered yet. Your phone’s own hang-up always works."),
    "NotAllowedError": _("No passkey was used: it was cancelled, took too long, or this browser has none for here."),
    "SecurityError": _("A passkey belongs to a host name: it cannot be used at this address."),
    "InvalidStateError": _("This passkey is among yours already."),
    "no_passkey": _("The passkey could not be used."),
}


def script_words() -> dict[str, str]:
    """Return the sentences by their names, in the language in force."""
    return {name: gettext(sentence) for name, sentence in SENTENCES.items()}
